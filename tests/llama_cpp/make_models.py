#!/usr/bin/env python3
"""Makes three models small enough to be made anew: random weights, real GGUF files.

    make_models.py DIRECTORY

A llama.cpp server loads them like any other, and describes them as it describes real ones.
Their output is meaningless. The bytes depend on this file alone.

Source: the GGUF specification (ggml-org/ggml, docs/gguf.md), version 3; names of keys and tensors
as llama.cpp's loader expects them (src/llama-arch.cpp), read November 2026.
"""

import array
import pathlib
import random
import struct
import sys

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
ALIGNMENT = 32
WIDTH, HEADS, HIDDEN, CONTEXT = 32, 2, 64, 512
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # token types


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def value(kind, content):
    """One metadata value without its type; an array is [element kind, elements]."""
    if kind == STRING:
        return string(content)
    if kind == ARRAY:
        element, items = content
        return struct.pack("<IQ", element, len(items)) + b"".join(value(element, item) for item in items)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], content)


def write_gguf(path, metadata, shapes, seed):
    """`metadata`: {key: (kind, content)}; `shapes`: {tensor: dimensions}, all 32-bit floats."""
    dice = random.Random(seed)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(metadata))
    for key, (kind, content) in metadata.items():
        head += string(key) + struct.pack("<I", kind) + value(kind, content)
    data = b""
    for name, dimensions in shapes.items():
        head += string(name) + struct.pack("<I", len(dimensions))
        head += struct.pack(f"<{len(dimensions)}Q", *dimensions)
        head += struct.pack("<IQ", 0, len(data))
        data += pad(weights(name, dimensions, dice))
    path.write_bytes(pad(head) + data)


def pad(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def weights(name, dimensions, dice):
    count = 1
    for dimension in dimensions:
        count *= dimension
    if name.endswith("norm.weight"):
        return array.array("f", [1.0] * count).tobytes()
    if name.endswith(".bias"):
        return array.array("f", [0.0] * count).tobytes()
    return array.array("f", [dice.gauss(0.0, 0.1) for _ in range(count)]).tobytes()


def chat_model(path):
    """A one-layer llama that writes nonsense, with a byte-level SentencePiece vocabulary."""
    letters = [*"\u2581abcdefghijklmnopqrstuvwxyz.,"]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *letters]
    types = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, *[NORMAL] * len(letters)]
    metadata = {
        "general.architecture": (STRING, "llama"),
        "general.name": (STRING, "tiny-chat"),
        "llama.block_count": (UINT32, 1),
        "llama.context_length": (UINT32, CONTEXT),
        "llama.embedding_length": (UINT32, WIDTH),
        "llama.feed_forward_length": (UINT32, HIDDEN),
        "llama.attention.head_count": (UINT32, HEADS),
        "llama.attention.head_count_kv": (UINT32, HEADS),
        "llama.attention.layer_norm_rms_epsilon": (FLOAT32, 1e-5),
        "llama.rope.dimension_count": (UINT32, WIDTH // HEADS),
        "llama.vocab_size": (UINT32, len(tokens)),
        "tokenizer.ggml.model": (STRING, "llama"),
        "tokenizer.ggml.tokens": (ARRAY, (STRING, tokens)),
        "tokenizer.ggml.scores": (ARRAY, (FLOAT32, [0.0] * len(tokens))),
        "tokenizer.ggml.token_type": (ARRAY, (INT32, types)),
        "tokenizer.ggml.unknown_token_id": (UINT32, 0),
        "tokenizer.ggml.bos_token_id": (UINT32, 1),
        "tokenizer.ggml.eos_token_id": (UINT32, 2),
        "tokenizer.chat_template": (STRING, "{% for m in messages %}{{ m.content }}{% endfor %}"),
    }
    shapes = {
        "token_embd.weight": (WIDTH, len(tokens)),
        "output_norm.weight": (WIDTH,),
        "blk.0.attn_norm.weight": (WIDTH,),
        **{f"blk.0.attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_norm.weight": (WIDTH,),
        "blk.0.ffn_gate.weight": (WIDTH, HIDDEN),
        "blk.0.ffn_up.weight": (WIDTH, HIDDEN),
        "blk.0.ffn_down.weight": (HIDDEN, WIDTH),
    }
    write_gguf(path, metadata, shapes, seed=1)


def bert_model(path, name, pooling, head):
    """A one-layer BERT: an embedding model, or with `head` a reranker."""
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"\u2581{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    metadata = {
        "general.architecture": (STRING, "bert"),
        "general.name": (STRING, name),
        "bert.block_count": (UINT32, 1),
        "bert.context_length": (UINT32, CONTEXT),
        "bert.embedding_length": (UINT32, WIDTH),
        "bert.feed_forward_length": (UINT32, HIDDEN),
        "bert.attention.head_count": (UINT32, HEADS),
        "bert.attention.layer_norm_epsilon": (FLOAT32, 1e-12),
        "bert.attention.causal": (BOOL, False),
        "bert.pooling_type": (UINT32, pooling),
        "tokenizer.ggml.model": (STRING, "bert"),
        "tokenizer.ggml.tokens": (ARRAY, (STRING, tokens)),
        "tokenizer.ggml.token_type": (ARRAY, (INT32, [NORMAL] * len(tokens))),
        "tokenizer.ggml.token_type_count": (UINT32, 2),
        "tokenizer.ggml.padding_token_id": (UINT32, 0),
        "tokenizer.ggml.unknown_token_id": (UINT32, 1),
        "tokenizer.ggml.bos_token_id": (UINT32, 2),
        "tokenizer.ggml.cls_token_id": (UINT32, 2),
        "tokenizer.ggml.seperator_token_id": (UINT32, 3),  # spelled so by the format
        "tokenizer.ggml.mask_token_id": (UINT32, 4),
    }
    matrices = {
        **{f"blk.0.attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_up": (WIDTH, HIDDEN),
        "blk.0.ffn_down": (HIDDEN, WIDTH),
        **({"cls": (WIDTH, WIDTH), "cls.output": (WIDTH, 1)} if head else {}),
    }
    shapes = {
        "token_embd.weight": (WIDTH, len(tokens)),
        "token_types.weight": (WIDTH, 2),
        "position_embd.weight": (WIDTH, CONTEXT),
    }
    for norm in ("token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"):
        shapes |= {f"{norm}.weight": (WIDTH,), f"{norm}.bias": (WIDTH,)}
    for matrix, dimensions in matrices.items():
        shapes |= {f"{matrix}.weight": dimensions, f"{matrix}.bias": (dimensions[1],)}
    write_gguf(path, metadata, shapes, seed=2)


def make_all(directory):
    mean, rank = 1, 4
    directory.mkdir(parents=True, exist_ok=True)
    chat_model(directory / "tiny-chat.gguf")
    bert_model(directory / "tiny-embedding.gguf", "tiny-embedding", mean, head=False)
    bert_model(directory / "tiny-reranker.gguf", "tiny-reranker", rank, head=True)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_models.py DIRECTORY")
    make_all(pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    main()
