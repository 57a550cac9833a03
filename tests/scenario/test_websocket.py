"""A client that asks for a WebSocket learns at once that it must send HTTP requests instead."""

import json

import pytest

from support.caller import Caller, call
from support.engine import Engine
from support.process import KEY
from support.wire import head

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
UPGRADE = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
)


@pytest.fixture
def server(weir):
    with Engine("lab/chat") as engine:
        yield weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])


def ask(server, target, fields=UPGRADE, method="GET", key=KEY):
    with Caller(server.public) as caller:
        caller.send(head(method, target, fields, key))
        return caller.ending()


@pytest.mark.parametrize(
    "target", ["/v1/responses", "/responses/", "/v1/chat/completions", "/v1/v1/responses"]
)
def test_a_handshake_at_a_path_of_calls_is_answered_426(server, target):
    ending = ask(server, target)
    assert ending.status == 426
    assert (ending.header("upgrade"), ending.header("x-should-retry")) == ("HTTP/1.1", "false")
    told = json.loads(ending.body)
    assert "WebSocket is not supported" in told["error"]["message"]
    assert told["message"] == told["error"]["message"]


def test_anthropics_shape_is_that_of_its_path(server):
    told = json.loads(ask(server, "/v1/messages").body)
    assert (told["type"], "WebSocket" in told["error"]["message"]) == ("error", True)


def test_the_connection_goes_on_with_http(server):
    with Caller(server.public) as caller:
        caller.send(head("GET", "/v1/responses", UPGRADE, KEY))
        assert caller.ending().status == 426
        caller.call("lab/chat")
        assert caller.ending().status == 200


def test_a_handshake_changes_nothing_elsewhere(server):
    assert ask(server, "/v1/models").status == 200
    assert ask(server, "/v1/nothing").status == 404
    assert ask(server, "/v1/responses", fields=()).status == 405
    assert ask(server, "/v1/responses", fields=(("Connection", "Upgrade"), ("Upgrade", "h2c"))).status == 405
    assert call(server.public, "lab/chat", headers=UPGRADE[:2]).status == 200
