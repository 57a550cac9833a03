"""Anything but plain HTTP/1.1 is refused before anything else, and none of it is forwarded; also the
known failures of other gateways, each by its name."""

import re

import pytest

from support.caller import CHAT, OVERLOADED, Caller, call, chat_body, post
from support.engine import Engine, Script
from support.eventually import eventually
from support.process import KEY, ROOT
from support.wire import Wire, head, request

UPSTREAM_KEY = "upstream-secret-0123456789abcdef"
MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    upstream = {"name": "gpu", "url": engine.url, "api_key": UPSTREAM_KEY}
    return weir(models=MODELS, upstreams=[upstream], server={"threads": 1})


def ask(port, data):
    """The answer to these bytes, and whether the server closed after it."""
    with Wire(port) as wire:
        wire.send(data)
        reply = wire.receive()
        return reply, reply.header("connection") == "close" and wire.closed()


# Framing.

BODY = chat_body("lab/chat")
FAULTS = {
    "two-hosts": (b"Host: a\r\nHost: b\r\nContent-Length: %d\r\n" % len(BODY), BODY),
    "no-host": (b"Content-Length: %d\r\n" % len(BODY), BODY),
    "length-and-coding": (b"Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "two-lengths": (b"Host: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n", b"hello!"),
    "chunked-not-last": (b"Host: a\r\nTransfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n"),
    "space-before-colon": (b"Host: a\r\nContent-Length : 5\r\n", b"hello"),
    "folded": (b"Host: a\r\nX: y\r\n z\r\nContent-Length: 5\r\n", b"hello"),
    "underscore": (b"Host: a\r\nContent_Length: 5\r\n", b""),
    "bare-lf": (b"Host: a\nContent-Length: 5\r\n", b"hello"),
    "nul": (b"Host: a\r\nX: \0\r\nContent-Length: 5\r\n", b"hello"),
}


@pytest.mark.parametrize("path", [b"/v1/chat/completions", b"/v1/models", b"/nowhere"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_framing_error_is_400_and_close_before_key_and_route(server, engine, fault, path):
    lines, body = FAULTS[fault]
    for key in (b"", b"Authorization: Bearer %s\r\n" % KEY.encode()):
        data = b"POST %s HTTP/1.1\r\n%s%s\r\n%s" % (path, lines, key, body)
        reply, closed = ask(server.public, data + head("GET", "/v1/models", key=KEY))
        assert (reply.status, reply.json()["data"], closed) == (400, "", True)
    assert engine.calls == []


@pytest.mark.parametrize("chunk", [b"5 \r\nhello\r\n", b"+5\r\nhello\r\n", b"5\nhello\r\n", b"5\r\nhello!!\r\n",
                                   b"5;\r\nhello\r\n", b"10000000000000005\r\nhello\r\n"])  # fmt: skip
def test_a_bad_chunk_of_a_call_is_400_and_close(server, engine, chunk):
    pairs = [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
    data = head("POST", CHAT, pairs, KEY) + b"1\r\n{\r\n" + chunk + b"0\r\n\r\n"
    reply, closed = ask(server.public, data + head("GET", "/v1/models", key=KEY))
    assert (reply.status, closed) == (400, True)
    assert engine.calls == []


def test_a_body_that_is_nested_too_deeply_is_400(server, engine):
    deep = b'{"model":"lab/chat","x":' + b"[" * 64 + b"]" * 64 + b"}"
    reply = post(server.public, CHAT, deep)
    assert reply.status == 400
    assert b"nested more than 64 levels deep" in reply.body
    assert engine.calls == []


@pytest.mark.parametrize(("line", "status"), [
    ("CONNECT a.example:443", 405), ("TRACE /v1/models", 405), ("GET /v1/%2e%2e/models", 400),
    ("GET /v1/mod%00els", 400), ("GET /v1%2Fmodels", 400), ("GET /v1/../v1/models", 400),
    ("GET /v1/models#x", 400), ("GET http://elsewhere/v1/models", 400),
])  # fmt: skip
def test_what_is_asked_for_in_an_odd_way_is_refused(server, line, status):
    reply, _ = ask(server.public, f"{line} HTTP/1.1\r\nHost: weir\r\n\r\n".encode())
    assert reply.status == status
    assert (reply.header("allow") is not None) == (status == 405)


# Forwarding.


def test_nothing_but_what_is_known_goes_on_to_an_upstream(server, engine):
    hop = [("Connection", "X-Mine, keep-alive, authorization, content-type"), ("X-Mine", "1"), ("Keep-Alive", "5"),
           ("Proxy-Connection", "keep-alive"), ("TE", "trailers"), ("Trailer", "X-T"), ("Upgrade", "websocket"),
           ("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")]  # fmt: skip
    private = [("Cookie", "session=secret"), ("X-Api-Key", KEY), ("Proxy-Authorization", "Basic secret"),
               ("Api-Key", "secret"), ("X-Goog-Api-Key", KEY)]  # fmt: skip
    told = [("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Host", "elsewhere"), ("Forwarded", "for=10.0.0.1"),
            ("X-Real-IP", "10.0.0.1"), ("Via", "1.1 elsewhere"), ("X-Original-URL", "/admin"), ("Range", "bytes=0-1")]  # fmt: skip
    known = [("Accept", "application/json"), ("anthropic-version", "2023-06-01"), ("anthropic-beta", "b")]

    assert call(server.public, "lab/chat", headers=hop + private + told + known).status == 200

    (made,) = engine.calls
    assert set(made.headers) == {"host", "authorization", "user-agent", "content-type", "content-length", "accept", "accept-encoding",
                                 "anthropic-version", "anthropic-beta", "x-trace-id", "via"}  # fmt: skip
    assert made.headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert made.headers["content-type"] == "application/json"
    assert made.headers["via"] == "1.1 weir"
    for word in (KEY, "secret\r", "elsewhere", "10.0.0.1"):
        assert word.encode() not in made.raw_head


def test_fields_that_matter_to_an_upstream_go_on_to_it(server, engine):
    sent = [("OpenAI-Organization", "org"), ("OpenAI-Project", "proj"), ("OpenAI-Beta", "b"), ("Idempotency-Key", "i"),
            ("session-id", "s"), ("x-session-affinity", "x"), ("traceparent", "00-" + "1" * 32 + "-" + "2" * 16 + "-01")]  # fmt: skip
    named = [("Connection", "x-session-affinity"), *sent]

    assert call(server.public, "lab/chat", headers=sent).status == 200
    assert call(server.public, "lab/chat", headers=named).status == 200

    whole, cut = engine.calls
    expected = {name.lower(): value for name, value in sent if name != "Idempotency-Key"}
    assert expected.items() <= whole.headers.items()
    # It is the key's own, and the same each time.
    assert whole.headers["idempotency-key"] == cut.headers["idempotency-key"] != "i"
    assert "x-session-affinity" not in cut.headers and cut.headers["session-id"] == "s"


def test_of_the_query_only_the_beta_of_anthropics_api_goes_on(server, engine):
    for query, forwarded in (("beta=true", "?beta=true"), ("beta=true&key=x", "?beta=true"), ("beta=1&a=b", "")):
        call(server.public, "lab/chat", target=f"/v1/messages?{query}")
        assert engine.calls[-1].target == "/v1/messages" + forwarded
    call(server.public, "lab/chat", target="/v1/chat/completions?beta=true")
    assert engine.calls[-1].target == "/v1/chat/completions"


def test_a_field_whose_name_has_an_underscore_is_ignored(server, engine):
    """Codex sends session_id; a field that a server could take for a guarded one is refused."""
    assert call(server.public, "lab/chat", headers=[("session_id", "1"), ("conversation_id", "2")]).status == 200
    (made,) = engine.calls
    assert not {name for name in made.headers if "_" in name or "session" in name}
    for name in ("Content_Length", "x_api_key", "X_FORWARDED_FOR", "Proxy_Authorization"):
        assert call(server.public, "lab/chat", headers=[(name, "1")]).status == 400
    assert len(engine.calls) == 1


# Known vulnerabilities of other gateways.

ROUTE = re.compile(r"^\| `([^`]+)` \| ([A-Z, ]+) \| (\w+) \|", re.MULTILINE)


def routes():
    found = ROUTE.findall((ROOT / "docs/reference/routes.md").read_text())
    assert len(found) > 12
    return [(path, methods.split(", "), access) for path, methods, access in found]


def test_portkey_cve_2025_66405_every_route_asks_for_a_key(server, engine):
    """A route that was older than the rule had been left out of it."""
    open_to_anyone = {path for path, _, access in routes() if access == "anyone"}
    assert open_to_anyone == {"/openapi.yaml", "/", "/docs", "/echo"}
    for path, methods, access in routes():
        if access == "anyone":
            continue
        for variant in {path, path.removeprefix("/v1") if path.startswith("/v1/") else path}:
            target = variant.replace("{id}", "lab/chat" if "/models/" in path else "lab").replace("{model}", "lab/chat")
            for method in set(methods) - {"OPTIONS"}:
                for headers in ([], [("Authorization", "Bearer sk-wrong")], [("Authorization", f"Basic {KEY}")]):
                    assert request(server.public, method, target, headers).status == 401, (method, target)
    assert engine.calls == []


def test_pingora_cve_2025_4366_an_answer_with_more_behind_it_ends_its_connection(server, engine):
    """Bytes left on a connection had been taken for the answer to the next request."""
    evil = b'{"evil":1}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    after = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(evil), evil)
    engine.scripts["lab/chat"] = Script(raw=answer + after)
    assert call(server.public, "lab/chat").body == b"{}"
    engine.scripts.clear()
    assert evil not in call(server.public, "lab/chat").body
    first, second = engine.calls
    assert first.connection is not second.connection


def test_pingora_cve_2026_2833_no_one_is_switched_to_another_protocol(server, engine):
    """Bytes behind an upgrade request had been forwarded before the upstream agreed, or without asking
    it."""
    pairs = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    with Caller(server.public) as caller:
        caller.call("lab/chat", headers=pairs)
        caller.send(head("GET", "/v1/models", key=KEY))
        assert caller.ending().status == 200
        assert caller.receive().ids() == ["lab/chat"]
    assert "upgrade" not in engine.calls[0].headers
    engine.scripts["lab/chat"] = Script(raw=b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                            b"Connection: Upgrade\r\n\r\nraw bytes")  # fmt: skip
    reply = call(server.public, "lab/chat", headers=pairs)
    assert (reply.status, reply.body) == (503, OVERLOADED)


def test_pingora_cve_2026_2835_a_coding_in_http_1_0_is_refused_on_both_sides(server, engine):
    """One side had read the body by its coding, the other until the end."""
    data = head("POST", CHAT, [("Transfer-Encoding", "chunked")], KEY).replace(b"HTTP/1.1", b"HTTP/1.0")
    reply, closed = ask(server.public, data + b"0\r\n\r\n")
    assert (reply.status, closed) == (400, True)
    assert engine.calls == []
    engine.scripts["lab/chat"] = Script(raw=b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n"
                                            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")  # fmt: skip
    assert call(server.public, "lab/chat").status == 503


def test_pingora_cve_2026_2836_a_list_is_kept_per_permission_and_query(weir):
    """A cached answer for one client had been given to another: the cache key did not distinguish them."""
    models = [{"id": "a/chat", "sub_types": ["chat"]}, {"id": "b/embed", "sub_types": ["embedding"]}]
    keys = {"all": "*", "only-a": "a/*", "only-b": "b/*"}
    texts = {name: f"sk-{name:_<8}-0123456789abcdef" for name in keys}
    server = weir(models=models, keys=[{"name": name, "key": texts[name], "models": [keys[name]]} for name in keys])
    expected = {
        ("all", ""): ["a/chat", "b/embed"], ("all", "?sub_type=chat"): ["a/chat"],
        ("all", "?sub_type=embedding"): ["b/embed"], ("only-a", ""): ["a/chat"],
        ("only-a", "?sub_type=embedding"): [], ("only-b", ""): ["b/embed"], ("only-b", "?type=text"): ["b/embed"],
        ("only-b", "?sub_type=chat"): [],
    }  # fmt: skip
    tags = {}
    for _ in range(2):  # made, then kept
        for (name, query), ids in expected.items():
            reply = server.get(f"/v1/models{query}", key=texts[name])
            assert reply.ids() == ids, (name, query)
            assert "Authorization" in reply.header("vary")
            assert "private" in reply.header("cache-control")
            tags[name, query] = reply.header("etag")
    stale = server.get("/v1/models", [("If-None-Match", tags["all", ""])], texts["only-a"])
    assert (stale.status, stale.ids()) == (200, ["a/chat"])


# The open route.


def test_there_is_no_echo_unless_it_is_asked_for(server):
    assert request(server.public, "GET", "/").body != b"OK"
    assert request(server.public, "POST", "/", [("Content-Length", "0")]).status == 405
    for method in ("GET", "POST"):
        assert request(server.public, method, "/echo", [("Content-Length", "0")]).status == 404
    assert not server.log.where(setting="server.echo")


def test_echo_gives_back_what_it_is_sent_and_opens_nothing_else(weir):
    server = weir(server={"echo": True, "max_body_bytes": 4096}, models=MODELS[:0])
    eventually(lambda: server.log.where(level="warn", setting="server.echo"))
    chunked = [("Transfer-Encoding", "chunked")]
    for target in ("/", "/echo"):
        assert request(server.public, "GET", target).body == b"OK"
        assert request(server.public, "HEAD", target).status == 200
        with Wire(server.public) as wire:
            wire.send(head("POST", target, [("Content-Length", "5")]) + b"hello")
            wire.send(head("POST", target, chunked) + b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nA: b\r\n\r\n")
            wire.send(head("POST", target))
            assert [wire.receive().body for _ in range(3)] == [b"hello", b"hello world", b""]
            wire.send(head("POST", target, [("Content-Length", "5000")]))
            assert wire.receive().status == 413
            assert wire.closed()
        bad, closed = ask(server.public, head("POST", target, chunked) + b"5\r\nhello!\r\n0\r\n\r\n")
        assert (bad.status, closed) == (400, True)
    assert request(server.public, "DELETE", "/echo").status == 405
    assert request(server.public, "GET", "/v1/models").status == 401
    assert request(server.public, "POST", CHAT).status == 401
