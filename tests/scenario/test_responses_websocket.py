"""Responses over a WebSocket: offered where every model of the key has an upstream that serves it, else 426 at once."""

import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from support.caller import usage_rows
from support.engine import Engine
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.realtime_engine import RealtimeEngine

MODEL = "lab/chat"
NARROW = "sk-narrow-0123456789abcdef0123456789abcdef"
LIMITED = "sk-limited-0123456789abcdef0123456789abcdef"
OTHER = "sk-other-0123456789abcdef0123456789abcdef"
KEYS = [
    {"name": "test", "key": KEY},
    {"name": "other", "key": OTHER},
    {"name": "limited", "key": LIMITED, "tokens_per_minute": 10},
    {"name": "narrow", "key": NARROW, "models": [MODEL]},
]


def play(there):
    """Each response.create is answered by a response that knows the one before it."""
    turn = 0
    while True:
        asked = there.receive()
        turn += 1
        made = {"id": f"resp_{turn}", "object": "response", "model": asked["model"],
                "previous_response_id": asked.get("previous_response_id"), "output": [], "usage": None}  # fmt: skip
        there.send({"type": "response.created", "response": {**made, "status": "in_progress"}})
        there.send({"type": "response.output_text.delta", "delta": "hello", "item_id": "msg_1"})
        usage = {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9}
        there.send({"type": "response.completed", "response": {**made, "status": "completed", "usage": usage}})


@pytest.fixture
def engine():
    with RealtimeEngine(play) as engine:
        yield engine


def start(weir, *upstreams, others=(), **more):
    """`others`: upstreams of a second model."""
    models = [{"id": MODEL, "sub_types": ["chat"], "upstreams": [{"name": each["name"], "model": "theirs"} for each in upstreams]}]
    if others:
        models.append({"id": "lab/plain", "sub_types": ["chat"], "upstreams": [{"name": each["name"]} for each in others]})
    return weir(models=models, upstreams=[*upstreams, *others], **{"keys": KEYS, **more})


def serving(engine, **more):
    return {"name": engine.name, "url": engine.url, "api_key": "sk-upstream", "responses_websocket": True, **more}


@pytest.fixture
def server(weir, engine):
    return start(weir, serving(engine))


def session(server, key=KEY, path="/v1/responses", **options):
    return connect(
        f"ws://127.0.0.1:{server.public}{path}", additional_headers={"Authorization": f"Bearer {key}"},
        open_timeout=DEADLINE_S, close_timeout=DEADLINE_S, max_size=None, proxy=None, **options,
    )  # fmt: skip


def ask(client, model=MODEL, **members):
    client.send(json.dumps({"type": "response.create", "model": model, "input": [], **members}))


def receive(client):
    return json.loads(client.recv(timeout=DEADLINE_S))


def answer(client):
    events = []
    while not events or events[-1]["type"] not in ("response.completed", "error"):
        events.append(receive(client))
    return events


def ending(client):
    events = []
    try:
        while True:
            events.append(receive(client))
    except ConnectionClosed:
        return client.close_code, events


def refused(server, **options):
    with pytest.raises(InvalidStatus) as refusal:
        session(server, **options)
    return refusal.value.response


def test_a_session_is_relayed_and_metered(server, engine):
    with session(server) as client:
        ask(client, instructions="be kind")
        events = answer(client)
        assert [each["type"] for each in events] == ["response.created", "response.output_text.delta", "response.completed"]
        assert events[-1]["response"]["model"] == MODEL
        there = engine.next_session()
        assert there.next_seen() == {"type": "response.create", "model": "theirs", "input": [], "instructions": "be kind"}
        ask(client)
        answer(client)
    there.wait_over()
    assert there.path == "/v1/responses"
    assert there.headers["Authorization"] == "Bearer sk-upstream"
    line = eventually(lambda: server.access.where(route="responses") or server.access.where(path="/v1/responses"))[-1]
    assert (line["status"], line["model"], line["input_tokens"], line["output_tokens"]) == (101, MODEL, 14, 4)
    eventually(lambda: usage_rows(server), what="the usage")


def test_ids_are_those_of_the_key_and_continue_a_response(server, engine):
    with session(server) as client:
        ask(client)
        first = answer(client)
        (name,) = {each["response"]["id"] for each in first if "response" in each}
        assert name.startswith("resp_weir_")
        ask(client, previous_response_id=name)
        second = answer(client)[-1]["response"]
        assert second["previous_response_id"].startswith("resp_weir_")
        there = engine.next_session()
        assert [there.next_seen().get("previous_response_id") for _ in range(2)] == [None, "resp_1"]
    with session(server, key=OTHER) as client:
        ask(client)
        answer(client)
        ask(client, previous_response_id=name)
        code, events = ending(client)
    assert (code, "not found" in events[-1]["error"]["message"]) == (1008, True)


def test_a_model_that_is_not_the_keys_is_told(server):
    with session(server, key=NARROW) as client:
        ask(client, model="lab/none")
        code, events = ending(client)
    assert (code, events[-1]["error"]["code"], events[-1]["status"]) == (1008, "model_not_found", 404)


def test_a_session_without_a_model_is_told_where_it_belongs(server):
    with session(server) as client:
        client.send(json.dumps({"type": "response.create", "input": "hello"}))
        code, events = ending(client)
    assert (code, "response.create" in events[-1]["error"]["message"]) == (1008, True)


def test_a_session_ends_when_its_key_has_no_tokens_left(server):
    with session(server, key=LIMITED) as client:
        ask(client)
        answer(client)
        ask(client)
        code, events = ending(client)
    assert (code, events[-1]["error"]["code"]) == (1008, "rate_limit_exceeded")


def test_a_key_whose_models_are_not_all_served_so_is_sent_to_http(weir, engine):
    with Engine("lab/plain") as plain:
        server = start(weir, serving(engine), others=[{"name": "plain", "url": plain.url}])
        answered = refused(server)
        assert (answered.status_code, answered.headers["Upgrade"]) == (426, "HTTP/1.1")
        assert "WebSocket is not supported" in json.loads(answered.body)["error"]["message"]
        with session(server, key=NARROW) as client:
            ask(client)
            assert answer(client)[-1]["type"] == "response.completed"


@pytest.mark.parametrize("setting", [{"responses_websocket": False}, {"responses_websocket": None}])
def test_a_server_without_such_an_upstream_is_426_whoever_asks(weir, engine, setting):
    upstream = {name: value for name, value in {**serving(engine), **setting}.items() if value is not None}
    server = start(weir, upstream)
    assert refused(server).status_code == 426
    assert refused(server, key="sk-wrong").status_code == 426


def test_only_an_upstream_that_serves_sessions_is_tried(weir, engine):
    with Engine("theirs", name="plain") as plain:
        server = start(weir, {"name": "plain", "url": plain.url, "priority": 0}, serving(engine, priority=1))
        with session(server) as client:
            ask(client)
            assert answer(client)[-1]["type"] == "response.completed"
        assert [call for call in plain.calls if call.path == "/responses"] == []


def test_a_handshake_is_refused_as_a_call_is(server):
    assert refused(server, key="sk-wrong").status_code == 401


def test_calls_at_the_path_are_as_before(server):
    assert server.request("GET", "/v1/responses").status == 405
