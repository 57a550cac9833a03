"""An engine with a prefix cache, for bench/affinity: `affinity_engine.py PORT BLOCKS`.

Its prompt is the text of all messages, cut into blocks; it keeps the BLOCKS that were used last, each known
by all of the text up to its end, as vLLM and SGLang do. A call takes as long as its blocks that are not
cached, and reports the others as cached tokens. GET /figures answers what it has counted since the last one.
"""

import collections
import hashlib
import json
import os
import sys
import threading
import time

from json_engine import JsonEngine, JsonHandler

BLOCK_BYTES = 64
BLOCK_TOKENS = 16
BLOCK_S = 0.0008  # of prefill
DECODE_S = 0.02
ANSWER = "The answer has a few sentences, as answers have. " * 8


class PrefixCache:
    def __init__(self, blocks):
        self.most = blocks
        self.blocks = collections.OrderedDict()

    def use(self, prompt):
        """(blocks of the prompt, of them cached); all of them are from now on."""
        digest = hashlib.blake2b(digest_size=16)
        total = cached = 0
        for at in range(0, len(prompt) - BLOCK_BYTES + 1, BLOCK_BYTES):
            digest.update(prompt[at : at + BLOCK_BYTES])
            block = digest.digest()
            if block in self.blocks and cached == total:
                cached += 1
            total += 1
            self.blocks[block] = None
            self.blocks.move_to_end(block)
        while len(self.blocks) > self.most:
            self.blocks.popitem(last=False)
        return total, cached


class Counts:
    """Calls, blocks, and the calls in flight over time."""

    def __init__(self):
        self.began = self.changed = time.monotonic()
        self.calls = self.total = self.cached = self.in_flight = 0
        self.busy = 0.0

    def change(self, by):
        now = time.monotonic()
        self.busy += self.in_flight * (now - self.changed)
        self.changed = now
        self.in_flight += by

    def figures(self):
        self.change(0)
        return {"calls": self.calls, "blocks": self.total, "cached": self.cached, "busy_s": self.busy}


class Handler(JsonHandler):
    def do_GET(self):
        if self.path == "/figures":
            with self.server.lock:
                figures, self.server.counts = self.server.counts.figures(), Counts()
            return self.reply(figures)
        return super().do_GET()

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = "".join(f"<{m['role']}>{m['content']}" for m in request["messages"]).encode()
        with self.server.lock:
            counts = self.server.counts
            total, cached = self.server.cache.use(prompt)
            counts.calls += 1
            counts.total += total
            counts.cached += cached
            counts.change(1)
        time.sleep(DECODE_S + (total - cached) * BLOCK_S)
        with self.server.lock:
            counts.change(-1)
        usage = {
            "prompt_tokens": total * BLOCK_TOKENS,
            "completion_tokens": 100,
            "total_tokens": total * BLOCK_TOKENS + 100,
            "prompt_tokens_details": {"cached_tokens": cached * BLOCK_TOKENS},
        }
        self.reply_chat(ANSWER, usage)


class Engine(JsonEngine):
    def __init__(self, port, blocks):
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.Lock()
        self.cache = PrefixCache(blocks)
        self.counts = Counts()


def main():
    engine = Engine(int(sys.argv[1]), int(sys.argv[2]))
    threading.Thread(target=engine.serve_forever, daemon=True).start()
    while os.getppid() != 1:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
