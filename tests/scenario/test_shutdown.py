"""SIGTERM drains: what was admitted is answered, nothing new is taken, the exit is 0."""

import json
import signal
import socket
import threading

import pytest

from support.caller import OVERLOADED, Caller, Stream
from support.engine import DONE, Engine, Script, as_stream, event
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.wire import Closed, Wire, head

MODELS = [{"id": f"lab/model-{i:04d}", "sub_types": ["chat"]} for i in range(2000)]


def test_sigterm_ends_an_idle_server_with_success(weir):
    server = weir(models=MODELS)
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0


def test_a_load_balancer_has_time_to_notice(weir):
    server = weir(server={"drain_delay": "1h"}, models=MODELS)
    eventually(lambda: server.admin_get("/readyz").status == 200)
    server.signal(signal.SIGTERM)
    eventually(lambda: server.admin_get("/readyz").status == 503)
    for _ in range(2):  # on connections of their own
        reply = server.get("/v1/models")
        assert (reply.status, reply.header("connection")) == (200, None)
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0


def test_the_delay_ends_by_itself(weir):
    server = weir(server={"drain_delay": "100ms"}, models=MODELS)
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0
    assert server.log.where(msg="not ready any more", drain_delay_ms=100)


def test_an_idle_connection_does_not_hold_the_drain(weir):
    server = weir(models=MODELS)
    with Wire(server.public) as wire:
        wire.send(head("GET", "/v1/models", key=KEY))
        assert wire.receive().status == 200
        server.signal(signal.SIGTERM)
        assert wire.closed()
        assert server.process.wait(DEADLINE_S) == 0


def test_a_call_whose_client_has_sent_more_ends_with_the_drain(weir):
    """Nothing is read from that client, so nothing but the drain itself can end the call."""
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = Script((b"{}",), hold=threading.Event())
        server = weir(
            server={"drain_timeout": "200ms"},
            models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
            upstreams=[{"name": "gpu", "url": engine.url}],
        )
        with Caller(server.public) as caller:
            caller.call("lab/chat")
            eventually(lambda: engine.calls)
            caller.send(b"GET /v1/models HTTP/1.1\r\n")
            server.signal(signal.SIGTERM)
            assert server.process.wait(DEADLINE_S) == 0


def test_an_upstream_that_says_nothing_does_not_hold_up_the_end(weir):
    """Its list may take five minutes, which nobody waits for any more."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        server = weir(
            models=MODELS,
            discovery={"timeout": "5m"},
            upstreams=[{"name": "gpu", "kind": "vllm", "url": url}],
        )
        silent.settimeout(DEADLINE_S)
        asked, _ = silent.accept()
        with asked:
            assert asked.recv(1 << 16)
            server.signal(signal.SIGTERM)
            assert server.process.wait(DEADLINE_S) == 0


def test_an_answer_under_way_is_finished(weir):
    server = weir(models=MODELS)
    with Wire(server.public) as wire:
        # More answers than socket buffers hold: the server is in the middle of writing them.
        wire.send(head("GET", "/v1/models", key=KEY) * 100)
        assert len(wire.receive().ids()) == len(MODELS)
        server.signal(signal.SIGTERM)
        eventually(lambda: not accepts(server), what="a closed listener")
        whole = 0
        with pytest.raises(Closed) as ended:
            while True:
                assert len(wire.receive().ids()) == len(MODELS)
                whole += 1
        assert whole >= 1
        assert ended.value.args[0] == b"", "an answer was cut"
    assert server.process.wait(DEADLINE_S) == 0


def accepts(server):
    try:
        with Wire(server.public):
            return True
    except ConnectionError:
        return False


def test_the_access_log_is_whole_after_the_end(weir):
    server = weir(models=MODELS)
    for _ in range(50):
        assert server.get("/v1/models?type=video").status == 200
    server.signal(signal.SIGTERM)
    server.process.wait(DEADLINE_S)
    server.access.join()
    assert len(server.access.where(status=200)) == 50


def held_stream(*events):
    """A stream that says these events and then waits for the returned hold."""
    hold = threading.Event()
    return as_stream(*events, hold, DONE), hold


def in_front_of(weir, engine, **server):
    return weir(
        server=server,
        models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
        upstreams=[{"name": "gpu", "url": engine.url}],
    )


def test_a_stream_that_fits_the_drain_is_finished(weir):
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"], hold = held_stream(event({"n": 1}))
        server = in_front_of(weir, engine)
        with Stream(server.public) as stream:
            stream.open("lab/chat")
            assert stream.next_event() == event({"n": 1})
            server.signal(signal.SIGTERM)
            eventually(lambda: not accepts(server), what="a closed listener")
            assert server.admin_get("/readyz").status == 503
            hold.set()
            assert stream.rest() == [DONE]
        assert server.process.wait(DEADLINE_S) == 0


def test_a_stream_that_is_cut_at_the_drain_limit_says_so(weir):
    """Its last event is an error: no client takes it for complete."""
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"], _ = held_stream(event({"n": 1}))
        server = in_front_of(weir, engine, drain_timeout="200ms")
        with Stream(server.public) as stream:
            stream.open("lab/chat")
            assert stream.next_event() == event({"n": 1})
            server.signal(signal.SIGTERM)
            last = json.loads(stream.next_event().removeprefix(b"data: "))
            assert last["error"]["code"] == "stopping"
            assert stream.next_event() is None
        assert server.process.wait(DEADLINE_S) == 0
        server.access.join()
        line = server.access.where(status=200)[0]
        assert (line["reason"], line["events"], line["phase"]) == ("stopping", 1, "answering")
        assert eventually(lambda: engine.calls[0].left), "the upstream was not let go"


def test_a_call_that_has_no_answer_at_the_drain_limit_is_told_to_come_again(weir):
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = Script((b"{}",), hold=threading.Event())
        server = in_front_of(weir, engine, drain_timeout="200ms")
        with Caller(server.public) as caller:
            caller.call("lab/chat")
            eventually(lambda: engine.calls)
            server.signal(signal.SIGTERM)
            ending = caller.ending()
        assert (ending.status, ending.body, ending.header("connection")) == (503, OVERLOADED, "close")
        assert server.process.wait(DEADLINE_S) == 0


def test_a_call_that_still_waits_for_its_turn_at_the_drain_limit_is_told_so(weir):
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = Script((b"{}",), hold=threading.Event())
        server = weir(
            # One thread: of two, one could give the slot to a call of the other.
            server={"drain_timeout": "200ms", "threads": 1},
            models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
            upstreams=[{"name": "gpu", "url": engine.url, "max_in_flight": 1}],
            calls={"queue_timeout": "60s"},
        )
        with Caller(server.public) as first, Caller(server.public) as second:
            first.call("lab/chat")
            eventually(lambda: engine.calls)
            second.call("lab/chat")
            assert {server.get("/v1/models").status for _ in range(50)} == {200}, "time passes"
            server.signal(signal.SIGTERM)
            endings = [first.ending(), second.ending()]
        assert [(ending.status, ending.body) for ending in endings] == [(503, OVERLOADED)] * 2
        assert server.process.wait(DEADLINE_S) == 0
        server.access.join()
        assert sorted(line["phase"] for line in server.access.where(reason="stopping")) == ["queued", "waiting"]
    assert len(engine.calls) == 1


def test_a_kept_connection_is_told_before_it_is_closed(weir):
    """A client that sends on a connection which the server has just closed would be reset."""
    server = weir(server={"drain_idle_timeout": "20s"}, models=MODELS)
    with Wire(server.public) as wire:
        wire.send(head("GET", "/v1/models", key=KEY))
        assert wire.receive().header("connection") is None
        server.signal(signal.SIGTERM)
        eventually(lambda: not accepts(server), what="a closed listener")
        wire.send(head("GET", "/v1/models", key=KEY))
        reply = wire.receive()
        assert (reply.status, reply.header("connection")) == (200, "close")
        assert wire.closed()
    assert server.process.wait(DEADLINE_S) == 0
