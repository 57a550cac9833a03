"""A client that disconnects in any phase: the engine is released within 100 ms, the slot is free,
the access log has the reason, and the usage is recorded.

A hundred milliseconds are promised, so this is one of the few places that look at a clock. It looks
at the median of some rounds: a slow server is slow each time, a stalled machine is not."""

import os
import socket
import statistics
import threading
import time

import pytest

from support.caller import Caller, access_line, call, chat_body, multipart, post_head, trace, usage_rows
from support.engine import DONE, Engine, Script, as_stream, event, reset
from support.eventually import DEADLINE_S, SLOWDOWN, eventually
from support.process import KEY

LET_GO_S = 0.1 * SLOWDOWN
ROUNDS = 5
MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
    {"id": "lab/ear", "sub_types": ["speech-to-text"], "upstreams": [{"name": "gpu"}]},
]


@pytest.fixture
def engine():
    with Engine("lab/chat", "lab/ear") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        keys=[{"name": "test", "key": KEY, "max_in_flight": 1}],
    )


def fin(wire):
    wire.socket.shutdown(socket.SHUT_RDWR)
    wire.socket.close()


def rst(wire):
    reset(wire.socket)


# Each phase brings a call to the point of the disconnect: (engine, caller, header) -> engine's call.


def uploading(engine, caller, header):
    content_type, body = multipart(("model", "lab/ear"), ("file", "a.wav", b"\0" * (4 << 20)))
    head = post_head("/v1/audio/transcriptions", len(body), headers=[header], content_type=content_type)
    seen = len(engine.calls)
    caller.send(head + body[: 2 << 20])
    eventually(lambda: len(engine.calls) > seen and engine.calls[-1].received > 1 << 20)
    return engine.calls[-1]


def before_the_answer(engine, caller, header):
    engine.scripts["lab/chat"] = Script((b"{}",), hold=threading.Event())
    return asked(engine, caller, header)


def before_the_answer_of_a_stream(engine, caller, header):
    engine.scripts["lab/chat"] = as_stream(DONE, hold=threading.Event())
    return asked(engine, caller, header, stream=True)


def before_the_first_event(engine, caller, header):
    engine.scripts["lab/chat"] = as_stream(threading.Event(), DONE)
    made = asked(engine, caller, header, stream=True)
    assert made.head_sent.wait(DEADLINE_S)
    return made


def between_events(engine, caller, header):
    hello = event({"choices": [{"delta": {"content": "hello"}}]})
    engine.scripts["lab/chat"] = as_stream(hello, threading.Event(), DONE)
    made = asked(engine, caller, header, stream=True)
    pieces = caller.pieces(caller.receive_head())
    assert next(pieces) == hello
    return made


def in_a_body(engine, caller, header):
    engine.scripts["lab/chat"] = Script((b'{"a":"' + b"x" * 1_000_000, threading.Event(), b'"}'))
    made = asked(engine, caller, header)
    caller.receive_head()
    caller._take(900_000)
    return made


def asked(engine, caller, header, **options):
    seen = len(engine.calls)
    caller.call("lab/chat", headers=[header], **options)
    eventually(lambda: len(engine.calls) > seen and engine.calls[-1].whole.is_set())
    return engine.calls[-1]


PHASES = [
    uploading,
    before_the_answer,
    before_the_answer_of_a_stream,
    before_the_first_event,
    between_events,
    in_a_body,
]


@pytest.mark.parametrize("leave", [fin, rst], ids=["fin", "rst"])
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
def test_the_engine_is_let_go_at_once_and_nothing_is_left_behind(server, engine, phase, leave):
    took = []
    for _ in range(ROUNDS):
        header = trace()
        caller = Caller(server.public)
        made = phase(engine, caller, header)

        left_at = time.monotonic()
        leave(caller)

        let_go_at = eventually(lambda made=made: made.left, what="the engine's connection closed")
        took.append(let_go_at - left_at)
        line = eventually(lambda header=header: access_line(server, header))
        assert (line["reason"], line["party"]) == ("client_left", "client")
        engine.scripts.clear()
        # The key has one slot: this waits for it.
        eventually(lambda: call(server.public, "lab/chat").status == 200)

    assert statistics.median(took) <= LET_GO_S, took
    row = eventually(lambda: settled(server, "lab/ear" if phase is uploading else "lab/chat"))
    assert row["requests"] >= ROUNDS


def settled(server, model):
    rows = [row for row in usage_rows(server) if row["model"] == model]
    return rows and rows[0]["requests"] >= ROUNDS and rows[0]


def test_a_client_that_leaves_while_it_sends_json_never_reaches_the_engine(server, engine):
    header = trace()
    body = chat_body("lab/chat", "x" * (1 << 20))
    caller = Caller(server.public)
    caller.send(post_head("/v1/chat/completions", len(body), headers=[header]) + body[: 1 << 19])

    fin(caller)

    line = eventually(lambda: access_line(server, header))
    assert line["reason"] == "client_left"
    assert call(server.public, "lab/chat").status == 200
    assert len(engine.calls) == 1


def test_a_client_that_leaves_a_queue_is_forgotten(weir, engine):
    hold = threading.Event()
    engine.scripts["lab/chat"] = Script((b"{}",), hold=hold)
    server = weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url, "max_in_flight": 1}],
        calls={"queue_timeout": "30s"},
    )
    with Caller(server.public) as first:
        first.call("lab/chat")
        eventually(lambda: len(engine.calls) == 1)
        header = trace()
        second = Caller(server.public)
        second.call("lab/chat", headers=[header])
        fin(second)
        eventually(lambda: access_line(server, header))
        hold.set()
        assert first.ending().status == 200
        assert call(server.public, "lab/chat").status == 200
    assert len(engine.calls) == 2


def test_an_uploading_client_that_leaves_a_queue_is_forgotten(weir, engine):
    """Nobody reads from it while it waits, and its bytes lie in front of its end."""
    hold = threading.Event()
    engine.scripts["lab/ear"] = Script((b"{}",), hold=hold)
    server = weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url, "max_in_flight": 1}],
        calls={"queue_timeout": "30s"},
    )
    content_type, body = multipart(("model", "lab/ear"), ("file", "a.wav", b"\0" * (1 << 20)))
    target = "/v1/audio/transcriptions"
    with Caller(server.public) as first:
        first.post(target, body, content_type=content_type)
        eventually(lambda: len(engine.calls) == 1)
        header = trace()
        second = Caller(server.public)
        second.send(post_head(target, len(body), headers=[header], content_type=content_type) + body[: 1 << 16])
        fin(second)
        line = eventually(lambda: access_line(server, header))
        assert (line["reason"], line["phase"]) == ("client_left", "queued")
        hold.set()
        assert first.ending().status == 200
    assert len(engine.calls) == 1


def test_a_client_that_sent_more_and_left_is_noticed_too(server, engine):
    header = trace()
    caller = Caller(server.public)
    made = before_the_answer(engine, caller, header)
    caller.send(b"GET /v1/models HTTP/1.1\r\n")

    fin(caller)

    eventually(lambda: made.left, what="the engine's connection closed")
    assert eventually(lambda: access_line(server, header))["reason"] == "client_left"


def test_the_pooled_connection_of_another_call_is_not_touched(server, engine):
    """One call completes, the next client disconnects: only its own upstream connection is closed."""
    assert call(server.public, "lab/chat").status == 200
    caller = Caller(server.public)
    made = before_the_answer(engine, caller, trace())
    fin(caller)
    eventually(lambda: made.left)
    engine.scripts.clear()
    eventually(lambda: call(server.public, "lab/chat").status == 200)
    assert engine.calls[-1].connection is not made.connection


def test_two_hundred_clients_that_leave_leak_nothing(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])
    assert call(server.public, "lab/chat").status == 200
    eventually(lambda: usage_rows(server), what="the file of usage is open")

    def open_files():
        return len(os.listdir(f"/proc/{server.process.pid}/fd"))

    before = open_files()
    engine.scripts["lab/chat"] = as_stream(event({"choices": []}), threading.Event())
    callers = [Caller(server.public) for _ in range(200)]
    for caller in callers:
        caller.call("lab/chat", stream=True)
    eventually(lambda: len(engine.calls) == 201)
    for number, caller in enumerate(callers):
        (fin if number % 2 else rst)(caller)
    eventually(lambda: all(made.left for made in engine.calls[1:]))
    eventually(lambda: open_files() <= before)
