"""Too much at once is refused cheaply, with the contract's 503; what was admitted is served."""

import contextlib
import threading

import pytest

from support.caller import CHAT, Caller, Stream, call, chat_body, post, post_head
from support.engine import Engine, as_json, as_stream, event
from support.eventually import eventually
from support.process import KEY
from support.wire import Closed, Wire, head

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]
LIMIT = 8


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


def test_connections_over_the_limit_get_503_with_retry_after(weir, engine):
    models = [{**model, "upstreams": [{"name": "gpu"}]} for model in MODELS]
    upstreams = [{"name": "gpu", "url": engine.url}]
    server = weir(models=models, upstreams=upstreams, server={"max_connections": LIMIT})
    hold = threading.Event()
    engine.scripts["lab/chat"] = as_json({"choices": []}, hold=hold)
    with contextlib.ExitStack() as stack:
        admitted = [stack.enter_context(Caller(server.public)) for _ in range(LIMIT)]
        for caller in admitted:
            caller.call("lab/chat")
        eventually(lambda: len(engine.calls_for("lab/chat")) == LIMIT)

        extra = stack.enter_context(Wire(server.public))
        extra.send(head("GET", "/v1/models", key=KEY))
        refused = extra.receive()

        assert refused.status == 503
        assert int(refused.header("Retry-After")) >= 1
        assert refused.json()["code"] == 50505
        assert isinstance(refused.json()["data"], str)
        assert extra.closed()

        hold.set()
        for caller in admitted:
            assert caller.ending().status == 200


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


def test_a_method_that_is_far_too_long_is_not_implemented(weir):
    server = weir(models=MODELS)
    assert server.request("A" * 100_000, "/v1/models").status == 501


# Bodies are held until their calls are answered, all of them within one bound.

MIB = 1 << 20
LARGE = chat_body("lab/chat", "x" * (700 << 10))  # two of them are too many


def served(weir, engine, **calls):
    models = [{**model, "upstreams": [{"name": "gpu"}]} for model in MODELS]
    return weir(models=models, upstreams=[{"name": "gpu", "url": engine.url}], calls=calls, server={"threads": 1})


def with_room_for_one(weir, engine, queue_timeout="100ms"):
    return served(weir, engine, max_body_bytes=MIB, buffer_bytes=MIB, queue_timeout=queue_timeout)


def test_a_stream_that_has_begun_holds_no_body(weir, engine):
    server = with_room_for_one(weir, engine)
    hold = threading.Event()
    engine.scripts["lab/chat"] = as_stream(event({"choices": []}), hold, event(b"[DONE]"))
    with Stream(server.public) as stream:
        stream.open("lab/chat", text="x" * (700 << 10))
        assert stream.next_event()
        engine.scripts.clear()
        assert post(server.public, CHAT, LARGE).status == 200
        hold.set()
        assert len(stream.rest()) == 1


def test_the_limit_of_a_body_is_that_of_one_that_came_at_once_too(weir, engine):
    server = served(weir, engine, max_body_bytes=1024)
    assert call(server.public, "lab/chat", text="x" * 500).status == 200
    assert call(server.public, "lab/chat", text="x" * 2000).status == 413


def announce(caller):
    caller.send(post_head(CHAT, len(LARGE), headers=[("Expect", "100-continue")]))
    return caller.receive("HEAD")


def test_a_body_counts_as_it_comes(weir, engine):
    server = with_room_for_one(weir, engine)
    hold = threading.Event()
    with contextlib.ExitStack() as stack:
        first, second, third = (stack.enter_context(Caller(server.public)) for _ in range(3))
        assert announce(first).status == 100
        # An announced body that has not arrived takes no memory.
        assert post(server.public, CHAT, LARGE).status == 200
        # A received one does.
        engine.scripts["lab/chat"] = as_json({"choices": []}, hold=hold)
        second.send(post_head(CHAT, len(LARGE)) + LARGE)
        eventually(lambda: len(engine.calls_for("lab/chat")) == 2)
        third.send(post_head(CHAT, len(LARGE), headers=[("Expect", "100-continue")]))
        first.send(LARGE)
        hold.set()
        # The others have waited for it.
        assert [caller.ending().status for caller in (second, first)] == [200, 200]
        assert third.receive("HEAD").status == 100
        third.send(LARGE)
        assert third.ending().status == 200


# A body that finds no room waits for it, and its client sends nothing meanwhile.

MANY = 100


def answers(callers):
    return [caller.ending().status for caller in callers]


def test_many_large_bodies_at_once_wait_for_room_and_are_all_served(weir, engine):
    server = served(weir, engine, max_body_bytes=MIB, buffer_bytes=4 * MIB, queue_timeout="60s")
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(Caller(server.public)) for _ in range(MANY)]
        senders = [threading.Thread(target=caller.send, args=(post_head(CHAT, len(LARGE)) + LARGE,)) for caller in callers]
        for sender in senders:
            sender.start()
        assert answers(callers) == [200] * MANY
        for sender in senders:
            sender.join()
    assert len(engine.calls) == MANY


def test_a_client_that_waits_for_room_sends_nothing_and_may_leave(weir, engine):
    server = with_room_for_one(weir, engine, queue_timeout="60s")
    hold = threading.Event()
    engine.scripts["lab/chat"] = as_json({"choices": []}, hold=hold)
    with Caller(server.public) as first, contextlib.ExitStack() as later:
        first.send(post_head(CHAT, len(LARGE)) + LARGE)
        eventually(lambda: len(engine.calls_for("lab/chat")) == 1)
        before = server.samples("weir_http_connections_open")
        with Caller(server.public) as leaver:
            leaver.send(post_head(CHAT, len(LARGE), headers=[("Expect", "100-continue")]))
            eventually(lambda: server.samples("weir_http_connections_open") != before)
        eventually(lambda: server.samples("weir_http_connections_open") == before)
        last = later.enter_context(Caller(server.public))
        last.send(post_head(CHAT, len(LARGE), headers=[("Expect", "100-continue")]))
        hold.set()
        assert first.ending().status == 200
        assert last.receive("HEAD").status == 100
        last.send(LARGE)
        assert last.ending().status == 200
    assert len(engine.calls) == 2


def test_a_slow_client_of_a_long_answer_holds_no_body(weir, engine):
    server = with_room_for_one(weir, engine)
    long = {"choices": [{"message": {"content": "y" * (24 * MIB)}}]}
    engine.scripts["lab/chat"] = as_json(long)
    with Caller(server.public) as slow:
        slow.send(post_head(CHAT, len(LARGE)) + LARGE)
        slow.receive_head()
        engine.scripts.clear()
        eventually(lambda: post(server.public, CHAT, LARGE).status == 200)
