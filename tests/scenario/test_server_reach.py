"""Upstreams are reached as they are: with their API at `/v1` or not, behind a redirect that adds a slash, slow
to give their first list. Where a list is missing, cut short or new, the server says so."""

import json
import signal
import threading

import pytest

from support.caller import call, post
from support.eventually import eventually
from support.process import KEY
from support.upstream import Answer, Upstream, as_json, openai_list

MISSING = "x-weir-missing-upstreams"
# As quick as the settings allow.
QUICK = {"refresh_interval": "1s", "timeout": "5s", "backoff_max": "1s", "grace": "10m"}
ANSWER = as_json({"id": "a", "object": "chat.completion", "choices": []})
EMBEDDINGS = as_json({"object": "list", "data": [], "usage": {"prompt_tokens": 1, "total_tokens": 1}})


def redirect(location, status=307):
    return Answer(b"", status=status, headers=(("Location", location),))


def upstream_row(upstream, name="gpu", path="", **more):
    return {"name": name, "url": upstream.url + path, **more}


def upstreams(server):
    """What `weir upstreams --json` says, by name."""
    return {row["name"]: row for row in json.loads(server.ask("upstreams", "--json").stdout)}


def problem(server, name="gpu"):
    return eventually(lambda: upstreams(server)[name]["last_error"], what="the upstream's problem")


def targets(upstream):
    return [target for _, target, _ in list(upstream.asked)]


# Facts and lists.


def test_an_id_that_is_repointed_has_its_new_class_with_the_next_list(weir):
    def row(sub_type):
        return openai_list("lab/flagship", sub_types=[sub_type])

    routes = {"/v1/models": row("text-to-image"), "/v1/chat/completions": ANSWER, "/v1/embeddings": EMBEDDINGS}
    with Upstream(routes) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)
        eventually(lambda: server.ids("?sub_type=text-to-image") == ["lab/flagship"])
        assert call(server.public, "lab/flagship").status == 400

        upstream.routes["/v1/models"] = row("chat")
        eventually(lambda: server.ids("?sub_type=chat") == ["lab/flagship"])
        assert server.ids("?type=image") == []
        assert call(server.public, "lab/flagship").status == 200

        # And where the upstream no longer says a class, the old one does not stay.
        upstream.routes["/v1/models"] = row("embedding")
        eventually(lambda: server.ids("?sub_type=embedding") == ["lab/flagship"])
        upstream.routes["/v1/models"] = openai_list("lab/flagship")
        eventually(lambda: server.ids("?sub_type=embedding") == [])


def test_no_fact_outlives_the_answer_it_came_from(weir):
    with Upstream({"/v1/models": openai_list("lab/a", context_length=4096)}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)

        def facts():
            row = server.get("/v1/models/lab/a?view=full").json()
            return row.get("created"), row.get("context_length")

        eventually(lambda: facts() == (1700000000, 4096))
        upstream.routes["/v1/models"] = as_json({"data": [{"id": "lab/a", "created": 1600000000}]})
        eventually(lambda: facts() == (1600000000, None))


def test_a_list_that_is_too_long_is_cut_and_said_to_be(weir):
    with Upstream({"/v1/models": openai_list(*(f"m{number}" for number in range(10)))}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery={**QUICK, "max_models_per_upstream": 4})
        eventually(lambda: server.ids() == ["m0", "m1", "m2", "m3"])
        row = upstreams(server)["gpu"]
        assert (row["truncated"], row["models"], row["last_error"]) == (True, 4, "")
        assert "list truncated" in server.ask("upstreams").stdout
        assert server.samples("weir_upstream_list_truncated") == [1]
        eventually(lambda: len(upstream.asked) >= 3)
        assert len(server.log.where(msg="upstream list truncated")) == 1

        upstream.routes["/v1/models"] = openai_list("m0")
        eventually(lambda: server.ids() == ["m0"])
        assert upstreams(server)["gpu"]["truncated"] is False
        assert server.samples("weir_upstream_list_truncated") == [0]


def test_words_that_no_table_knows_are_counted_by_upstream(weir):
    with Upstream({"/v1/models": openai_list("m")}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)
        eventually(lambda: server.ids() == ["m"])
        assert upstreams(server)["gpu"]["unknown_words"] == []
        assert server.samples("weir_upstream_unknown_words") == [0]
