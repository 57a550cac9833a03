"""One model at several upstreams: which one is asked, when another is, and when none is."""

import contextlib
import re
import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.caller import OVERLOADED, Caller, access_line, call, chat_body, post, trace
from support.engine import Engine, Script, as_json, as_stream, ordinary
from support.eventually import DEADLINE_S, eventually
from support.gate import FIRST_BYTE, REQUEST, Gate
from support.upstream import closed_port

MODEL = "lab/chat"
OTHER = "lab/other"


@pytest.fixture
def engines():
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Engine(MODEL, name=name)) for name in ("one", "two")]


def row(engine, **more):
    return {"name": engine.name, "url": engine.url, **more}


def served(weir, *rows, calls=None, **sections):
    names = [{"name": given["name"]} for given in rows]
    models = [{"id": MODEL, "sub_types": ["chat"], "upstreams": names}]
    return weir(models=models, upstreams=list(rows), calls=calls or {}, **sections)


def ask(server, times=1, **options):
    statuses = [call(server.public, MODEL, **options).status for _ in range(times)]
    assert statuses == [200] * times
    return statuses


def counts(engines):
    return [len(engine.calls) for engine in engines]


def test_the_better_priority_gets_every_call(weir, engines):
    one, two = engines
    server = served(weir, row(one, priority=5), row(two, priority=1))
    ask(server, 20)
    assert counts(engines) == [0, 20]


def test_equal_upstreams_share(weir, engines):
    server = served(weir, *map(row, engines))
    ask(server, 100)
    assert min(counts(engines)) >= 20, counts(engines)


def test_weights_are_shares(weir, engines):
    """Nine to one; looked at loosely, for a draw is a draw."""
    one, two = engines
    server = served(weir, row(one, weight=90), row(two, weight=10))
    ask(server, 200)
    assert counts(engines)[0] >= 140, counts(engines)
    assert counts(engines)[1] >= 1, counts(engines)


def test_the_less_busy_of_two_is_preferred(weir, engines):
    """Long calls are held at both; new ones go where fewer are."""
    one, two = engines
    server = served(weir, *map(row, engines))
    hold = threading.Event()
    one.scripts[MODEL] = two.scripts[MODEL] = Script((b"{}",), hold=hold)
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(Caller(server.public)) for _ in range(40)]
        for number, caller in enumerate(callers):
            caller.call(MODEL)
            eventually(lambda number=number: sum(counts(engines)) == number + 1)
        assert abs(one.in_flight[MODEL] - two.in_flight[MODEL]) <= 4
        hold.set()
        assert {caller.ending().status for caller in callers} == {200}


# Another upstream.


def test_a_dead_upstream_costs_no_call(weir, engines):
    dead = {"name": "dead", "url": f"http://127.0.0.1:{closed_port()}", "priority": 0}
    server = served(weir, dead, row(engines[0], priority=1))
    ask(server, 20)
    assert counts(engines) == [20, 0]


@pytest.mark.parametrize("status", [429, 503])
def test_an_upstream_that_refuses_before_it_works_is_passed_over(weir, engines, status):
    one, two = engines
    one.scripts[MODEL] = as_json({"error": "busy"}, status=status)
    server = served(weir, row(one, priority=0), row(two, priority=1))
    ask(server, 1)
    ask(server, 1, stream=True)
    assert counts(engines)[1] == 2
    assert two.calls[0].body == chat_body(MODEL), "the body is sent again as it was"


@pytest.mark.parametrize("status", [401, 402, 403])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_upstream_that_refuses_our_account_costs_no_call(weir, engines, status, stream):
    """It answers faster than the other, and so looks idle all the time."""
    one, two = engines
    one.scripts[MODEL] = as_json({"error": "no credit"}, status=status)
    server = served(weir, *map(row, engines))
    with ThreadPoolExecutor(16) as pool:
        endings = list(pool.map(lambda _: call(server.public, MODEL, stream=stream), range(200)))
    assert {ending.status for ending in endings} == {200}
    assert counts(engines)[1] == 200
    assert counts(engines)[0] <= (80 if status == 403 else 40), counts(engines)


def test_an_account_that_every_upstream_refuses_is_503(weir, engines):
    for engine in engines:
        engine.scripts[MODEL] = as_json({"error": "no credit"}, status=402)
    server = served(weir, *map(row, engines))
    ending = call(server.public, MODEL)
    assert (ending.status, ending.body) == (503, OVERLOADED)
    assert counts(engines) == [1, 1]


@pytest.mark.parametrize("status", [400, 422, 500])
def test_an_answer_that_may_have_cost_something_is_not_asked_for_twice(weir, engines, status):
    one, two = engines
    one.scripts[MODEL] = as_json({"error": "no"}, status=status)
    server = served(weir, row(one, priority=0), row(two, priority=1))
    assert call(server.public, MODEL).status == (503 if status == 500 else status)
    assert counts(engines) == [1, 0]


def test_a_fresh_connection_that_breaks_is_not_tried_again(weir, engines):
    """The request was sent, so it may have been processed."""
    one, two = engines
    with Gate(one) as gate:
        server = served(weir, {"name": "gate", "url": gate.url, "priority": 0}, row(two, priority=1))
        eventually(lambda: gate.requests)
        gate.arm("reset", FIRST_BYTE)
        assert call(server.public, MODEL).status == 503
        assert counts(engines) == [1, 0]


def test_a_kept_connection_that_died_before_its_answer_is_not_the_callers_trouble(weir, engines):
    """The upstream closed it just as it was used again; the call had no effect."""
    one, two = engines
    with Gate(one) as gate:
        gated = {"name": "gate", "url": gate.url, "priority": 0}
        server = served(weir, gated, row(two, priority=1), server={"threads": 1})
        eventually(lambda: gate.requests)
        ask(server)

        late = []

        def struck():
            """A list request may arrive first and consume the fault; to Weir, a gate that is slow to
            reach it has accepted the request."""
            gate.arm("reset", REQUEST, once=True)
            ending = call(server.public, MODEL)
            if ending.status == 503:
                late.append(ending)
                return False
            assert ending.status == 200
            return len(set(gate.posts())) > 1 or two.calls

        assert any(struck() for _ in range(10))
        assert len(late) <= 2


def test_a_kept_connection_that_ends_as_it_is_used_again_costs_no_retry(weir, engines):
    one, _ = engines
    served_on = set()

    def one_answer_a_connection(asked):
        if asked.connection in served_on:
            return Script(raw=b"", end="close")
        served_on.add(asked.connection)
        return ordinary(asked)

    one.scripts[MODEL] = one_answer_a_connection
    server = served(weir, row(one), server={"threads": 1}, calls={"retries": 0})

    def again():
        """An engine that takes a second to close has worked on it, for all that Weir knows."""
        statuses = [call(server.public, MODEL).status for _ in range(2)]
        return statuses == [200, 200] and len(one.calls) > len(served_on)

    assert any(again() for _ in range(10))


def test_a_call_whose_stream_began_is_not_begun_again(weir, engines):
    one, two = engines
    one.scripts[MODEL] = as_stream(b"data: {}\n\n", end="cut")
    server = served(weir, row(one, priority=0), row(two, priority=1))
    ending = call(server.public, MODEL, stream=True)
    assert (ending.status, ending.whole) == (200, False)
    assert counts(engines) == [1, 0]


def test_retries_end(weir, engines):
    for engine in engines:
        engine.scripts[MODEL] = as_json({"error": "busy"}, status=503)
    server = served(weir, *map(row, engines))
    assert call(server.public, MODEL).body == OVERLOADED
    assert counts(engines) == [1, 1]


def two_models(weir, engines, calls):
    """MODEL at both, the first of them first; OTHER at the second alone, which takes one call at a time."""
    one, two = engines
    rows = [row(one, api_key="key-of-one", priority=0), row(two, api_key="key-of-two", priority=1, max_in_flight=1)]
    models = [
        {"id": MODEL, "sub_types": ["chat"], "upstreams": [{"name": "one"}, {"name": "two"}]},
        {"id": OTHER, "sub_types": ["chat"], "upstreams": [{"name": "two"}]},
    ]
    return weir(models=models, upstreams=rows, calls=calls, server={"threads": 1})


def every_upstream_has_its_own_calls(engines):
    one, two = engines
    assert {made.headers["authorization"] for made in one.calls} == {"Bearer key-of-one"}
    assert {made.headers["authorization"] for made in two.calls} == {"Bearer key-of-two"}
    assert not one.calls_for(OTHER)


def told(server, header):
    """The access log's upstream, number of attempts, and phase of the call."""
    line = eventually(lambda: access_line(server, header))
    return line["upstream"], line["attempts"], line["phase"]


def test_a_connection_stays_its_upstreams_when_there_is_no_budget_for_another(weir, engines):
    engines[0].scripts[MODEL] = Script(status=429)
    server = two_models(weir, engines, {"retry_budget_percent": 0, "retry_budget_min": 0})
    header = trace()
    assert call(server.public, MODEL, headers=[header]).status == 429
    assert told(server, header) == ("one", 1, "waiting")
    assert call(server.public, OTHER).status == 200
    every_upstream_has_its_own_calls(engines)


def test_a_connection_stays_its_upstreams_when_another_has_no_room(weir, engines):
    one, two = engines
    one.scripts[MODEL] = Script(status=429)
    two.scripts[OTHER] = Script(hold=threading.Event())
    server = two_models(weir, engines, {"queue_length": 0})
    with Caller(server.public) as first:
        first.call(OTHER)
        eventually(lambda: two.calls)
        header = trace()
        assert call(server.public, MODEL, headers=[header]).status == 503
        assert told(server, header) == ("two", 1, "queued")
    two.scripts.clear()
    eventually(lambda: call(server.public, OTHER).status == 200)
    every_upstream_has_its_own_calls(engines)


def test_no_retry_is_made_when_none_is_allowed(weir, engines):
    one, two = engines
    one.scripts[MODEL] = as_json({"error": "busy"}, status=503)
    server = served(weir, row(one, priority=0), row(two, priority=1), calls={"retries": 0})
    assert call(server.public, MODEL).status == 503
    assert counts(engines) == [1, 0]


def test_retries_have_a_budget(weir, engines):
    """If everything fails, retries must not double the load: they add about a fifth, and a few."""
    one, two = engines
    one.scripts[MODEL] = two.scripts[MODEL] = as_json({"error": "slow"}, status=503)
    server = served(weir, *map(row, engines), calls={"retries": 2})
    asked = 100
    for _ in range(asked):
        assert call(server.public, MODEL).status == 503
    assert sum(counts(engines)) <= asked * 1.2 + 10


# No upstream.


def test_an_upstream_that_keeps_failing_is_left_alone_and_comes_back(weir, engines):
    one, _ = engines
    one.scripts[MODEL] = as_json({"error": "broken"}, status=500)
    server = served(weir, row(one), discovery={"refresh_interval": "24h"})
    for _ in range(20):
        ending = call(server.public, MODEL)
        assert (ending.status, ending.body) == (503, OVERLOADED)
    assert counts([one])[0] < 20, "it was never left alone"
    assert int(ending.header("retry-after")) >= 1

    one.scripts.clear()
    eventually(lambda: call(server.public, MODEL).status == 200)
    ask(server, 20)


def test_the_callers_mistakes_are_not_held_against_an_upstream(weir, engines):
    one, _ = engines
    one.scripts[MODEL] = as_json({"error": "bad"}, status=400)
    server = served(weir, row(one))
    for _ in range(40):
        assert call(server.public, MODEL).status == 400
    assert counts([one]) == [40]


def test_a_cool_upstream_is_passed_over_while_another_is_there(weir, engines):
    one, two = engines
    one.scripts[MODEL] = as_json({"error": "slow down"}, status=429, headers=(("Retry-After", "600"),))
    server = served(weir, row(one, priority=0), row(two, priority=1))
    ask(server, 10)
    assert counts(engines) == [1, 10]


def test_a_cool_upstream_is_asked_again_when_it_said(weir, engines):
    one, _ = engines
    one.scripts[MODEL] = as_json({"error": "slow down"}, status=429, headers=(("Retry-After", "1"),))
    server = served(weir, row(one))
    assert call(server.public, MODEL).status == 429
    one.scripts.clear()
    eventually(lambda: call(server.public, MODEL).status == 200)


@pytest.mark.parametrize("said", ["Wed, 21 Oct 2015 07:28:00 GMT", "999999999"])
def test_a_caller_is_told_to_come_back_when_it_may_help(weir, engines, said):
    one, _ = engines
    one.scripts[MODEL] = as_json({"error": "slow down"}, status=429, headers=(("Retry-After", said),))
    refused = call(served(weir, row(one)).public, MODEL)
    assert refused.status == 429
    assert 1 <= int(refused.header("retry-after")) <= 600


def held(weir, engine, limit, queue, wait="30s"):
    hold = threading.Event()
    engine.scripts[MODEL] = Script((b"{}",), hold=hold)
    calls = {"queue_length": queue, "queue_timeout": wait}
    return served(weir, row(engine, max_in_flight=limit), calls=calls), hold


def test_calls_beyond_the_slots_wait_and_beyond_the_queue_are_refused(weir, engines):
    one, _ = engines
    limit, queue = 3, 4
    server, hold = held(weir, one, limit, queue)
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(Caller(server.public)) for _ in range(limit + queue + 1)]
        for caller in callers:
            caller.call(MODEL)
        # One is too many, whichever it is: it alone is answered.
        ready = select.select([caller.socket for caller in callers], [], [], DEADLINE_S)[0]
        (too_many,) = [caller for caller in callers if caller.socket in ready]
        callers.remove(too_many)
        refused = too_many.ending()
        assert (refused.status, refused.body) == (503, OVERLOADED)
        assert int(refused.header("retry-after")) >= 1
        eventually(lambda: one.in_flight[MODEL] == limit)
        hold.set()
        assert {caller.ending().status for caller in callers} == {200}
    assert one.peak[MODEL] == limit


def test_who_waited_too_long_is_refused(weir, engines):
    server, hold = held(weir, engines[0], limit=1, queue=4, wait="100ms")
    with Caller(server.public) as first:
        first.call(MODEL)
        eventually(lambda: engines[0].calls)
        ending = call(server.public, MODEL)
        assert (ending.status, ending.body) == (503, OVERLOADED)
        hold.set()
        assert first.ending().status == 200


def test_what_a_try_that_failed_waited_for_is_no_overhead(weir, engines):
    """It waited for its slot and then for its answer; the next one answers."""
    one, _ = engines
    hold = threading.Event()
    one.scripts[OTHER] = Script((b"{}",), hold=hold)
    one.scripts[MODEL] = as_json({"error": "slow down"}, status=429)
    names = [{"name": engine.name} for engine in engines]
    server = weir(
        models=[{"id": id_, "sub_types": ["chat"], "upstreams": names} for id_ in (MODEL, OTHER)],
        upstreams=[row(one, priority=0, max_in_flight=1), row(engines[1], priority=1)],
        calls={"queue_timeout": "60s"},
    )
    with Caller(server.public) as first, Caller(server.public) as second:
        first.call(OTHER)
        eventually(lambda: one.calls)
        second.call(MODEL)
        assert {server.get("/v1/models").status for _ in range(50)} == {200}, "time passes"
        hold.set()
        assert first.ending().status == 200
        ending = second.ending()
    assert ending.status == 200
    assert re.fullmatch(r"weir;dur=\d+\.\d{3}, upstream;dur=\d+\.\d{3}", ending.header("server-timing"))
    eventually(lambda: server.samples("weir_call_overhead_seconds_count") == [2])


class Unready(Caller):
    """A client with hardly any room for what it does not read yet."""

    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 11)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 500)  # and so the server has none either
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(("127.0.0.1", port))
        self.unread = b""


@pytest.mark.parametrize(
    ("target", "sub_type", "raw"),
    [
        ("/v1/chat/completions", "chat", b'{"choices":[],"x":"%b"}'),
        ("/v1/video/submit", "text-to-video", b'{"requestId":"job","x":"%b"}'),
    ],
)
def test_who_takes_a_whole_answer_slowly_has_no_slot(weir, engines, target, sub_type, raw):
    body = raw % (b"x" * 60_000)
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    engines[0].scripts[MODEL] = Script(raw=answer)
    server = weir(
        models=[{"id": MODEL, "sub_types": [sub_type], "upstreams": [{"name": "one"}]}],
        upstreams=[row(engines[0], kind="siliconflow", max_in_flight=1)],
        calls={"queue_length": 0},
    )
    header = trace()
    with Unready(server.public) as slow:
        slow.post(target, chat_body(MODEL), headers=[header])
        eventually(lambda: engines[0].calls and engines[0].calls[0].done.is_set())
        eventually(lambda: post(server.public, target, chat_body(MODEL)).status == 200)
        assert not server.access.where(trace_id=header[1]), "all of it was taken"
        assert slow.ending().whole


def test_slots_hold_under_a_storm(weir, engines):
    one, _ = engines
    server = served(weir, row(one, max_in_flight=4), calls={"queue_length": 1000, "queue_timeout": "60s"})
    start = threading.Barrier(64)
    statuses = []

    def client():
        with Caller(server.public) as caller:
            start.wait()
            for number in range(5):
                caller.call(MODEL, stream=number % 2 == 0)
                statuses.append(caller.ending().status)

    threads = [threading.Thread(target=client) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 320
    assert one.peak[MODEL] <= 4


def test_upstreams_and_their_choice_follow_the_config(weir, engines):
    one, two = engines
    server = served(weir, row(one, priority=0), row(two, priority=1))
    ask(server)
    names = [{"name": "one"}, {"name": "two"}]
    server.write_config(
        models=[{"id": MODEL, "sub_types": ["chat"], "upstreams": names}],
        upstreams=[row(one, priority=1), row(two, priority=0)],
    )
    eventually(lambda: call(server.public, MODEL).status == 200 and two.calls)


def test_a_declared_model_without_an_upstream_that_serves_it_is_503(weir):
    dead = {"name": "dead", "url": f"http://127.0.0.1:{closed_port()}"}
    server = served(weir, dead)
    ending = post(server.public, "/v1/chat/completions", chat_body(MODEL))
    assert (ending.status, ending.body) == (503, OVERLOADED)
