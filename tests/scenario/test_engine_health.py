"""An engine's own health path: what it says there ends calls that it will not answer, and turns others away."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.caller import Caller, call, post
from support.engine import Engine, Script, as_json
from support.eventually import eventually
from support.gate import REQUEST, Gate

MODEL = "lab/model"
# Nothing but the health path ends a call within the test's patience.
PATIENT = {"health_interval": "200ms", "list_after_silence": "0s", "first_byte_timeout": "600s", "first_event_timeout": "600s"}
SELDOM = {"refresh_interval": "24h", "timeout": "500ms"}
HEALTH = "/health"
DEAD = as_json({"error": "the engine is dead"}, status=503)
HANGS = Script((b"{}",), hold=threading.Event())


@pytest.fixture
def engine():
    with Engine(MODEL, name="gpu") as engine:
        yield engine


@pytest.fixture
def other():
    with Engine(MODEL, name="spare") as engine:
        yield engine


def served(weir, *rows, sub_type="chat", calls=None):
    models = [{"id": MODEL, "sub_types": [sub_type], "upstreams": [{"name": row["name"]} for row in rows]}]
    return weir(models=models, upstreams=list(rows), calls={**PATIENT, **(calls or {})}, discovery=SELDOM)


def row(engine, kind="vllm", **more):
    return {"name": engine.name, "kind": kind, "url": engine.url, **more}


def checks(engine):
    return sum(made.method == "GET" and made.path == HEALTH for made in engine.all_calls)


def embed(server):
    return post(server.public, "/v1/embeddings", json.dumps({"model": MODEL, "input": "text"}).encode())


@pytest.mark.parametrize("kind", ["vllm", "tgi", "llama.cpp"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_call_ends_when_its_engine_says_that_it_is_dead(weir, engine, kind, stream):
    """Its front end lives, and answers lists."""
    engine.scripts.update({MODEL: HANGS, HEALTH: DEAD})
    server = served(weir, row(engine, kind, max_in_flight=1))
    assert call(server.public, MODEL, stream=stream).status == 504
    engine.scripts.clear()
    eventually(lambda: call(server.public, MODEL).status == 200, what="its slot is free")
    assert any("engine is not healthy" in line for line in server.log.text().splitlines())


def test_a_call_that_changes_nothing_is_made_elsewhere(weir, engine, other):
    engine.scripts.update({MODEL: HANGS, HEALTH: DEAD})
    server = served(weir, row(engine), row(other, priority=1), sub_type="embedding")
    assert embed(server).status == 200
    assert len(engine.calls_for(MODEL)) == len(other.calls_for(MODEL)) == 1


def test_a_chat_is_not_made_twice(weir, engine, other):
    engine.scripts.update({MODEL: HANGS, HEALTH: DEAD})
    server = served(weir, row(engine), row(other, priority=1))
    assert call(server.public, MODEL).status == 504
    assert other.calls == []


def test_an_engine_that_is_not_healthy_gets_no_calls_while_another_is(weir, engine, other):
    engine.scripts.update({MODEL: HANGS, HEALTH: DEAD})
    server = served(weir, row(engine), row(other))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: call(server.public, MODEL), range(16)))
    eventually(lambda: checks(engine) >= 8, what="it is asked again although no call waits")
    before = len(engine.calls)
    assert [call(server.public, MODEL).status for _ in range(20)] == [200] * 20
    assert len(engine.calls) == before
    engine.scripts.clear()
    engine.scripts[HEALTH] = as_json({"status": "ok"})
    eventually(lambda: call(server.public, MODEL).status == 200 and len(engine.calls) > before, what="it is used again")


@pytest.mark.parametrize("status", [200, 404, 401, 429])
def test_a_call_goes_on_unless_its_engine_says_that_it_is_dead(weir, engine, status):
    hold = threading.Event()
    engine.scripts.update({MODEL: Script((b"{}",), hold=hold), HEALTH: as_json({}, status=status)})
    server = served(weir, row(engine))
    with Caller(server.public) as caller:
        caller.call(MODEL)
        if status in (200, 429):
            eventually(lambda: checks(engine) >= 4, what="it is asked again and again")
        else:
            eventually(lambda: checks(engine) == 1)
        hold.set()
        assert caller.ending().status == 200
    if status in (404, 401):
        engine.scripts[MODEL] = Script((b"{}",), hold=(held := threading.Event()))
        with Caller(server.public) as caller:
            caller.call(MODEL)
            eventually(lambda: len(engine.calls) == 2)
            held.set()
            assert caller.ending().status == 200
        assert checks(engine) == 1, "the path is not used for some time"


def test_a_call_ends_when_its_engine_answers_nothing_at_all(weir, engine):
    with Gate(engine) as gate:
        server = served(weir, {**row(engine), "url": gate.url})
        gate.arm("silence", REQUEST)
        assert call(server.public, MODEL).status == 504


def test_nobody_is_asked_while_no_call_waits(weir, engine, other):
    engine.scripts[HEALTH] = as_json({})
    other.scripts[MODEL] = Script((b"{}",), hold=(hold := threading.Event()))
    other.scripts[HEALTH] = as_json({})
    server = served(weir, row(engine, priority=1), row(other))
    with Caller(server.public) as caller:
        caller.call(MODEL)
        eventually(lambda: checks(other) >= 3)
        assert checks(engine) == 0
        hold.set()
        assert caller.ending().status == 200
