"""Bodies with Content-Encoding: the upstream gets them decoded, and nothing else is let through.

Decoding never makes more of a body than a plain one may be, and moves no boundary between requests.
"""

import gzip
import json
import zlib

import brotli
import pytest
import zstandard

from support.caller import CHAT, Caller, Told, chat_body, multipart, post, post_head
from support.engine import Engine, Script
from support.eventually import eventually
from support.process import KEY
from support.wire import head

MIB = 1 << 20
KINDS = {"chat": "chat", "vector": "embedding", "ear": "speech-to-text", "picture": "text-to-image"}
PAINTER = "lab/painter"
ACCEPTED = "gzip, deflate, br, zstd"


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def streamed_zstd(data):
    """As of a client that does not know the size when it begins."""
    packer = zstandard.ZstdCompressor().compressobj()
    return b"".join(packer.compress(data[i : i + 7]) for i in range(0, len(data), 7)) + packer.flush()


ENCODINGS = {
    "gzip": ("gzip", gzip.compress),
    "gzip, stored": ("gzip", lambda data: gzip.compress(data, 0)),
    "x-gzip": ("x-gzip", gzip.compress),
    "GZip with identity": ("identity,  GZip", gzip.compress),
    "gzip in two members": ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    "deflate": ("deflate", zlib.compress),
    "deflate without its wrapper": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "br, level 0": ("br", lambda data: brotli.compress(data, quality=0, lgwin=10)),
    "zstd": ("zstd", zstandard.compress),
    "zstd, streamed": ("zstd", streamed_zstd),
    "identity": ("identity", bytes),
    "an empty field": ("", bytes),
}


@pytest.fixture
def engine():
    with Engine(*(f"lab/{name}" for name in KINDS), PAINTER) as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return serve(weir, engine)


def serve(weir, engine, **sections):
    models = [{"id": f"lab/{name}", "sub_types": [kind], "upstreams": [{"name": "gpu"}]} for name, kind in KINDS.items()]
    models.append({"id": PAINTER, "sub_types": ["image-to-image"], "upstreams": [{"name": "gpu"}]})
    return weir(models=models, upstreams=[{"name": "gpu", "url": engine.url}], **sections)


def send(server, coding, body, target=CHAT, **options):
    return post(server.public, target, body, headers=[("Content-Encoding", coding)], **options)


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_upstream_gets_what_was_encoded(server, engine, name):
    coding, encode = ENCODINGS[name]
    for text in ("hello there", "hello there " * 20_000):  # the second is decoded on another thread
        body = chat_body("lab/chat", text)
        assert send(server, coding, encode(body)).status == 200
        call = engine.calls[-1]
        assert call.body == body
        assert call.headers["content-length"] == str(len(body))
        assert "content-encoding" not in call.headers
        assert "transfer-encoding" not in call.headers


BODIES = {
    "/v1/embeddings": {"model": "lab/vector", "input": "hello"},
    "/v1/images/generations": {"model": "lab/picture", "prompt": "a cat"},
    "/v1/chat/completions": {"model": "lab/chat", "messages": [], "stream": True},
    "/v1/messages": {"model": "lab/chat", "messages": [], "max_tokens": 5},
}


@pytest.mark.parametrize("target", BODIES)
def test_every_path_with_json(server, engine, target):
    body = json.dumps(BODIES[target]).encode()
    send(server, "zstd", zstandard.compress(body), target)
    assert json.loads(engine.calls[-1].body)["model"] == BODIES[target]["model"]
    assert "content-encoding" not in engine.calls[-1].headers


@pytest.mark.parametrize("target, model", [("/v1/audio/transcriptions", "lab/ear"), ("/v1/images/edits", PAINTER)])
def test_every_path_with_a_form(server, engine, target, model):
    name = "file" if "audio" in target else "image"
    # A plain form must have its model first if its file is large. An encoded one is whole before it is read.
    content_type, body = multipart((name, "a.bin", bytes(range(256)) * 500), ("model", model))
    assert send(server, "gzip", gzip.compress(body), target, content_type=content_type).status == 200
    call = engine.calls[-1]
    assert call.body == body
    assert call.headers["content-length"] == str(len(body))
    assert call.headers["content-type"] == content_type


UNKNOWN = ["compress", "x-compress", "aws-chunked", "gzip, br", "gzip, gzip", "gzip;q=1", "lz4", "*", "utf-8", "chunked"]


@pytest.mark.parametrize("coding", UNKNOWN)
def test_other_codings_are_refused(server, engine, coding):
    reply = send(server, coding, gzip.compress(chat_body("lab/chat")))
    assert (reply.status, reply.header("accept-encoding")) == (415, ACCEPTED)
    error = reply.json()["error"]
    assert error["code"] == "unsupported_coding"
    assert "gzip, deflate, br and zstd" in error["message"]
    assert reply.header("x-should-retry") == "false"
    assert engine.calls == []
    eventually(lambda: server.access.where(reason="unsupported_coding", status=415))


def test_two_fields_are_one_list(server, engine):
    body = gzip.compress(chat_body("lab/chat"))
    twice = [("Content-Encoding", "gzip"), ("content-encoding", "gzip")]
    assert post(server.public, CHAT, body, headers=twice).status == 415
    beside = [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]
    assert post(server.public, CHAT, body, headers=beside).status == 200
    assert len(engine.calls) == 1


def test_errors_have_the_clients_shape(weir, engine):
    server = serve(weir, engine)
    anthropic = send(server, "compress", b"{}", "/v1/messages").json()
    assert anthropic["error"]["type"] == "invalid_request_error"
    assert "Content-Encoding" in anthropic["error"]["message"]
    damaged = send(server, "br", b"{}", "/v1/messages")
    assert (damaged.status, damaged.json()["type"]) == (400, "error")
    contract = serve(weir, engine, server={"errors": "contract"})
    refused = send(contract, "compress", b"{}")
    assert refused.status == 415
    assert refused.body == Told(20015, "The Content-Encoding")
    assert "error" not in refused.json()


BODY = chat_body("lab/chat")
DAMAGED = {
    "gzip, cut": ("gzip", gzip.compress(BODY)[:-1]),
    "gzip, its head alone": ("gzip", gzip.compress(BODY)[:10]),
    "gzip, something behind it": ("gzip", gzip.compress(BODY) + b"\n"),
    "gzip, zeros behind it": ("gzip", gzip.compress(BODY) + b"\0" * 20),
    "gzip, another checksum": ("gzip", gzip.compress(BODY)[:-8] + b"abcd" + gzip.compress(BODY)[-4:]),
    "gzip that is plain": ("gzip", BODY),
    "gzip that is zlib": ("gzip", zlib.compress(BODY)),
    "deflate that is gzip": ("deflate", gzip.compress(BODY)),
    "deflate, cut": ("deflate", zlib.compress(BODY)[:-3]),
    "raw deflate, cut": ("deflate", raw_deflate(BODY)[:-1]),
    "deflate, something behind it": ("deflate", zlib.compress(BODY) + b"x"),
    "br, cut": ("br", brotli.compress(BODY)[:-1]),
    "br, something behind it": ("br", brotli.compress(BODY) + b"x"),
    "br that is plain": ("br", BODY),
    "zstd, cut": ("zstd", zstandard.compress(BODY)[:-1]),
    "zstd, something behind it": ("zstd", zstandard.compress(BODY) + b"{}"),
    "zstd that is plain": ("zstd", BODY),
    "plain that is gzip": ("identity", gzip.compress(BODY)),
    "nothing": ("gzip", b""),
    "encoded nothing": ("gzip", gzip.compress(b"")),
    "encoded twice": ("gzip", gzip.compress(gzip.compress(BODY))),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_decoded_is_refused(server, engine, name):
    coding, body = DAMAGED[name]
    reply = send(server, coding, body)
    assert reply.status == 400, reply.body
    assert len(reply.json()["error"]["message"]) > 10
    assert engine.calls == []
    assert send(server, "gzip", gzip.compress(BODY)).status == 200


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_ends_at_the_limit(weir, engine, name):
    server = serve(weir, engine, calls={"max_body_bytes": MIB, "buffer_bytes": 5 * MIB // 2})
    coding, encode = ENCODINGS[name]
    bomb = encode(b'{"model":"lab/chat","messages":[],"x":"' + b" " * (200 * MIB) + b'"}')
    for _ in range(3):
        reply = send(server, coding, bomb)
        assert reply.status == 413, reply.body
        assert reply.json()["message"] == f"The request body is too large once decoded: at most {MIB} bytes."
    content_type, form = multipart(("model", "lab/ear"), ("file", "a", bytes(4 * MIB)))
    reply = send(server, coding, encode(form), "/v1/audio/transcriptions", content_type=content_type)
    assert reply.status == 413, reply.body
    assert engine.calls == []
    # Nothing of them is counted any more: there is room for two of almost the limit.
    fits = chat_body("lab/chat", "x" * (MIB - 1000))
    assert send(server, coding, encode(fits)).status == 200
    assert send(server, coding, encode(fits + b" " * 2000)).status == 413


def chunked(body, size):
    cut = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in cut) + b"0\r\n\r\n"


JSON = ("Content-Type", "application/json")


@pytest.mark.parametrize("size", [1, 10, 1 << 20])
def test_a_body_in_chunks(server, engine, size):
    fields = [JSON, ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
    with Caller(server.public) as caller:
        for _ in range(2):
            caller.send(head("POST", CHAT, fields, KEY) + chunked(gzip.compress(BODY), size))
            assert caller.ending().status == 200
            assert engine.calls[-1].body == BODY
            assert engine.calls[-1].headers["content-length"] == str(len(BODY))


def test_a_client_that_waits_for_100_continue(server, engine):
    body = gzip.compress(BODY)
    with Caller(server.public) as caller:
        fields = [("Expect", "100-continue"), ("Content-Encoding", "gzip")]
        caller.send(post_head(CHAT, len(body), headers=fields))
        assert caller.receive().status == 100
        caller.send(body)
        assert caller.ending().status == 200
    with Caller(server.public) as caller:
        fields = [("Expect", "100-continue"), ("Content-Encoding", "compress")]
        caller.send(post_head(CHAT, len(body), headers=fields))
        assert caller.receive().status == 415  # and the body is not asked for
    assert len(engine.calls) == 1


def test_an_empty_body_ends_where_it_says(server, engine):
    with Caller(server.public) as caller:
        empty = post_head(CHAT, 0, headers=[("Content-Encoding", "gzip")])
        caller.send(empty + post_head(CHAT, len(BODY)) + BODY)
        assert [caller.ending().status for _ in range(2)] == [400, 200]
    with Caller(server.public) as caller:
        fields = [JSON, ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
        caller.send(head("POST", CHAT, fields, KEY) + b"0\r\n\r\n" + post_head(CHAT, len(BODY)) + BODY)
        assert [caller.ending().status for _ in range(2)] == [400, 200]
    assert [call.body for call in engine.calls] == [BODY] * 2


def test_a_request_within_a_body_stays_there(server, engine):
    inner = post_head(CHAT, len(BODY)) + BODY
    outer = chat_body("lab/chat", inner.decode())
    with Caller(server.public) as caller:
        encoded = gzip.compress(outer) + gzip.compress(b"\r\n")
        caller.post(CHAT, encoded, headers=[("Content-Encoding", "gzip")])
        caller.post(CHAT, BODY)
        assert [caller.ending().status for _ in range(2)] == [200, 200]
    assert [call.body for call in engine.calls] == [outer + b"\r\n", BODY]


def test_a_name_with_an_underscore_is_refused(server, engine):
    reply = post(server.public, CHAT, gzip.compress(BODY), headers=[("Content_Encoding", "gzip")])
    assert reply.status == 400
    assert engine.calls == []


def test_another_upstream_gets_the_decoded_body_too(weir, engine):
    with Engine("lab/chat") as broken:
        broken.scripts["lab/chat"] = Script((b"{}",), status=503)
        names = {"broken": broken.url, "gpu": engine.url}
        server = weir(
            upstreams=[{"name": name, "url": url, "priority": i} for i, (name, url) in enumerate(names.items())],
            models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": name} for name in names]}],
        )
        assert send(server, "br", brotli.compress(BODY)).status == 200
        assert [call.body for call in (*broken.calls, *engine.calls)] == [BODY] * 2


def test_requests_without_a_body_may_have_the_field(server):
    for method, target in (("GET", "/v1/models"), ("HEAD", "/v1/usage")):
        assert server.request(method, target, headers={"Content-Encoding": "compress"}).status == 200
