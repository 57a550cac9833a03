"""calls.affinity: the calls of a conversation, or of a key, go to the upstream that had the earlier ones."""

import contextlib
import json
import math
import threading

import pytest

from support.caller import Caller, call, post
from support.engine import Engine, Script, as_json
from support.eventually import eventually, until
from support.process import KEY

MODEL = "lab/model"
CONVERSATIONS = 24


@pytest.fixture
def engines():
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Engine(MODEL, name=name)) for name in ("one", "two", "three")]


def served(weir, engines, affinity, **sections):
    rows = [{"name": engine.name, "url": engine.url} for engine in engines]
    models = [{"id": MODEL, "sub_types": ["chat"], "upstreams": [{"name": row["name"]} for row in rows]}]
    calls = {"affinity": affinity, **sections.pop("calls", {})}
    return weir(models=models, upstreams=rows, calls=calls, **sections)


def message(role, text):
    return {"role": role, "content": text}


def first_and_later(path, number):
    """The bodies of two turns of a conversation, as a client of that path writes them."""
    opening = f"Question {number}: why?"
    turns = [message("user", opening), message("assistant", "Because."), message("user", "Why so?")]
    if path == "/v1/completions":
        text = f"Story {number}. " * 200
        return {"prompt": text}, {"prompt": text + "It went on"}
    if path == "/v1/responses":
        common = {"instructions": "Be brief."}
        return {**common, "input": opening}, {"input": turns, **common}
    if path == "/v1/messages":
        mark = {"cache_control": {"type": "ephemeral"}}
        marked = [{"role": "user", "content": [{"type": "text", "text": opening, **mark}]}]
        return {"messages": marked, "system": "Be brief."}, {"messages": turns, "system": "Be brief."}
    system = message("system", "Be brief.")
    return {"messages": [system, turns[0]]}, {"messages": [system, *turns]}


def ask(server, path, body, key=KEY):
    reply = post(server.public, path, json.dumps({"model": MODEL, "max_tokens": 9, **body}).encode(), key=key)
    assert reply.status == 200, reply


def homes(engines, marks):
    """For each mark, the names of the engines that had a call with it."""
    return [{engine.name for engine in engines for made in engine.calls if mark in made.body} for mark in marks]


def followed_and_moved(server):
    """How many calls went to the first in the order, and how many the load moved."""
    lines = server.admin_get("/metrics").body.decode().splitlines()
    found = dict(line.split() for line in lines if line.startswith("weir_call_affinity_total{"))
    return [float(found[f'weir_call_affinity_total{{result="{result}"}}']) for result in ("followed", "moved")]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/completions"])
def test_the_turns_of_a_conversation_go_to_one_upstream(weir, engines, path):
    server = served(weir, engines, "prefix")
    turns = [first_and_later(path, number) for number in range(CONVERSATIONS)]
    for turn in (0, 1, 1):
        for bodies in turns:
            ask(server, path, bodies[turn])
    word = b"Story" if path.endswith("completions") and "chat" not in path else b"Question"
    ends = b". " if word == b"Story" else b":"
    found = homes(engines, [word + b" %d" % number + ends for number in range(CONVERSATIONS)])
    assert followed_and_moved(server) == [3 * CONVERSATIONS, 0], "one call at a time"
    assert [len(names) for names in found] == [1] * CONVERSATIONS, found
    assert {name for names in found for name in names} == {"one", "two", "three"}


def test_a_restart_forgets_no_home(weir, engines):
    bodies = [first_and_later("/v1/chat/completions", number) for number in range(CONVERSATIONS)]
    for turn in (0, 1):
        server = served(weir, engines, "prefix")
        for pair in bodies:
            ask(server, "/v1/chat/completions", pair[turn])
        server.stop()
    found = homes(engines, [b"Question %d:" % number for number in range(CONVERSATIONS)])
    assert [len(names) for names in found] == [1] * CONVERSATIONS, found


def test_without_affinity_equal_calls_are_shared(weir, engines):
    server = served(weir, engines, "none")
    for _ in until(lambda: min(len(engine.calls) for engine in engines) >= 5):
        assert call(server.public, MODEL).status == 200


def test_the_calls_of_a_key_go_to_one_upstream(weir, engines):
    secrets = [f"sk-affinity-{number:02}-0123456789abcdefghij" for number in range(9)]
    keys = [{"name": f"key-{number}", "key": secret} for number, secret in enumerate(secrets)]
    server = served(weir, engines, "key", keys=keys)
    for turn in range(3):
        for number, secret in enumerate(secrets):
            ask(server, "/v1/chat/completions", {"messages": [message("user", f"Key {number}. {turn}")]}, key=secret)
    found = homes(engines, [b"Key %d." % number for number in range(len(secrets))])
    assert [len(names) for names in found] == [1] * len(secrets), found
    assert len({name for names in found for name in names}) > 1


def test_an_upstream_that_fails_gives_its_conversations_to_others(weir, engines):
    server = served(weir, engines, "prefix")
    turns = [first_and_later("/v1/chat/completions", number) for number in range(CONVERSATIONS)]
    for first, _ in turns:
        ask(server, "/v1/chat/completions", first)
    before = homes(engines, [b"Question %d:" % number for number in range(CONVERSATIONS)])
    broken = engines[0]
    broken.scripts[MODEL] = as_json({"error": "busy"}, status=503)
    at_broken = len(broken.calls)
    for _ in range(3):
        for _, later in turns:
            ask(server, "/v1/chat/completions", later)
    assert len(broken.calls) - at_broken <= 10, "it is in doubt, and probed"
    after = homes(engines[1:], [b"Question %d:" % number for number in range(CONVERSATIONS)])
    for had, has in zip(before, after):
        assert len(has) == 1, "one that stays keeps its own, and each other has one new home"
        if broken.name not in had:
            assert has == had


def test_one_conversation_with_many_calls_is_spread_by_load(weir, engines):
    """All are held: what is in flight at an engine is what it was given."""
    server = served(weir, engines, "prefix")
    hold = threading.Event()
    for engine in engines:
        engine.scripts[MODEL] = Script((b"{}",), hold=hold)
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(Caller(server.public)) for _ in range(36)]
        for number, caller in enumerate(callers, start=1):
            caller.call(MODEL)
            eventually(lambda number=number: sum(len(engine.calls) for engine in engines) == number)
            assert max(engine.in_flight[MODEL] for engine in engines) <= math.ceil(1.25 * number / 3)
        assert max(engine.in_flight[MODEL] for engine in engines) == 15, "1.25 times the average"
        hold.set()
        assert {caller.ending().status for caller in callers} == {200}
    followed, moved = followed_and_moved(server)
    assert (followed, moved) == (15, 21)
