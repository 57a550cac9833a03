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
# As fast as the settings allow.
QUICK = {"refresh_interval": "1s", "timeout": "5s", "backoff_max": "1s", "grace": "10m"}
ANSWER = as_json({"id": "a", "object": "chat.completion", "choices": []})
EMBEDDINGS = as_json({"object": "list", "data": [], "usage": {"prompt_tokens": 1, "total_tokens": 1}})


def redirect(location, status=307):
    return Answer(b"", status=status, headers=(("Location", location),))


def upstream_row(upstream, name="gpu", path="", **more):
    return {"name": name, "url": upstream.url + path, **more}


def upstreams(server):
    """The output of `weir upstreams --json`, by name."""
    return {row["name"]: row for row in json.loads(server.ask("upstreams", "--json").stdout)}


def problem(server, name="gpu"):
    return eventually(lambda: upstreams(server)[name]["last_error"], what="the upstream's problem")


def targets(upstream):
    return [target for _, target, *_ in list(upstream.asked)]


# Servers without /v1.


@pytest.mark.parametrize(
    "instead",
    [
        as_json({"detail": "Not Found"}, status=404),
        as_json({"detail": "Method Not Allowed"}, status=405),
        as_json({}, status=410),
        as_json({}, status=501),
        Answer(b"<!doctype html><title>Infinity</title>", content_type="text/html"),
        as_json({"error": "Unexpected endpoint"}),
    ],
    ids=["404", "405", "410", "501", "a web page", "an error with 200"],
)
def test_a_server_without_v1_is_listed_and_called(weir, instead):
    """Infinity: `/models` and `/embeddings` are at the root."""
    routes = {"/v1/models": instead, "/models": openai_list("bge-m3"), "/embeddings": EMBEDDINGS}
    with Upstream(routes) as infinity:
        server = weir(upstreams=[upstream_row(infinity)], discovery=QUICK)
        eventually(lambda: server.ids() == ["bge-m3"])
        body = json.dumps({"model": "bge-m3", "input": "hello"}).encode()
        assert post(server.public, "/v1/embeddings", body).status == 200
        assert [method for method, target, *_ in infinity.asked if target == "/embeddings"] == ["POST"]
        assert targets(infinity)[:2] == ["/v1/models", "/models"]


def test_the_place_that_gave_a_list_is_asked_first_from_then_on(weir):
    with Upstream({"/models": openai_list("a")}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)
        eventually(lambda: len(upstream.asked) >= 5)
        assert targets(upstream)[:5] == ["/v1/models", "/models", "/models", "/models", "/models"]

        # The server was renewed and has moved: it is found, and called, at its other place.
        upstream.routes = {"/v1/models": openai_list("b"), "/v1/chat/completions": ANSWER}
        eventually(lambda: server.ids() == ["b"])
        assert call(server.public, "b").status == 200


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("/inference", "/inference/models"),
        ("/inference/", "/inference/models"),
        ("/inference", "/catalog/models"),
        ("/serving-endpoints", "/serving-endpoints/models"),
        ("/serving-endpoints/chat/completions", "/serving-endpoints/models"),
    ],
)
def test_a_base_path_without_a_version_is_listed_and_called(weir, path, listed):
    """GitHub Models, whose list is beside the calls, and Databricks."""
    called = f"/{path.split('/')[1]}/chat/completions"
    with Upstream({listed: openai_list("openai/gpt-5"), called: ANSWER}) as upstream:
        server = weir(upstreams=[upstream_row(upstream, path=path)], discovery=QUICK)
        eventually(lambda: server.ids() == ["openai/gpt-5"])
        assert call(server.public, "openai/gpt-5").status == 200
        assert ("POST", called) in [(method, target) for method, target, *_ in upstream.asked]


def test_a_reload_keeps_the_place_that_was_found(weir):
    with Upstream({"/models": openai_list("a"), "/chat/completions": ANSWER}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery={**QUICK, "refresh_interval": "1h"})
        eventually(lambda: server.ids() == ["a"])
        server.write_config(upstreams=[upstream_row(upstream, priority=3)], discovery={**QUICK, "refresh_interval": "1h"})
        server.signal(signal.SIGHUP)
        eventually(lambda: server.log.where(msg="config reloaded"))
        assert call(server.public, "a").status == 200


def test_a_url_with_its_version_is_asked_nowhere_else(weir):
    with Upstream({"/models": openai_list("a")}) as upstream:
        server = weir(upstreams=[upstream_row(upstream, path="/v1")], discovery=QUICK)
        assert problem(server) == "upstream_refused: /v1/models answered 404: check url and kind"
        assert set(targets(upstream)) == {"/v1/models"}


def test_a_refused_key_is_no_reason_to_ask_elsewhere(weir):
    routes = {"/v1/models": as_json({}, status=401), "/models": openai_list("a")}
    with Upstream(routes) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)
        assert problem(server) == "upstream_rejected_key: /v1/models answered 401"
        assert set(targets(upstream)) == {"/v1/models"}


def test_an_error_names_the_paths_that_were_requested(weir):
    with Upstream() as bare, Upstream() as based:
        rows = [upstream_row(bare, "bare"), upstream_row(based, "based", path="/engine")]
        server = weir(upstreams=rows, discovery=QUICK)
        said = "upstream_refused: {0}/v1/models answered 404 and {0}/models answered 404: check url and kind"
        assert problem(server, "bare") == said.format("")
        assert problem(server, "based") == said.format("/engine")


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(("asked", "moved"), [("/v1/models", "/v1/models/"), ("/models", "/models/")])
def test_a_redirect_that_adds_a_slash_is_followed(weir, asked, moved, status):
    with Upstream({moved: openai_list("a")}) as upstream:
        upstream.routes[asked] = redirect(upstream.url + moved, status)
        server = weir(upstreams=[upstream_row(upstream, api_key="upstream-secret")], discovery=QUICK)
        eventually(lambda: server.ids() == ["a"])
        assert upstream.asked_for(moved)[0][2]["authorization"] == "Bearer upstream-secret"


@pytest.mark.parametrize("location", ["/v1/models/", "models/"])
def test_a_relative_redirect_is_followed_with_its_query(weir, location):
    """Weir's own kind asks per sub_type."""
    with Upstream({"/v1/models": redirect(location), "/v1/models/": openai_list("a")}) as upstream:
        upstream.routes["/v1/models/?sub_type=embedding"] = openai_list("a")
        for sub_type in ("chat", "reranker", "text-to-image", "image-to-image", "speech-to-text", "text-to-video",
                         "text-to-speech", "image-to-video"):  # fmt: skip
            upstream.routes[f"/v1/models/?sub_type={sub_type}"] = openai_list()
        server = weir(upstreams=[upstream_row(upstream, kind="siliconflow")], discovery=QUICK)
        eventually(lambda: server.ids("?sub_type=embedding") == ["a"])


def test_a_redirect_elsewhere_is_refused_and_said(weir):
    with Upstream({"/v1/models": openai_list("stolen"), "/v1/models/": openai_list("stolen")}) as stranger:
        away = {
            "another server": stranger.url + "/v1/models/",
            "another path": "/v2/models/",
            "a query": "/v1/models/?all=true",
        }
        for what, location in away.items():
            with Upstream({"/v1/models": redirect(location), "/v2/models/": openai_list("a")}) as upstream:
                server = weir(upstreams=[upstream_row(upstream, path="/v1")], discovery=QUICK)
                shown = location.partition("?")[0]
                assert problem(server) == (
                    f"upstream_refused: /v1/models answered 307, a redirect to {shown}: redirects are followed only to "
                    "the same path with or without a trailing slash; set url to the target"
                ), what
                assert set(targets(upstream)) == {"/v1/models"}
        assert stranger.asked == []


def test_redirects_in_a_circle_end(weir):
    with Upstream() as upstream:
        upstream.routes = {"/v1/models": redirect("/v1/models/"), "/v1/models/": redirect("/v1/models")}
        server = weir(upstreams=[upstream_row(upstream, path="/v1")], discovery={**QUICK, "refresh_interval": "1h"})
        assert problem(server).startswith("upstream_refused: /v1/models/ answered 307, a redirect to /v1/models:")


# "None" and "not yet".


def test_until_the_first_lists_are_there_the_server_is_not_ready_and_says_so(weir):
    held = Answer(openai_list("a").body, hold=threading.Event())
    with Upstream({"/v1/models": held}) as slow, Upstream({"/v1/models": openai_list("b")}) as quick:
        server = weir(
            upstreams=[upstream_row(slow, "slow"), upstream_row(quick, "quick")], discovery={**QUICK, "timeout": "5m"}
        )
        eventually(lambda: server.ids() == ["b"])
        reply = server.admin_get("/readyz")
        assert (reply.status, reply.body) == (503, b"first lists pending: slow\n")
        assert server.admin_get("/healthz").status == 200
        health = server.ask("health", check=False)
        assert health.returncode != 0
        assert "is not ready: first lists pending: slow" in health.stderr
        row = upstreams(server)["slow"]
        assert (row["reach"], row["pending"]) == ("pending", True)
        assert "first list pending" in server.ask("upstreams").stdout
        body = server.get("/v1/models")
        assert set(body.json()) == {"object", "data"}, "the body is the contract's"

        held.hold.set()
        eventually(lambda: server.admin_get("/readyz").status == 200)
        assert server.admin_get("/readyz").body == b"ready\n"
        assert upstreams(server)["slow"]["reach"] == "up"
        assert "first list pending" not in server.ask("upstreams").stdout


def test_a_first_answer_of_any_kind_ends_the_wait(weir):
    with Upstream({"/v1/models": as_json({}, status=500)}) as broken:
        server = weir(upstreams=[upstream_row(broken)], discovery={**QUICK, "timeout": "5m"})
        eventually(lambda: server.admin_get("/readyz").status == 200)
        assert upstreams(server)["gpu"]["reach"] == "failing"


def test_the_wait_for_first_lists_has_an_end(weir):
    """`discovery.timeout`, whatever an upstream's own is."""
    with Upstream({"/v1/models": Answer(hold=threading.Event())}) as silent:
        server = weir(upstreams=[upstream_row(silent, timeout="5m")], discovery={**QUICK, "timeout": "1s"})
        eventually(lambda: server.admin_get("/readyz").status == 200)
        assert upstreams(server)["gpu"]["reach"] == "unknown"
        assert server.get("/v1/models").header(MISSING) == "gpu"


def test_an_upstream_that_a_reload_adds_does_not_take_readiness_away(weir):
    with Upstream({"/v1/models": openai_list("a")}) as known, Upstream(
        {"/v1/models": Answer(hold=threading.Event())}
    ) as silent:
        discovery = {**QUICK, "timeout": "5m"}
        server = weir(upstreams=[upstream_row(known)], discovery=discovery)
        eventually(lambda: server.admin_get("/readyz").status == 200)
        server.write_config(upstreams=[upstream_row(known), upstream_row(silent, "new")], discovery=discovery)
        server.signal(signal.SIGHUP)
        eventually(lambda: silent.asked)
        assert upstreams(server)["new"]["reach"] == "pending"
        assert server.admin_get("/readyz").status == 200
        eventually(lambda: server.get("/v1/models").header(MISSING) == "new")
        assert server.admin_get("/readyz").status == 200


# Missing upstreams.


def test_a_list_names_the_upstreams_it_lacks_to_keys_that_may_use_them(weir):
    silence = Answer(openai_list("gpu/a").body, hold=threading.Event())
    keys = {
        "everything": {},
        "a sub type": {"sub_types": ["embedding"]},
        "a model nobody lists yet": {"models": ["gpu/a"]},
        "models it may have": {"models": ["gpu/*"]},
        "a model that is there": {"models": ["lab/own"]},
        "models it cannot have": {"models": ["other/*"]},
        "nothing": {"models": ["none"]},
    }
    named = {"everything", "a sub type", "a model nobody lists yet", "models it may have"}
    texts = {name: f"sk-test-{number}-0123456789abcdefghijklmnopqrstuvwxyzABC" for number, name in enumerate(keys)}
    with Upstream({"/v1/models": silence}) as silent, Upstream({"/v1/models": openai_list("lab/b")}) as good:
        server = weir(
            models=[{"id": "lab/own", "sub_types": ["chat"]}],
            upstreams=[upstream_row(silent, models=["gpu/*"]), upstream_row(good, "good")],
            keys=[{"name": "test", "key": KEY}]
            + [{"name": f"key-{n}", "key": texts[name], **keys[name]} for n, name in enumerate(keys)],
            discovery={**QUICK, "timeout": "5m"},
        )
        eventually(lambda: server.ids() == ["lab/own", "lab/b"])
        for name, text in texts.items():
            reply = server.get("/v1/models", key=text)
            assert reply.status == 200
            assert reply.header(MISSING) == ("gpu" if name in named else None), name
            assert b"gpu" not in reply.body.replace(b"gpu/a", b""), "the body is the contract's"

        # For repeated requests, in every form, and for a client that has the list already.
        for _ in range(3):
            reply = server.get("/v1/models")
            assert reply.header(MISSING) == "gpu"
        assert server.request("HEAD", "/v1/models").header(MISSING) == "gpu"
        assert server.get("/models?type=text").header(MISSING) == "gpu"
        known = server.get("/v1/models", {"If-None-Match": reply.header("etag")})
        assert (known.status, known.header(MISSING)) == (304, "gpu")
        page = server.get("/v1/models", {"Origin": "https://chat.example"})
        assert MISSING in page.header("access-control-expose-headers")

        silence.hold.set()
        eventually(lambda: "gpu/a" in server.ids())
        assert server.get("/v1/models").header(MISSING) is None


def test_an_upstream_that_is_lost_is_named_to_those_who_could_call_its_models(weir):
    texts = {name: f"sk-test-{name}-0123456789abcdefghijklmnopqrstuvwxyz" for name in ("gone", "own", "pattern")}
    with Upstream({"/v1/models": openai_list("gpu/a")}) as upstream:
        server = weir(
            models=[{"id": "lab/own", "sub_types": ["chat"]}],
            upstreams=[upstream_row(upstream)],
            keys=[
                {"name": "test", "key": KEY},
                {"name": "gone", "key": texts["gone"], "models": ["gpu/a"]},
                {"name": "own", "key": texts["own"], "models": ["lab/own"]},
                {"name": "pattern", "key": texts["pattern"], "models": ["lab/*"]},
            ],
            discovery={**QUICK, "grace": "1s"},
        )
        eventually(lambda: server.ids() == ["lab/own", "gpu/a"])
        assert server.get("/v1/models").header(MISSING) is None
    eventually(lambda: server.get("/v1/models").header(MISSING) == "gpu")
    assert server.ids() == ["lab/own"]
    assert server.get("/v1/models", key=texts["gone"]).header(MISSING) == "gpu"
    assert server.get("/v1/models", key=texts["own"]).header(MISSING) is None
    assert server.get("/v1/models", key=texts["pattern"]).header(MISSING) is None


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

        # If the upstream no longer states a class, the old one is dropped.
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
