"""Upstreams that stop answering without a word: calls that hang are ended by what the upstream's own
list shows, and a list that is answered does not prove that calls are."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.caller import Caller, call
from support.engine import Engine, Script
from support.eventually import eventually
from support.gate import REQUEST, Gate

MODEL = "lab/chat"
QUICK = {"refresh_interval": "1s", "timeout": "500ms", "backoff_max": "1s"}
SELDOM = {**QUICK, "refresh_interval": "24h"}
PATIENT = {"list_after_silence": "300ms", "first_byte_timeout": "600s", "first_event_timeout": "600s"}


@pytest.fixture
def engine():
    with Engine(MODEL, name="gpu") as engine:
        yield engine


def served(weir, *rows, calls=None, discovery=QUICK, **sections):
    names = [{"name": row["name"]} for row in rows]
    models = [{"id": MODEL, "sub_types": ["chat"], "upstreams": names}]
    return weir(models=models, upstreams=list(rows), calls=calls or PATIENT, discovery=discovery, **sections)


def lists(engine):
    """How often it was asked for its list."""
    return sum(made.method == "GET" for made in engine.all_calls)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_call_ends_when_its_upstream_answers_nothing_any_more(weir, engine, stream):
    """It would wait ten minutes for its answer."""
    with Gate(engine) as gate:
        server = served(weir, {"name": "gpu", "url": gate.url, "max_in_flight": 1}, discovery=SELDOM)
        assert call(server.public, MODEL).status == 200
        gate.arm("silence", REQUEST)
        ending = call(server.public, MODEL, stream=stream)
        assert ending.status == 504
        gate.clear()
        eventually(lambda: call(server.public, MODEL).status == 200, what="its slot is free")


def test_a_call_goes_on_while_its_upstream_answers_lists(weir, engine):
    hold = threading.Event()
    engine.scripts[MODEL] = Script((b"{}",), hold=hold)
    server = served(weir, {"name": "gpu", "url": engine.url}, discovery={**SELDOM, "timeout": "10s"})
    listed = lists(engine)
    with Caller(server.public) as caller:
        caller.call(MODEL)
        eventually(lambda: lists(engine) >= listed + 3, what="it is asked for its list meanwhile")
        hold.set()
        assert caller.ending().status == 200


def test_a_list_does_not_end_the_refusal_of_calls_that_hang(weir, engine):
    """A dead worker behind a live front end: no more than one client waits at a time."""
    engine.scripts[MODEL] = Script((b"{}",), hold=threading.Event())
    calls = {"first_byte_timeout": "200ms", "breaker": {"first_refusal": "400ms"}}
    server = served(weir, {"name": "gpu", "url": engine.url}, calls=calls)
    for _ in range(5):
        assert call(server.public, MODEL).status == 504
    before = len(engine.calls)
    listed = lists(engine)
    until = time.monotonic() + 60

    def client(_):
        statuses = []
        while lists(engine) < listed + 4 and time.monotonic() < until:
            statuses.append(call(server.public, MODEL).status)
        return statuses

    with ThreadPoolExecutor(8) as pool:
        statuses = sum(pool.map(client, range(8)), [])
    assert len(engine.calls) - before <= 5, "probes, each after twice the time"
    assert engine.peak[MODEL] <= 2, "the engine sees late that one has gone"
    assert set(statuses) <= {503, 504}
