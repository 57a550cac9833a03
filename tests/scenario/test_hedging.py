"""calls.hedge_after: a call that generates nothing is sent to a second upstream when the first keeps it waiting."""

import contextlib
import json
import threading

import pytest

from support.caller import Caller, access_line, call, post_head, trace, usage_rows
from support.engine import Engine, Script, as_json, ordinary
from support.eventually import eventually

MODEL = "lab/model"
BODIES = {
    "/v1/embeddings": {"model": MODEL, "input": "one two three"},
    "/v1/rerank": {"model": MODEL, "query": "one", "documents": ["two", "three"]},
}
SUB_TYPES = {"/v1/embeddings": "embedding", "/v1/rerank": "reranker"}


def silent():
    return Script((b"{}",), hold=threading.Event())


def after(hold):
    """The ordinary answer, once `hold` is set."""
    return lambda made: Script(ordinary(made).pieces, hold=hold)


@pytest.fixture
def engines():
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Engine(MODEL, name=name)) for name in ("one", "two")]


def served(weir, engines, sub_type="embedding", **calls):
    rows = [{"name": engine.name, "url": engine.url, "priority": at, "max_in_flight": 1} for at, engine in enumerate(engines)]
    models = [{"id": MODEL, "sub_types": [sub_type], "upstreams": [{"name": row["name"]} for row in rows]}]
    return weir(models=models, upstreams=rows, calls={"hedge_after": "100ms", "queue_timeout": "60s", **calls})


def ask(caller, path="/v1/embeddings", headers=()):
    body = json.dumps(BODIES[path]).encode()
    caller.send(post_head(path, len(body), headers=headers) + body)


def answered(server, path="/v1/embeddings"):
    with Caller(server.public) as caller:
        ask(caller, path)
        ending = caller.ending()
    return ending.status == 200 and ending.whole


def samples(server, name):
    lines = server.admin_get("/metrics").body.decode().splitlines()
    return [line for line in lines if line.startswith(name + "{")]


def outcomes(server):
    rows = samples(server, "weir_call_attempts_total")
    return {(row.split('upstream="')[1].split('"')[0], row.split('outcome="')[1].split('"')[0]) for row in rows}


def hedges(server):
    return {row.split('result="')[1].split('"')[0]: float(row.split()[-1]) for row in samples(server, "weir_call_hedges_total")}


@pytest.mark.parametrize("path", list(BODIES))
def test_the_second_upstream_answers_if_the_first_does_not(weir, engines, path):
    one, two = engines
    one.scripts[MODEL] = silent()
    server = served(weir, engines, SUB_TYPES[path])
    mark = trace()
    with Caller(server.public) as caller:
        ask(caller, path, headers=[mark])
        ending = caller.ending()
    assert ending.status == 200 and ending.whole
    eventually(lambda: one.calls[0].left, what="the first is cancelled")
    line = eventually(lambda: access_line(server, mark))
    assert (line["upstream"], line["attempts"]) == ("two", 2)
    eventually(lambda: outcomes(server) == {("one", "cancelled"), ("two", "answered")}, what="outcomes")
    eventually(lambda: hedges(server) == {"won": 1, "lost": 0}, what="hedges")
    eventually(lambda: usage_rows(server), what="usage")
    assert usage_rows(server)[0]["requests"] == 1
    one.scripts.clear()
    assert answered(server, path)
    assert len(one.calls) == 2, "it is not in doubt, and its slot is free"


def test_the_first_upstream_answers_if_the_second_is_slower(weir, engines):
    one, two = engines
    hold = threading.Event()
    one.scripts[MODEL] = after(hold)
    two.scripts[MODEL] = silent()
    server = served(weir, engines)
    with Caller(server.public) as caller:
        ask(caller)
        eventually(lambda: two.calls, what="the second has it too")
        hold.set()
        ending = caller.ending()
    assert ending.status == 200 and json.loads(ending.body)["data"][0]["embedding"]
    eventually(lambda: two.calls[0].left, what="the second is cancelled")
    eventually(lambda: outcomes(server) == {("one", "answered"), ("two", "cancelled")}, what="outcomes")
    eventually(lambda: hedges(server) == {"won": 0, "lost": 1}, what="hedges")


def test_a_second_that_fails_is_of_no_matter(weir, engines):
    one, two = engines
    hold = threading.Event()
    one.scripts[MODEL] = after(hold)
    two.scripts[MODEL] = as_json({"error": "busy"}, status=503)
    server = served(weir, engines)
    with Caller(server.public) as caller:
        ask(caller)
        eventually(lambda: ("two", "overloaded") in outcomes(server))
        hold.set()
        assert caller.ending().status == 200


def test_a_first_that_fails_waits_for_the_second(weir, engines):
    one, two = engines
    fail, hold = threading.Event(), threading.Event()
    one.scripts[MODEL] = Script((b"{}",), status=500, hold=fail)
    two.scripts[MODEL] = after(hold)
    server = served(weir, engines)
    with Caller(server.public) as caller:
        ask(caller)
        eventually(lambda: two.calls)
        fail.set()
        eventually(lambda: one.in_flight[MODEL] == 0)
        hold.set()
        assert caller.ending().status == 200
    eventually(lambda: outcomes(server) == {("one", "server_error"), ("two", "answered")}, what="outcomes")


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_that_is_still_being_read_is_no_answer(weir, engines, status):
    one, two = engines
    begin = threading.Event()
    body = b'{"error":{"message":"something is wrong"}}'
    one.scripts[MODEL] = Script((body[:10], threading.Event(), body[10:]), status=status, framing="chunked", hold=begin)
    hold = threading.Event()
    two.scripts[MODEL] = after(hold)
    server = served(weir, engines, error_body_timeout="60s")
    with Caller(server.public) as caller:
        ask(caller)
        eventually(lambda: two.calls)
        begin.set()
        assert one.calls[0].head_sent.wait(30)
        hold.set()
        ending = caller.ending()
    assert ending.status == 200 and ending.whole
    eventually(lambda: outcomes(server) == {("one", "cancelled"), ("two", "answered")}, what="outcomes")


def test_an_idle_connection_that_was_closed_costs_no_hedge(weir, engines):
    one, two = engines
    one.scripts[MODEL] = silent()
    first = []

    def at_two(made):
        first.append(made)
        stale = made.connection.number == first[0].connection.number and len(first) > 1
        return Script(raw=b"", end="close") if stale else ordinary(made)

    two.scripts[MODEL] = at_two
    server = served(weir, engines, first_byte_timeout="5s")
    assert answered(server)
    assert answered(server)
    eventually(lambda: outcomes(server) == {("one", "cancelled"), ("two", "answered")}, what="outcomes")


def test_both_are_cancelled_when_the_client_leaves(weir, engines):
    for engine in engines:
        engine.scripts[MODEL] = silent()
    server = served(weir, engines)
    with Caller(server.public) as caller:
        ask(caller)
        eventually(lambda: all(engine.calls for engine in engines))
    eventually(lambda: all(engine.calls[0].left for engine in engines))
    for engine in engines:
        engine.scripts.clear()
    eventually(lambda: outcomes(server) == {("one", "cancelled"), ("two", "cancelled")}, what="outcomes")
    assert answered(server)


def test_a_chat_is_sent_once(weir, engines):
    one, two = engines
    one.scripts[MODEL] = silent()
    server = served(weir, engines, "chat", first_byte_timeout="500ms")
    assert call(server.public, MODEL).status == 504
    assert two.calls == []


def test_hedges_are_within_the_retry_budget(weir, engines):
    one, two = engines
    one.scripts[MODEL] = silent()
    server = served(weir, engines, first_byte_timeout="500ms", retry_budget_percent=0, retry_budget_min=1)
    assert answered(server)
    assert not answered(server), "the budget is used up"
    assert len(two.calls) == 1
