"""Web pages: what a browser lets them read, and what they do not get by DNS rebinding."""

import threading

import pytest

from support.caller import call
from support.engine import Engine, as_json
from support.eventually import eventually
from support.process import KEY
from support.upstream import Answer, Upstream
from support.wire import Wire, head, request

REBOUND = "evil.example"
LISTED = "weir.monitoring.svc"
DATA = ("/metrics", "/admin/models", "/admin/upstreams", "/admin/explain?model=lab/chat", "/none", "/")
ADMIN = "an-admin-key-0123456789"
PAGE = "https://chat.example"
PREFLIGHT = [("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "authorization")]


def ask(port, host, target, method="GET", version="HTTP/1.1", headers=()):
    """`host`: the value of Host; nothing for none."""
    lines = [f"{method} {target} {version}", *([f"Host: {host}"] if host else []), *headers]
    with Wire(port) as wire:
        wire.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        return wire.receive(method)


def cors_fields(reply):
    return [name for name, _ in reply.headers if name.startswith("access-control-")]


@pytest.fixture(scope="module")
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        upstreams=[{"name": "gpu", "url": f"http://127.0.0.1:{engine.port}"}],
        server={"admin_hosts": ["Weir.Monitoring.Svc", "*.apps.example"], "admin_key": ADMIN},
    )


# DNS rebinding.


@pytest.mark.parametrize("host", [REBOUND, f"{REBOUND}:8081", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_the_admin_address_tells_a_rebound_name_nothing(server, host):
    for target in DATA:
        for headers in ((), (f"Authorization: Bearer {ADMIN}",)):
            reply = ask(server.admin, host, target, headers=headers)
            assert reply.status == 421
            assert reply.json()["error"]["reason"] == "misdirected_request"
            assert "server.admin_hosts" in reply.json()["error"]["message"]
            assert b"lab" not in reply.body and b"weir_" not in reply.body
        assert ask(server.admin, host, target, "OPTIONS").status == 421


def test_an_absolute_target_is_looked_at_like_host(server):
    assert ask(server.admin, REBOUND, f"http://{REBOUND}/metrics").status == 421
    assert ask(server.admin, None, f"http://{REBOUND}/metrics", version="HTTP/1.0").status == 421
    assert ask(server.admin, "127.0.0.1", "http://127.0.0.1/metrics").status == 200
    assert ask(server.admin, "127.0.0.1", f"http://{REBOUND}/metrics").status == 400


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "10.1.2.3", "[::1]:8081", "LOCALHOST:8081", "weir.localhost", "localhost."]
)
def test_addresses_and_localhost_are_answered(server, host):
    for target in ("/metrics", "/admin/models", "/admin/upstreams", "/healthz"):
        assert ask(server.admin, host, target).status == 200


def test_listed_names_are_answered(server):
    for host in (LISTED, f"{LISTED.upper()}.:9090", "a.b.apps.example"):
        assert b"weir_" in ask(server.admin, host, "/metrics").body
        assert ask(server.admin, host, "/admin/models").status == 403
        assert ask(server.admin, host, "/admin/models", headers=(f"Authorization: Bearer {ADMIN}",)).status == 200
    assert ask(server.admin, "apps.example", "/metrics").status == 421


def test_http_1_0_without_a_host_is_no_browser(server):
    for target in ("/metrics", "/admin/models", "/healthz"):
        assert ask(server.admin, None, target, version="HTTP/1.0").status == 200


def test_the_commands_go_by_address(server):
    eventually(lambda: "lab/chat" in server.ask("models").stdout)
    assert "gpu" in server.ask("upstreams").stdout
    assert server.ask("health").stdout == "ready\n"


def test_probes_are_answered_under_any_name_and_told_their_status_alone(weir):
    with Upstream({"/v1/models": Answer(hold=threading.Event())}) as silent:
        server = weir(
            upstreams=[{"name": "slow", "url": f"http://127.0.0.1:{silent.port}"}], discovery={"timeout": "5m"}
        )
        assert ask(server.admin, REBOUND, "/healthz").body == b"ok\n"
        reply = ask(server.admin, REBOUND, "/readyz")
        assert (reply.status, reply.body) == (503, b"first lists pending\n")
        assert ask(server.admin, "127.0.0.1", "/readyz").body == b"first lists pending: slow\n"


def test_the_api_answers_under_every_name(server):
    assert ask(server.public, REBOUND, "/v1/models", headers=(f"Authorization: Bearer {KEY}",)).status == 200


# CORS.


def test_the_admin_address_has_no_field_of_cors(server):
    origin = ("Origin", PAGE)
    eventually(lambda: request(server.admin, "GET", "/readyz").status == 200)
    for target in (*DATA, "/healthz", "/readyz"):
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            for asked in ([origin], [origin, *PREFLIGHT], [("Origin", "null"), *PREFLIGHT]):
                reply = request(server.admin, method, target, asked)
                assert reply.status in ((405, 404) if method in ("POST", "OPTIONS") else (200, 404))
                assert cors_fields(reply) == []
    for host in (REBOUND, LISTED):
        assert cors_fields(ask(server.admin, host, "/metrics", headers=(f"Origin: {PAGE}",))) == []
    with Wire(server.admin) as wire:
        wire.send(head("GET", "/metrics", [origin, ("Content-Length", "x")]))
        reply = wire.receive()
    assert (reply.status, cors_fields(reply)) == (400, [])


def answers(server, origin):
    """An answer of every sort: a list, nothing new, errors of each kind, the description, a call."""
    asked = [("Origin", origin)] if origin else []
    tag = server.get("/v1/models").header("ETag")
    empty = [*asked, ("Content-Length", "0")]
    yield 200, server.get("/v1/models", asked)
    yield 304, server.get("/v1/models", [*asked, ("If-None-Match", tag)])
    yield 200, server.get("/openapi.yaml", asked)
    yield 200, server.get("/", asked)
    yield 200, server.get("/docs", asked)
    yield 400, server.get("/v1/models?type=nonsense", asked)
    yield 401, server.get("/v1/models", asked, key="sk-unknown")
    yield 404, server.get("/v1/models/none", asked)
    yield 404, server.get("/none", asked)
    yield 405, request(server.public, "PUT", "/v1/models", empty, KEY)
    yield 400, request(server.public, "POST", "/v1/chat/completions", empty, KEY)
    yield 204, request(server.public, "OPTIONS", "/v1/models", asked)


@pytest.mark.parametrize(
    ("allowed", "origin", "told"),
    [
        (["*"], PAGE, "*"),
        (["*"], "null", "*"),
        (["*"], None, None),
        (["https://Chat.Example", "http://localhost:3000"], PAGE, PAGE),
        ([PAGE], "https://other.example", None),
        ([PAGE], "null", None),
        ([PAGE], None, None),
        ([], PAGE, None),
    ],
)
def test_answers_and_errors_are_readable_for_allowed_origins_alone(weir, engine, allowed, origin, told):
    gpu = {"name": "gpu", "url": f"http://127.0.0.1:{engine.port}"}
    server = weir(upstreams=[gpu], server={"cors_allow_origins": allowed})
    eventually(server.ids, what="the engine's list")  # from here on the list has one tag
    for status, reply in answers(server, origin):
        assert reply.status == status
        assert reply.header("Access-Control-Allow-Origin") == told, reply
        assert reply.header("Access-Control-Allow-Credentials") is None
        assert bool(cors_fields(reply)) == (told is not None)
        stored = reply.header("Cache-Control") or ""
        if status in (200, 304) and "no-store" not in stored:
            assert "origin" in reply.header("Vary").lower()
        elif status >= 400:
            assert "no-store" in stored
    preflight = [*([("Origin", origin)] if origin else []), *PREFLIGHT]
    fields = cors_fields(request(server.public, "OPTIONS", "/v1/models", preflight))
    assert ("access-control-allow-headers" in fields) == (told is not None)
    assert bool(fields) == (told is not None)


def test_an_upstream_opens_nothing_to_pages(weir):
    """Its fields of CORS are about its own origin."""
    own = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin")]
    with Engine("lab/open") as engine:
        engine.scripts["lab/open"] = as_json({"choices": []}, headers=own)
        gpu = {"name": "gpu", "url": f"http://127.0.0.1:{engine.port}"}
        server = weir(upstreams=[gpu], server={"cors_allow_origins": [PAGE]})
        eventually(lambda: server.ids() == ["lab/open"])
        reply = call(server.public, "lab/open", headers=[("Origin", "https://other.example")])
        assert (reply.status, cors_fields(reply)) == (200, [])
        reply = call(server.public, "lab/open", headers=[("Origin", PAGE)])
        assert (reply.status, reply.header("Access-Control-Allow-Origin")) == (200, PAGE)
        assert reply.header("Access-Control-Allow-Credentials") is None
