"""The admin API: who may use it, what it shows, and what it changes."""

import json
import urllib.parse

import pytest

from support.caller import call
from support.engine import Engine
from support.eventually import eventually
from support.process import KEY
from support.wire import Wire

ADMIN = "admin-key-0123456789"
VIEWER = "viewer-key-0123456789"
MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
SAME = {"Sec-Fetch-Site": "same-origin"}


class Admin:
    """A client of the admin API."""

    def __init__(self, server, key=ADMIN):
        self.server, self.key = server, key

    def ask(self, method, path, body=None, key="", headers=()):
        """`key` None: no bearer."""
        fields = {"Host": "127.0.0.1", "Connection": "close", **dict(headers)}
        if (key := self.key if key == "" else key) is not None:
            fields["Authorization"] = f"Bearer {key}"
        data = b""
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            fields = {"Content-Type": "application/json", "Content-Length": str(len(data)), **fields}
        lines = [f"{method} /admin/v1/{path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        with Wire(self.server.admin) as wire:
            wire.send(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
            return wire.receive(method)

    def get(self, path, status=200, **options):
        reply = self.ask("GET", path, **options)
        assert reply.status == status, (path, reply.status, reply.body)
        return reply.json()

    def change(self, method, path, body=None, status=200, **options):
        reply = self.ask(method, path, {} if body is None and method != "DELETE" else body, **options)
        assert reply.status == status, (path, reply.status, reply.body)
        return reply.json() if reply.body else None

    def refused(self, reason, status, method, path, body=None, **options):
        reply = self.ask(method, path, body, **options)
        problem = reply.json()
        assert (reply.status, problem["reason"]) == (status, reason), (path, problem)
        assert reply.header("content-type") == "application/problem+json"
        assert problem["status"] == status
        assert problem["detail"]
        return reply


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        server={"admin_key": ADMIN, "viewer_key": VIEWER},
        usage={"flush_interval": "100ms"},
    )


@pytest.fixture
def admin(server):
    return Admin(server)


def cookie_of(reply):
    return reply.header("set-cookie").partition(";")[0]


# Access.


def test_nothing_is_shown_without_a_credential_and_viewers_change_nothing(admin):
    for path in ("models", "models/lab/chat", "upstreams", "keys", "usage", "series", "calls", "config", "events"):
        admin.refused("unauthorized", 401, "GET", path, key=None)
        if path != "events":
            admin.get(path, key=VIEWER)
    for method, path in (
        ("POST", "keys"),
        ("PATCH", "keys/key_1"),
        ("DELETE", "keys/key_1"),
        ("POST", "keys/key_1/secrets"),
        ("POST", "upstreams/gpu/refresh"),
        ("POST", "config/reload"),
    ):
        admin.refused("unauthorized", 401, method, path, {}, key=None)
        admin.refused("forbidden", 403, method, path, {}, key=VIEWER)


def test_the_session_says_who_one_is(admin, server):
    nobody = admin.get("session", key=None)
    assert nobody["role"] is None
    assert nobody["login"] == ["link", "admin_key", "viewer_key"]
    assert "config_file" not in nobody
    known = admin.get("session")
    assert (known["role"], known["by"]) == ("admin", "bearer")
    assert known["api_url"] == f"http://127.0.0.1:{server.public}"
    assert known["admin_url"] == f"http://127.0.0.1:{server.admin}"
    assert admin.get("session", key=VIEWER)["role"] == "viewer"


def test_paths_methods_and_names_that_are_not_the_apis_are_refused(admin):
    admin.refused("not_found", 404, "GET", "nothing")
    assert admin.refused("method_not_allowed", 405, "PUT", "keys/key_1").header("allow") == "GET, HEAD, PATCH, DELETE"
    admin.refused("misdirected_request", 421, "GET", "session", headers={"Host": "attacker.example"})
    admin.refused("unsupported_media_type", 415, "POST", "keys", {"name": "a"}, headers={"Content-Type": "text/plain"})
    admin.refused("invalid_json", 400, "POST", "keys", b"[]")
    admin.refused("body_too_large", 413, "POST", "keys", b"{" + b" " * (1 << 20) + b"}")
    assert admin.server.admin_get("/admin/models").status == 200, "the older pages stay"


# Logging in.


def test_a_login_gives_a_cookie_that_lasts_until_it_is_given_back(admin):
    reply = admin.ask("POST", "session", {"key": ADMIN}, key=None, headers=SAME)
    assert reply.status == 201
    field = reply.header("set-cookie")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} <= {part.strip() for part in field.split(";")}
    cookie = {"Cookie": f"other=1; {cookie_of(reply)}"}
    session = admin.get("session", key=None, headers=cookie)
    assert (session["role"], session["by"]) == ("admin", "cookie")
    assert session["expires_at"]

    admin.refused("cross_site", 403, "POST", "keys", {"name": "ci"}, key=None, headers=cookie)
    for site in ("cross-site", "same-site", "none"):
        fields = {**cookie, "Sec-Fetch-Site": site}
        admin.refused("cross_site", 403, "POST", "keys", {"name": "ci"}, key=None, headers=fields)
    admin.change("POST", "keys", {"name": "ci"}, 201, key=None, headers={**cookie, **SAME})

    admin.refused("cross_site", 403, "DELETE", "session", key=None, headers=cookie)
    gone = admin.ask("DELETE", "session", key=None, headers={**cookie, **SAME})
    assert gone.status == 204
    assert "Max-Age=0" in gone.header("set-cookie")
    assert admin.get("session", key=None, headers=cookie)["role"] is None
    admin.refused("unauthorized", 401, "GET", "keys", key=None, headers=cookie)


def test_the_link_beside_the_store_logs_in_once(admin, server):
    file = server.directory / "weir.db.login"

    def link():
        url = file.read_text().strip()
        return url if url.startswith(f"http://127.0.0.1:{server.admin}/#login=") else None

    url = eventually(link)
    assert file.stat().st_mode & 0o777 == 0o600
    token = url.partition("#login=")[2]
    admin.refused("cross_site", 403, "POST", "session", {"link": token}, key=None)
    first = admin.change("POST", "session", {"link": token}, 201, key=None, headers=SAME)
    assert first["role"] == "admin"
    admin.refused("unauthorized", 401, "POST", "session", {"link": token}, key=None, headers=SAME)

    def other_link():
        return file.exists() and (text := link()) and text != url and text

    following = eventually(other_link).partition("#login=")[2]
    admin.change("POST", "session", {"link": following}, 201, key=None, headers=SAME)
    assert token not in server.log.text()
    assert following not in server.log.text()


def test_failed_logins_are_limited_and_a_right_bearer_is_always_taken(admin):
    def is_limited():
        reply = admin.ask("POST", "session", {"key": "a-wrong-key-0123456789"}, key=None, headers=SAME)
        assert reply.status in (401, 429)
        return reply.status == 429 and reply

    def is_limited_bearer():
        reply = admin.ask("GET", "keys", key="a-wrong-key-0123456789")
        assert reply.status in (401, 429)
        return reply.status == 429 and reply

    assert int(eventually(is_limited).header("retry-after")) >= 1
    admin.refused("too_many_failures", 429, "POST", "session", {"key": ADMIN}, key=None, headers=SAME)
    assert int(eventually(is_limited_bearer).header("retry-after")) >= 1
    admin.get("keys")


def test_wrong_bearers_keep_nobody_from_logging_in(admin):
    eventually(lambda: admin.ask("GET", "keys", key="a-wrong-key-0123456789").status == 429)
    admin.change("POST", "session", {"key": ADMIN}, 201, key=None, headers=SAME)
    admin.get("keys")


def test_over_tls_the_cookie_is_for_this_host_alone(weir, certificates):
    from support import wire

    server = weir(server={"admin_key": ADMIN, "admin_tls": certificates.settings()}, models=[{"id": "m", "type": "text"}])
    wire.tls_ports[server.admin] = certificates.client()
    try:
        admin = Admin(server)
        assert admin.get("session")["tls"] is True
        reply = admin.ask("POST", "session", {"key": ADMIN}, key=None, headers=SAME)
        field = reply.header("set-cookie")
        assert field.startswith("__Host-weir_session=")
        assert "Secure" in field
        assert admin.get("session", key=None, headers={"Cookie": cookie_of(reply)})["role"] == "admin"
        plain = {"Cookie": cookie_of(reply).removeprefix("__Host-")}
        assert admin.get("session", key=None, headers=plain)["role"] is None
        assert server.admin_get("/healthz").status == 200
    finally:
        wire.speaks_plain(server.admin)


# Reading.


def test_models_are_filtered_and_paged_and_explained(weir):
    models = [{"id": f"lab/{number}", "sub_types": ["chat"]} for number in range(5)]
    admin = Admin(weir(models=[*models, {"id": "lab/e", "sub_types": ["embedding"]}], server={"admin_key": ADMIN}))
    chats = admin.get("models?sub_type=chat&limit=2")
    assert [model["id"] for model in chats["data"]] == ["lab/0", "lab/1"]
    assert chats["total"] == 5
    seen = [model["id"] for model in chats["data"]]
    while chats["next"]:
        chats = admin.get(f"models?sub_type=chat&limit=2&cursor={chats['next']}")
        seen += [model["id"] for model in chats["data"]]
    assert seen == [model["id"] for model in models]
    assert [model["id"] for model in admin.get("models?q=LAB/E")["data"]] == ["lab/e"]
    assert admin.get("models?upstream=none")["data"] == []
    assert admin.get("models")["data"][0]["class_source"] == "config"
    for query in ("limit=0", "limit=x", "limit=10001", "cursor=zz", "cursor=7a", "limit=1&limit=2"):
        field = query.partition("=")[0]
        assert admin.refused("invalid_parameter", 400, "GET", f"models?{query}").json()["field"] == field

    explained = admin.get("models/lab/e")
    assert explained["model"]["id"] == "lab/e"
    assert any(step["decides"] for step in explained["steps"])
    assert admin.get("models/lab%2Fnone")["model"] is None


def test_a_list_that_has_not_changed_is_not_sent_again(admin):
    reply = admin.ask("GET", "models")
    etag = reply.header("etag")
    assert etag.startswith('"')
    again = admin.ask("GET", "models", headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")


def test_an_upstream_has_its_load_and_is_asked_at_once(admin, engine):
    eventually(lambda: admin.get("upstreams/gpu")["reach"] == "up")
    upstream = admin.get("upstreams")["data"][0]
    assert (upstream["name"], upstream["breaker"], upstream["in_flight"]) == ("gpu", "admitting", 0)
    assert "routes" not in upstream
    routes = admin.get("upstreams/gpu")["routes"]
    assert [(route["model"], route["status"]) for route in routes] == [("lab/chat", "available")]
    assert admin.change("POST", "upstreams/gpu/refresh", status=202) == {"name": "gpu", "asked": True}
    admin.refused("not_found", 404, "GET", "upstreams/none")
    admin.refused("not_found", 404, "POST", "upstreams/none/refresh", {})


def test_a_call_is_in_the_list_of_calls_in_the_series_and_in_the_usage(admin, server):
    assert call(server.public, "lab/chat").status == 200
    made = eventually(lambda: admin.get("calls")["data"])[0]
    assert (made["route"], made["status"], made["reason"]) == ("chat_completions", 200, "ok")
    assert (made["key"], made["key_name"], made["model"]) == ("config:test", "test", "lab/chat")
    assert (made["upstream"], made["phase"], made["attempts"]) == ("gpu", "done", 1)
    assert 0 < made["timings"]["sent_us"] <= made["timings"]["total_us"]
    assert admin.get(f"calls/{made['id']}") == made
    admin.refused("not_found", 404, "GET", "calls/999999")
    admin.refused("not_found", 404, "GET", "calls/x")

    assert call(server.public, "lab/none").status == 404
    eventually(lambda: len(admin.get("calls")["data"]) == 2)
    assert [one["id"] for one in admin.get("calls?outcome=ok")["data"]] == [made["id"]]
    assert [one["model"] for one in admin.get("calls?outcome=error")["data"]] == [None]
    first = admin.get("calls?limit=1")
    assert [one["id"] for one in admin.get(f"calls?limit=1&cursor={first['next']}")["data"]] == [made["id"]]

    eventually(lambda: sum(point["requests"] for point in admin.get("series")["data"]) == 2)
    points = admin.get("series?step=1s")["data"]
    assert sum(point["errors"] for point in points) == 1
    assert [point for point in points if point["p50_us"]]
    admin.refused("invalid_parameter", 400, "GET", "series?step=5s")

    def used():
        rows = admin.get("usage?by=day,key,model")["data"]
        return [row for row in rows if row["model"] == "lab/chat"]

    row = eventually(used)[0]
    assert (row["key"], row["key_name"], row["requests"], row["failed"]) == ("config:test", "test", 1, 0)
    assert admin.get("usage?by=key&model=lab/chat")["data"][0]["day"] is None
    for query in ("from=x", "by=hour", "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01"):
        admin.refused("invalid_parameter", 400, "GET", f"usage?{query}")


def test_events_tell_when_something_has_changed(admin, server):
    with Wire(server.admin) as wire:
        wire.send(
            b"GET /admin/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + f"Authorization: Bearer {VIEWER}\r\n\r\n".encode()
        )

        def next_event():
            """The next event's data; a chunk's own lines are between those of events."""
            while b"\n\n" not in wire.unread.partition(b"data: {")[2]:
                assert wire._more()
            text, _, wire.unread = wire.unread.partition(b"data: {")[2].partition(b"\n\n")
            return json.loads(b"{" + text)

        before = next_event()
        assert before["ready"] is True
        assert before["models"] == 1
        admin.change("POST", "keys", {"name": "ci"}, 201)
        eventually(lambda: next_event()["keys_version"] > before["keys_version"])


# Keys.


def test_a_key_is_created_used_changed_rotated_and_revoked(admin, server):
    made = admin.ask("POST", "keys", {"name": "ci", "models": ["lab/*"], "limits": {"requests_per_minute": 50}})
    assert made.status == 201
    key = made.json()
    assert made.header("location") == f"/admin/v1/keys/{key['id']}"
    assert made.header("etag") == key["etag"]
    assert server.ids(key=key["key"]) == ["lab/chat"], "it is in effect"

    shown = admin.get(f"keys/{key['id']}")
    assert "key" not in shown
    assert shown["limits"]["requests_per_minute"] == 50
    assert shown["secrets"][0]["last4"] == key["key"][-4:]
    use = admin.get(f"keys/{key['id']}/use")["data"]
    assert [(one["limit"], one["max"], one["used"]) for one in use] == [("requests_per_minute", 50, 1)]

    path = f"keys/{key['id']}"
    admin.refused("precondition_required", 428, "PATCH", path, {"disabled": True})
    admin.refused("precondition_failed", 412, "PATCH", path, {"disabled": True}, headers={"If-Match": '"other"'})
    weak = {"If-Match": f"W/{key['etag']}"}
    admin.refused("precondition_failed", 412, "PATCH", path, {"disabled": True}, headers=weak)
    match = {"If-Match": key["etag"]}
    changed = admin.change("PATCH", path, {"disabled": True, "limits": {"requests_per_minute": 0}}, headers=match)
    assert (changed["state"], changed["limits"]["requests_per_minute"]) == ("disabled", 0)
    assert server.get("/v1/models", key=key["key"]).status == 403
    admin.refused("precondition_failed", 412, "PATCH", path, {"disabled": False}, headers=match)
    admin.change("PATCH", path, {"disabled": False}, headers={"If-Match": changed["etag"]})

    rotated = admin.change("POST", f"{path}/secrets", {"overlap_seconds": 3600}, 201)
    assert server.get("/v1/models", key=rotated["key"]).status == 200
    assert server.get("/v1/models", key=key["key"]).status == 200
    again = admin.change("POST", f"{path}/secrets", {}, 201)
    assert server.get("/v1/models", key=again["key"]).status == 200
    assert server.get("/v1/models", key=rotated["key"]).status == 401

    admin.change("DELETE", path, status=204)
    assert server.get("/v1/models", key=again["key"]).status == 401
    assert admin.get(path)["state"] == "revoked"
    assert key["id"] not in [one["id"] for one in admin.get("keys")["data"]]
    assert key["id"] in [one["id"] for one in admin.get("keys?state=revoked")["data"]]
    admin.refused("revoked", 409, "DELETE", path)
    admin.refused("not_found", 404, "GET", "keys/key_none")

    actions = [line["action"] for line in server.log.where(msg="admin change")]
    assert actions == ["create key", "change key", "change key", "rotate key", "rotate key", "revoke key"]
    line = server.log.where(msg="admin change", action="change key")[0]
    assert (line["subject"], line["by"], line["peer"]) == (key["id"], "admin by bearer", "127.0.0.1")
    assert "requests_per_minute 50" in line["before"]
    assert line["after"] == "disabled"
    for secret in (key["key"], rotated["key"], again["key"], ADMIN):
        assert secret not in server.log.text()


def test_a_repeated_creation_makes_one_key(admin):
    once = {"Idempotency-Key": "0001"}
    first = admin.ask("POST", "keys", {"name": "ci"}, headers=once)
    again = admin.ask("POST", "keys", {"name": "ci"}, headers=once)
    assert (first.status, again.status) == (201, 201)
    assert again.json() == first.json()
    assert again.header("idempotency-replayed") == "true"
    assert again.header("location") == first.header("location")
    admin.refused("idempotency_mismatch", 422, "POST", "keys", {"name": "other"}, headers=once)
    admin.refused("already_exists", 409, "POST", "keys", {"name": "ci"}, headers={"Idempotency-Key": "0002"})
    assert len([one for one in admin.get("keys")["data"] if one["name"] == "ci"]) == 1


@pytest.mark.parametrize(
    "field, draft",
    [
        ("name", {}),
        ("name", {"name": 7}),
        ("colour", {"name": "a", "colour": "red"}),
        ("models", {"name": "a", "models": "lab/*"}),
        ("models", {"name": "a", "models": [""]}),
        ("sub_types", {"name": "a", "sub_types": ["none"]}),
        ("expires_at", {"name": "a", "expires_at": "tomorrow"}),
        ("limits.requests_per_minute", {"name": "a", "limits": {"requests_per_minute": -1}}),
        ("limits.requests_per_minute", {"name": "a", "limits": {"requests_per_minute": 10**12}}),
        ("limits.rpm", {"name": "a", "limits": {"rpm": 1}}),
        ("model_limits", {"name": "a", "model_limits": [{"limits": {}}]}),
        (None, {"name": "a", "networks": ["everywhere"]}),
        (None, {"name": "a", "expires_at": "2000-01-01T00:00:00Z"}),
    ],
)
def test_a_wrong_key_is_refused_with_the_member_that_is_wrong(admin, field, draft):
    assert admin.refused("invalid_parameter", 400, "POST", "keys", draft).json()["field"] == field


def test_keys_of_the_config_are_shown_and_changed_there(admin):
    key = admin.get("keys/config:test")
    assert (key["source"], key["etag"], key["secrets"]) == ("config", None, [])
    match = {"If-Match": '"any"'}
    admin.refused("config_key", 409, "PATCH", "keys/config:test", {"disabled": True}, headers=match)
    admin.refused("config_key", 409, "DELETE", "keys/config:test")
    admin.refused("already_exists", 409, "POST", "keys", {"name": "test"})
    assert KEY not in json.dumps(admin.get("keys"))


def test_keys_are_listed_newest_first_page_by_page(admin):
    names = [f"key {number}" for number in range(5)]
    for name in names:
        admin.change("POST", "keys", {"name": name}, 201)
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"keys?limit=2&cursor={cursor}" if cursor else "keys?limit=2")
        seen += [one["name"] for one in page["data"]]
        cursor = page["next"]
    assert seen == ["test", *reversed(names)]
    assert [one["name"] for one in admin.get(f"keys?q={urllib.parse.quote('KEY 3')}")["data"]] == ["key 3"]
    admin.refused("invalid_parameter", 400, "GET", "keys?state=lost")


def test_what_the_command_line_changes_is_seen_at_once(admin, server):
    server.create_key("from-the-shell")
    assert "from-the-shell" in [one["name"] for one in admin.get("keys")["data"]]
    admin.change("POST", "keys", {"name": "from-the-api"}, 201)
    assert "from-the-api" in [row["name"] for row in server.key_rows()]


# The config.


def test_the_effective_config_hides_what_is_secret(admin):
    config = admin.get("config")
    assert config["file"].endswith("weir.yaml")
    for secret in (KEY, ADMIN, VIEWER):
        assert secret not in json.dumps(config)
    assert "***" in config["yaml"]


def test_a_pasted_config_is_checked_without_reading_what_it_names(weir):
    server = weir(
        environment={"WEIR_TEST_SECRET": "the-value-of-a-variable"}, server={"admin_key": ADMIN}, models=[]
    )
    admin = Admin(server)
    right = "server:\n  listen: 127.0.0.1:1\n  admin_key: ${WEIR_TEST_SECRET}\n  threads: ${WEIR_TEST_SECRET}\n"
    found = admin.change("POST", "config/check", {"yaml": right})
    assert (found["valid"], found["problems"]) == (True, [])
    wrong = "server:\n  listen: nowhere\n  colour: ${WEIR_TEST_SECRET}\nkeys:\n  - {name: a, key: '${file:/etc/passwd}'}\n"
    found = admin.change("POST", "config/check", {"yaml": wrong})
    assert found["valid"] is False
    assert [(one["line"], one["setting"]) for one in found["problems"]][0] == (2, "server.listen")
    assert "the-value-of-a-variable" not in json.dumps(found)
    assert "root:" not in json.dumps(found)
    changed = admin.change("POST", "config/check", {"yaml": "server:\n  threads: 7\n"})
    assert "server.threads" in changed["restart_needed"]
    admin.refused("invalid_parameter", 400, "POST", "config/check", {"text": ""})


def test_a_reload_says_what_is_wrong_and_what_is_in_force(admin, server):
    before = admin.get("config")
    server.write_config_text("models: 7\n")
    refused = admin.change("POST", "config/reload")
    assert refused["reloaded"] is False
    assert refused["problems"][0]["setting"] == "models"
    assert admin.get("config")["yaml"] == before["yaml"]

    server.write_config(**{name: server.config[name] for name in ("server", "usage")}, models=[{"id": "new", "type": "text"}])
    assert admin.change("POST", "config/reload") == {"reloaded": True, "problems": []}
    assert server.ids() == ["new"]
    assert admin.get("config")["version"] > before["version"]


def test_a_client_may_leave_any_request_on_a_connection_that_served_another_handler(server):
    """Calls, the operator's routes and the console's files are on one listener, so on one connection."""
    first = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    cut = b"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n"
    for begin in (b"/admin/v1/session", b"/admin/models", b"/v1/models", b"/"):
        for path in (b"/v1/x", b"/v1/chat/completions", b"/admin/v1/keys", b"/admin/models"):
            for method in (b"DELETE", b"POST", b"PATCH"):
                with Wire(server.admin) as wire:
                    wire.send(first % begin)
                    wire.receive()
                    wire.send(cut % (method, path))
    assert server.admin_get("/healthz").status == 200
