"""Known failures of other gateways, tested here. tests/records.md maps records to tests."""

import base64
import hashlib
import hmac
import re
import sqlite3

import pytest

from support.caller import Caller, chat_body, post_head
from support.engine import Engine
from support.eventually import eventually
from support.process import KEY
from support.wire import Closed, Wire, head, request

ADMIN = "admin-key-0123456789abcdef"
PEPPER = "a-pepper-of-some-length-0123456789"


@pytest.fixture(scope="module")
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
        upstreams=[{"name": "gpu", "url": engine.url}],
        pepper=PEPPER,
        server={"admin_key": ADMIN},
    )


def tables(server):
    """Everything in the store, row by row."""
    file = sqlite3.connect(server.directory / "weir.db")
    names = [name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    everything = {name: file.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    file.close()
    return everything


def test_litellm_cve_2026_42208_sql_in_the_authorization_header(server):
    key = server.create_key("app")
    eventually(lambda: server.get("/v1/models", key=key).status == 200)
    keys = {name: rows for name, rows in tables(server).items() if name.startswith("key")}
    payloads = ["' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE keys; --", "\" OR \"\"=\"", "x' UNION SELECT * FROM keys --",
                "' OR digest LIKE '%", "') OR ('a'='a", "'; UPDATE keys SET state='active'; --", "\\' OR 1=1 --",
                "%27%20OR%201=1", "' OR x'00'='", "0x27204f52", "';ATTACH DATABASE '/tmp/x' AS x;--"]  # fmt: skip
    for payload in payloads:
        for text in (payload, key + payload, key[:12] + payload, "sk-weir_" + payload):
            for field in (("Authorization", f"Bearer {text}"), ("Authorization", text), ("x-api-key", text)):
                assert server.get("/v1/models", headers=[field], key=None).status in (400, 401), field
        refused = server.cli("keys", "revoke", payload, check=False)
        assert refused.returncode != 0
    assert {name: rows for name, rows in tables(server).items() if name.startswith("key")} == keys
    assert server.get("/v1/models", key=key).status == 200


def test_litellm_ghsa_69x8_hrgq_fjj8_a_stored_digest_is_no_key_and_is_shown_nowhere(server):
    key = server.create_key("app")
    eventually(lambda: server.get("/v1/models", key=key).status == 200)
    file = sqlite3.connect(server.directory / "weir.db")
    digests = [digest for (digest,) in file.execute("SELECT digest FROM key_secrets")]
    file.close()
    digests += [hashlib.sha256(key.encode()).digest(), hmac.digest(PEPPER.encode(), key.encode(), "sha256")]
    shown = "".join(
        [server.cli("keys", "list", "--all", *words).stdout for words in ([], ["--json"])]
        + [request(server.admin, "GET", path, key=ADMIN).body.decode() for path in ("/metrics", "/admin/models")]
    )
    for digest in digests:
        hexed = digest.hex()
        spellings = [hexed, hexed.upper(), base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode()]
        spellings += ["sk-" + hexed, "sk-weir_" + hexed, f"sha256:{hexed}"]
        for text in spellings:
            for field in (("Authorization", f"Bearer {text}"), ("x-api-key", text)):
                assert server.get("/v1/models", headers=[field], key=None).status == 401, field
            assert text not in shown
    server.stop()
    for digest in digests:
        assert digest.hex() not in server.log.text() + server.access.text()


def test_litellm_cve_2026_35029_admin_routes_by_caller(server):
    """Administration changes nothing over HTTP and is not on the public address; what it shows wants
    the admin's key or this machine, and a client's key is not one."""
    stored = server.create_key("app")
    paths = ["/admin", "/admin/models", "/admin/upstreams", "/metrics", "/config/update", "/admin/config", "/admin/keys"]
    for path in paths:
        for key in (None, KEY, stored, ADMIN):
            assert request(server.public, "GET", path, key=key).status in (401, 404), path
            assert request(server.public, "POST", path, [("Content-Length", "0")], key).status in (401, 404, 405), path
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                status = request(server.admin, method, path, [("Content-Length", "0")], key).status
                assert status in (403, 404, 405), (method, path, status)


def routes(server):
    """(path, methods, access) of every row of the route table."""
    rows = re.findall(r"^\| `([^`]+)` \| ([A-Z, ]+) \| (\w+) \|", server.run("reference", "routes").stdout, re.M)
    assert len(rows) > 10
    return [(path, methods.split(", "), access) for path, methods, access in rows]


def test_portkey_cve_2025_66405_every_route_without_a_key(server, engine):
    """The table of routes is walked, so that a new one is tried as well; what is not in it is not there."""
    wrong = "sk-wrong-0123456789abcdef0123456789abcdef"
    before = len(engine.calls)
    for path, methods, access in routes(server):
        spellings = {path, path.removeprefix("/v1") or path, path + "/", path.upper(), "//" + path[1:], path + "%20"}
        for spelling in {one.replace("{id}", "lab/chat").replace("{model}", "lab/chat") for one in spellings}:
            for method in {*methods, "GET", "POST", "PUT", "DELETE", "HEAD"} - {"OPTIONS"}:
                for key in (None, wrong):
                    headers = [("Content-Length", "0")] if method in ("POST", "PUT") else []
                    status = request(server.public, method, spelling, headers, key).status
                    allowed = (200,) if access == "anyone" and method in ("GET", "HEAD") else ()
                    assert status in (400, 401, 404, 405, *allowed), (method, spelling, status)
                    assert status != 200 or path in ("/openapi.yaml", "/", "/docs"), (method, spelling)
    assert len(engine.calls) == before


def test_pingora_cve_2025_4366_bytes_of_an_unread_body_are_no_request(server):
    """The answer came before the body was read; what was left of it was taken for the next request."""
    smuggled = b"GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n\r\n"
    for target, key in (("/none", KEY), ("/v1/chat/completions", "sk-wrong-0123456789abcdef0123456789")):
        with Wire(server.public) as wire:
            wire.send(post_head(target, len(smuggled), key) + smuggled)
            assert wire.receive().status in (401, 404)
            try:
                wire.send(head("GET", "/openapi.yaml"))
                assert wire.receive().body.startswith(b"openapi:")
            except (Closed, OSError):
                pass  # as good: the connection was closed


def test_pingora_cve_2026_2833_an_upgrade_without_101_switches_nothing(server):
    with Caller(server.public) as caller:
        body = chat_body("lab/chat")
        fields = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
        caller.send(post_head("/v1/chat/completions", len(body), KEY, fields) + body)
        assert caller.ending().status == 200
        # The following bytes are parsed as HTTP, or not at all.
        try:
            caller.send(b"\x81\x05hello\r\n\r\n")
            assert caller.receive().status == 400
        except (Closed, OSError):
            pass


def test_pingora_cve_2026_2835_http_1_0_with_transfer_encoding_is_refused(server, engine):
    before = len(engine.calls)
    body = chat_body("lab/chat")
    for framing in ("Transfer-Encoding: chunked", f"Transfer-Encoding: chunked\r\nContent-Length: {len(body)}"):
        with Wire(server.public) as wire:
            start = f"POST /v1/chat/completions HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n{framing}\r\n\r\n"
            wire.send(start.encode() + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
            assert wire.receive().status == 400
            assert wire.closed()
    assert len(engine.calls) == before


def test_pingora_cve_2026_2836_one_keys_list_is_not_anothers(server):
    """A cache whose key omits the caller."""
    narrow = server.create_key("narrow", "--models", "other/*")
    eventually(lambda: server.get("/v1/models", key=narrow).status == 200)
    for _ in range(3):
        assert server.ids() == ["lab/chat"]
        assert server.ids(key=narrow) == []
        assert server.ids("?type=image") == []
    tag = server.get("/v1/models").header("etag")
    reply = server.get("/v1/models", headers=[("If-None-Match", tag)], key=narrow)
    assert (reply.status, reply.ids()) == (200, [])
    assert server.get("/v1/models/lab/chat", key=narrow).status == 404
    with Wire(server.public) as wire:
        for key, status in ((KEY, 200), (narrow, 404), (None, 401), (KEY, 200)):
            wire.send(head("GET", "/v1/models/lab/chat", key=key))
            assert wire.receive().status == status
