"""Health is that of one model at one upstream: what one model does there is not held against another,
and what one client's request does is not held against anybody else."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.caller import OVERLOADED, call
from support.engine import Engine, as_json, ordinary
from support.upstream import closed_port

MODELS = [f"lab/{name}" for name in ("one", "two", "three", "four")]
QUIET = {"refresh_interval": "24h"}
POISON = "poison"


@pytest.fixture
def engine():
    with Engine(*MODELS, name="gpu") as engine:
        yield engine


@pytest.fixture
def pair():
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Engine(*MODELS, name=name)) for name in ("left", "right")]


def served(weir, *engines, **sections):
    rows = [{"name": engine.name, "url": engine.url} for engine in engines]
    names = [{"name": row["name"]} for row in rows]
    models = [{"id": id_, "sub_types": ["chat"], "upstreams": names} for id_ in MODELS]
    return weir(models=models, upstreams=rows, discovery=QUIET, **sections)


def test_a_model_that_is_rate_limited_does_not_block_another(weir, engine):
    engine.scripts[MODELS[0]] = as_json({"error": "slow"}, status=429, headers=(("Retry-After", "600"),))
    server = served(weir, engine)
    assert [call(server.public, MODELS[0]).status for _ in range(3)] == [429] * 3
    assert len(engine.calls_for(MODELS[0])) == 1, "it cools down"
    assert [call(server.public, MODELS[1]).status for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_broken_model_costs_another_no_call(weir, engine, status):
    engine.scripts[MODELS[0]] = as_json({"error": "out of memory"}, status=status)
    server = served(weir, engine)
    healthy = []
    for _ in range(80):
        assert call(server.public, MODELS[0]).status != 200
        healthy.append(call(server.public, MODELS[1]).status)
    assert healthy == [200] * 80
    if status != 404:
        assert len(engine.calls_for(MODELS[0])) < 80, "it is left alone"


def test_several_broken_models_cost_another_no_call(weir, engine):
    for model in MODELS[:3]:
        engine.scripts[model] = as_json({"error": "out of memory"}, status=500)
    server = served(weir, engine)
    for _ in range(10):
        for model in MODELS[:3]:
            assert call(server.public, model).status == 503
    assert [call(server.public, MODELS[3]).status for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("status", [429, 503])
def test_a_broken_model_costs_another_no_call_under_load(weir, pair, status):
    """And none of its own: another upstream has it."""
    pair[0].scripts[MODELS[0]] = as_json({"error": "no"}, status=status)
    server = served(weir, *pair)
    with ThreadPoolExecutor(16) as pool:
        endings = list(pool.map(lambda n: call(server.public, MODELS[n % 2]), range(200)))
    assert {ending.status for ending in endings} == {200}


def says_poison(asked):
    return POISON.encode() in asked.body


def chokes(asked):
    return as_json({"error": {"message": "tensor sizes"}}, status=500) if says_poison(asked) else ordinary(asked)


KEYS = [{"name": name, "key": f"sk-{name}-0123456789abcdef"} for name in ("poisoner", "other")]


def test_a_request_that_fails_at_two_upstreams_is_at_fault(weir, pair):
    for engine in pair:
        engine.scripts[MODELS[0]] = chokes
    server = served(weir, *pair)
    first = call(server.public, MODELS[0], POISON)
    assert (first.status, first.body) == (503, OVERLOADED)
    for _ in range(20):
        again = call(server.public, MODELS[0], POISON)
        assert again.status == 500
        assert b"tensor sizes" in again.body
        assert call(server.public, MODELS[0]).status == 200
    assert [call(server.public, MODELS[0]).status for _ in range(20)] == [200] * 20


def test_one_keys_failures_do_not_shut_a_model_to_the_others(weir, engine):
    """Every request differs, and no other upstream has the model."""
    engine.scripts[MODELS[0]] = chokes
    server = served(weir, engine, keys=KEYS)
    poisoner, other = (row["key"] for row in KEYS)
    assert call(server.public, MODELS[0], key=other).status == 200
    for number in range(30):
        assert call(server.public, MODELS[0], POISON, seed=number, key=poisoner).status == 503
        if number % 10 == 9:
            assert call(server.public, MODELS[0], key=other).status == 200
    assert len(engine.calls) == 34, "nobody was turned away"


def test_every_call_is_served_though_most_upstreams_are_down(weir, engine):
    """150 of 200, the first of the list."""
    down = [{"name": f"down-{n}", "url": f"http://127.0.0.1:{closed_port()}"} for n in range(150)]
    up = [{"name": f"up-{n}", "url": engine.url} for n in range(50)]
    rows = down + up
    names = [{"name": row["name"]} for row in rows]
    model = {"id": MODELS[0], "sub_types": ["chat"], "upstreams": names}
    server = weir(models=[model], upstreams=rows, discovery=QUIET)
    start = threading.Barrier(8)

    def client(_):
        start.wait()
        return [call(server.public, MODELS[0]).status for _ in range(25)]

    with ThreadPoolExecutor(8) as pool:
        statuses = sum(pool.map(client, range(8)), [])
    assert statuses == [200] * 200
