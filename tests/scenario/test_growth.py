"""Many of everything: what is served by few upstreams is served by hundreds."""

import contextlib
import json
import threading

from support.caller import Caller
from support.engine import Engine
from support.engine import as_json as engine_json
from support.eventually import eventually
from support.upstream import Upstream, openai_list

UPSTREAMS, MODELS = 300, 10


def fleet(upstream):
    return [
        {"name": f"u{i}", "kind": "openai", "url": f"{upstream.url}/u{i}"} for i in range(UPSTREAMS)
    ]


def lists():
    return {f"/u{i}/v1/models": openai_list(*(f"u{i}/m{j}" for j in range(MODELS))) for i in range(UPSTREAMS)}


def all_ids():
    return [f"u{i}/m{j}" for i in range(UPSTREAMS) for j in range(MODELS)]


def start(weir, upstream, **discovery):
    timing = {"refresh_interval": "1s", "timeout": "60s", "max_concurrent": 4} | discovery
    server = weir(upstreams=fleet(upstream), discovery=timing)
    eventually(lambda: server.admin_get("/readyz").status == 200)
    return server


def test_once_ready_everything_is_listed(weir):
    with Upstream(lists()) as upstream:
        server = start(weir, upstream, refresh_interval="1h")
        eventually(lambda: server.ids() == all_ids())


def test_a_change_of_one_list_is_served_and_nothing_else_moves(weir):
    with Upstream(lists()) as upstream:
        server = start(weir, upstream)
        upstream.routes["/u7/v1/models"] = openai_list("u7/m0", "u7/new")
        eventually(lambda: server.get("/v1/models/u7/new").status == 200)
        gone = {f"u7/m{j}" for j in range(1, MODELS)}
        expected = [id_ for id_ in all_ids() if id_ not in gone]
        expected.insert(expected.index("u7/m0") + 1, "u7/new")
        eventually(lambda: server.ids() == expected)


def test_an_unchanged_list_costs_no_new_catalogue(weir):
    with Upstream(lists()) as upstream:
        server = start(weir, upstream)
        version = json.loads(server.admin_get("/admin/models?limit=1").body)["version"]
        asked = len(upstream.asked)
        eventually(lambda: len(upstream.asked) >= asked + 2 * UPSTREAMS)
        assert json.loads(server.admin_get("/admin/models?limit=1").body)["version"] == version


def test_the_command_lists_more_models_than_one_page_has(weir):
    ids = [f"lab/m{i}" for i in range(2_500)]
    server = weir(models=[{"id": id_, "sub_types": ["chat"]} for id_ in ids])
    rows = json.loads(server.ask("models", "--json").stdout)
    assert [row["id"] for row in rows] == ids


def test_a_list_is_answered_while_calls_take_every_place(weir):
    """At the limit of calls lists and health have places of their own."""
    limit = 40
    hold = threading.Event()
    with Engine("lab/chat") as engine, contextlib.ExitStack() as stack:
        models = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
        upstreams = [{"name": "gpu", "url": engine.url}]
        server = weir(models=models, upstreams=upstreams, server={"max_in_flight": limit})
        engine.scripts["lab/chat"] = engine_json({"choices": []}, hold=hold)
        try:
            callers = [stack.enter_context(Caller(server.public)) for _ in range(limit)]
            for caller in callers:
                caller.call("lab/chat")
            eventually(lambda: len(engine.calls_for("lab/chat")) == limit)

            extra = stack.enter_context(Caller(server.public))
            extra.call("lab/chat")
            assert extra.ending().status == 503
            assert server.ids() == ["lab/chat"]
            assert server.get("/v1/models?view=full", headers=[("Accept-Encoding", "gzip")]).status == 200
            eventually(lambda: server.admin_get("/readyz").status == 200)
        finally:
            hold.set()
        assert all(caller.ending().status == 200 for caller in callers)


def test_two_sets_of_permissions_for_the_same_models_get_the_same_list(weir):
    models = [{"id": f"lab/m{i}", "sub_types": ["chat"]} for i in range(200)]
    keys = [
        {"name": f"k{i}", "key": f"sk-growth-test-key-number-{i:04d}", "models": ["lab/*", f"other-{i}"]}
        for i in range(20)
    ]
    fewer = {"name": "fewer", "key": "sk-growth-test-key-of-fewer", "models": ["lab/m1*"]}
    server = weir(models=models, keys=[*keys, fewer])
    for coding in ("identity", "gzip", "br", "gzip"):
        replies = [
            server.get("/v1/models", key=each["key"], headers=[("Accept-Encoding", coding)]) for each in keys
        ]
        assert {reply.status for reply in replies} == {200}
        assert len({reply.header("ETag") for reply in replies}) == 1
        assert len({reply.body for reply in replies}) == 1
        assert replies[0].header("Content-Encoding") == (None if coding == "identity" else coding)
    assert server.ids(key=fewer["key"]) == [f"lab/m{i}" for i in range(200) if str(i).startswith("1")]
