"""Too much at once is refused cheaply, with the contract's 503; what was admitted is served."""

import contextlib

from support.eventually import eventually
from support.process import KEY
from support.wire import Closed, Wire, head

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]
LIMIT = 8


def test_connections_over_the_limit_get_503_with_retry_after(weir):
    server = weir(models=MODELS, server={"max_connections": LIMIT})
    with contextlib.ExitStack() as stack:
        admitted = [stack.enter_context(Wire(server.public)) for _ in range(LIMIT)]
        for wire in admitted:
            wire.send(head("GET", "/v1/models", key=KEY))
            assert wire.receive().status == 200

        extra = stack.enter_context(Wire(server.public))
        extra.send(head("GET", "/v1/models", key=KEY))
        refused = extra.receive()

        assert refused.status == 503
        assert int(refused.header("Retry-After")) >= 1
        assert refused.json()["code"] == 50505
        assert isinstance(refused.json()["data"], str)
        assert extra.closed()

        for wire in admitted:
            wire.send(head("GET", "/v1/models", key=KEY))
            assert wire.receive().status == 200


def test_a_place_that_is_freed_is_taken_again(weir):
    server = weir(models=MODELS, server={"max_connections": 1})
    with Wire(server.public) as wire:
        wire.send(head("GET", "/v1/models", key=KEY))
        assert wire.receive().status == 200

    def served():
        try:
            return server.get("/v1/models").status == 200
        except Closed:
            return False

    eventually(served)


def test_the_admin_address_answers_while_the_public_one_is_full(weir):
    server = weir(models=MODELS, server={"max_connections": 1})
    with Wire(server.public) as wire:
        wire.send(head("GET", "/v1/models", key=KEY))
        assert wire.receive().status == 200
        assert server.admin_get("/healthz").status == 200


def test_a_slow_head_is_cut_off_with_408(weir):
    server = weir(models=MODELS, server={"request_head_timeout": "200ms"})
    with Wire(server.public) as wire:
        wire.send(b"GET /v1/models HTTP/1.1\r\nHost: a\r\n")
        assert wire.receive().status == 408
        assert wire.closed()


def test_an_oversized_head_is_refused(weir):
    server = weir(models=MODELS)
    with Wire(server.public) as wire:
        wire.send(b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.receive().status == 414
    fields = [(f"X-{i}", "y" * 400) for i in range(200)]
    assert server.get("/v1/models", fields).status == 431
