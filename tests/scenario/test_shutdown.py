"""SIGTERM drains: what was admitted is answered, nothing new is taken, the exit is 0."""

import signal
import threading

import pytest

from support.caller import Caller
from support.engine import Engine, Script
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.wire import Closed, Wire, head

MODELS = [{"id": f"lab/model-{i:04d}", "sub_types": ["chat"]} for i in range(2000)]


def test_sigterm_ends_an_idle_server_with_success(weir):
    server = weir(models=MODELS)
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0


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
