"""GET /v1/usage tells a key its own limits and how much of each is in use, and nothing of others."""

import threading

import pytest

from support.caller import call
from support.engine import Engine, Script
from support.eventually import eventually
from support.process import KEY

SECOND = "sk-second-0123456789abcdef0123456789abcdef"
DISABLED = "sk-disabled-0123456789abcdef0123456789abcdef"
PLENTY = 100_000
MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
    {"id": "lab/other", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
]
LIMITS = {
    "requests_per_day": 5,
    "tokens_per_minute": PLENTY,
    "max_in_flight": 3,
    "model_limits": [{"models": "lab/*", "requests_per_minute": 50}],
}
TOKENS = 6  # of each answer of the engine


@pytest.fixture
def engine():
    with Engine("lab/chat", "lab/other") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        keys=[
            {"name": "test", "key": KEY, **LIMITS},
            {"name": "second", "key": SECOND},
            {"name": "disabled", "key": DISABLED, "disabled": True, **LIMITS},
        ],
    )


def usage(server, key=KEY, path="/v1/usage"):
    reply = server.get(path, key=key)
    assert reply.status == 200, reply.body
    assert reply.header("content-type") == "application/json"
    assert reply.header("cache-control") == "no-store"
    assert reply.json()["object"] == "usage"
    return {(one["limit"], one.get("model")): one for one in reply.json()["limits"]}


def used(server, key=KEY):
    return {limit: one["used"] for limit, one in usage(server, key).items()}


BEFORE = {
    ("requests_per_day", None): 0,
    ("tokens_per_minute", None): 0,
    ("max_in_flight", None): 0,
    ("requests_per_minute", "lab/*"): 0,
}
AFTER = {
    ("requests_per_day", None): 3,
    ("tokens_per_minute", None): 3 * TOKENS,
    ("max_in_flight", None): 0,
    ("requests_per_minute", "lab/*"): 0,
    ("requests_per_minute", "lab/chat"): 2,
    ("requests_per_minute", "lab/other"): 1,
}


def make_calls(server):
    for model in ("lab/chat", "lab/chat", "lab/other"):
        assert call(server.public, model).status == 200
    eventually(lambda: used(server) == AFTER)  # each is settled after its answer


def test_a_key_sees_its_own_limits_and_their_use(server):
    assert used(server) == BEFORE
    assert call(server.public, "lab/chat", key=SECOND).status == 200
    make_calls(server)
    limits = usage(server)
    for (limit, _), one in limits.items():
        assert one["used"] + one["remaining"] == one["max"]
        assert ("reset_seconds" in one) == (limit != "max_in_flight")
    assert limits["tokens_per_minute", None]["max"] == PLENTY
    assert 0 < limits["requests_per_day", None]["reset_seconds"] <= 24 * 3600
    assert limits["requests_per_minute", "lab/*"]["reset_seconds"] == 0
    assert usage(server, path="/usage").keys() == limits.keys()


def test_an_unlimited_key_has_none(server):
    assert call(server.public, "lab/chat", key=SECOND).status == 200
    assert usage(server, SECOND) == {}


def test_a_call_in_progress_is_counted(server, engine):
    hold = threading.Event()
    engine.scripts["lab/chat"] = Script((b"{}",), hold=hold)
    caller = threading.Thread(target=call, args=(server.public, "lab/chat"))
    caller.start()
    try:
        eventually(lambda: used(server)["max_in_flight", None] == 1)
        limits = usage(server)
        assert limits["max_in_flight", None]["remaining"] == 2
        assert limits["tokens_per_minute", None]["used"] > 0, "its estimate"
        assert usage(server, SECOND) == {}
    finally:
        hold.set()
        caller.join()
    eventually(lambda: used(server)["max_in_flight", None] == 0)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_restart_forgets_nothing(server, how):
    make_calls(server)
    getattr(server, how)()
    server.start()
    eventually(lambda: used(server) == AFTER)


def test_a_key_that_has_reached_a_limit_can_still_ask(server):
    for _ in range(LIMITS["requests_per_day"]):
        assert server.get("/v1/models").status == 200
    assert server.get("/v1/models").status == 429
    for _ in range(3):
        day = usage(server)["requests_per_day", None]
        assert (day["used"], day["remaining"]) == (5, 0)


@pytest.mark.parametrize("field", ["Authorization", "x-api-key", "x-goog-api-key"])
def test_every_field_of_a_key_is_read(server, field):
    value = f"Bearer {KEY}" if field == "Authorization" else KEY
    reply = server.request("GET", "/v1/usage", key=None, headers={field: value})
    assert len(reply.json()["limits"]) == len(BEFORE)


def test_others_are_refused(server):
    for key, status in ((None, 401), ("sk-unknown", 401), (DISABLED, 403)):
        reply = server.get("/v1/usage", key=key)
        assert reply.status == status
        assert "limits" not in reply.body.decode()
    reply = server.request("GET", "/v1/usage", key=None, headers={"x-stainless-lang": "python"})
    assert reply.json()["error"]["code"] == "invalid_api_key"
    reply = server.request("GET", "/v1/usage", key=None, headers={"anthropic-version": "2023-06-01"})
    assert reply.json()["error"]["type"] == "authentication_error"


def test_methods(server):
    head = server.request("HEAD", "/v1/usage")
    assert (head.status, head.body) == (200, b"")
    assert int(head.header("content-length")) == len(server.get("/v1/usage").body)
    refused = server.request("POST", "/v1/usage")
    assert refused.status == 405
    assert "GET, HEAD" in refused.header("allow")


@pytest.mark.parametrize("path", ["/v1/user/info", "/user/info"])
def test_the_withdrawn_account_of_siliconflow_answers_as_it_does(weir, path):
    server = weir()
    gone = server.get(path)
    expected = b'{"code":20092,"message":"This endpoint is deprecated and is no longer available.","data":null}'
    assert (gone.status, gone.body) == (410, expected)
    assert gone.header("x-should-retry") == "false"
    assert server.get(path, key=None).status == 401
