"""Tokens of a message that is not sent: counted by an upstream that can, otherwise estimated."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.caller import access_line, call, post, trace, usage_rows
from support.engine import DONE, Engine, Script, as_json, as_stream
from support.eventually import eventually
from support.process import KEY

PATH = "/v1/messages/count_tokens"
TEXT = "Where does the river go when it has left the hills behind? " * 20
MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]}]
ASKED = json.dumps({"model": "lab/chat", "messages": [{"role": "user", "content": TEXT}]}).encode()


@pytest.fixture
def engine():
    with Engine("theirs") as engine:
        yield engine


def served(weir, engine, **more):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url, **more}])


def estimated(ending):
    assert (ending.status, ending.header("x-weir-estimated")) == (200, "input_tokens"), ending
    return json.loads(ending.body)["input_tokens"]


def test_an_upstream_that_counts_is_asked(weir, engine):
    engine.scripts["theirs"] = as_json({"input_tokens": 7})
    ending = post(served(weir, engine).public, PATH, ASKED)
    assert (ending.status, json.loads(ending.body)) == (200, {"input_tokens": 7})
    assert ending.header("x-weir-estimated") is None
    assert engine.calls[-1].path == "/messages/count_tokens"
    assert engine.calls[-1].json()["model"] == "theirs"


def test_without_one_the_tokens_are_estimated(weir, engine):
    server = served(weir, engine, kind="mistral")
    tokens = estimated(post(server.public, PATH, ASKED))
    assert 200 < tokens < 350
    assert engine.calls == []
    (row,) = eventually(lambda: usage_rows(server))
    assert (row["requests"], row["failed"], row["prompt_tokens"]) == (1, 0, 0)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_older_engine_is_no_worse_for_it(weir, engine, status):
    engine.scripts["theirs"] = as_json({"detail": "Not Found"}, status=status)
    server = served(weir, engine)
    for _ in range(30):
        assert estimated(post(server.public, PATH, ASKED)) > 0
    del engine.scripts["theirs"]
    assert call(server.public, "lab/chat").status == 200


def test_an_upstream_that_fails_is_no_reason_to_estimate(weir, engine):
    engine.scripts["theirs"] = as_json({"error": {"message": "no memory"}}, status=500)
    ending = post(served(weir, engine).public, PATH, ASKED)
    assert ending.status == 503
    assert json.loads(ending.body)["type"] == "error"


@pytest.mark.parametrize(
    "script",
    [
        as_json({"error": "Unexpected endpoint or method. (POST /v1/messages/count_tokens)"}),
        as_json({"error": {"message": "Invalid URL (POST /v1/messages/count_tokens)",
                           "type": "invalid_request_error", "param": None, "code": None}}, status=404),
        as_json({"detail": "Method Not Allowed"}, status=405),
        as_json({"type": "error", "error": {"type": "not_found_error", "message": "Not Found"}}, status=404),
        Script((b"<!doctype html><title>Server</title>",), content_type="text/html"),
        Script((b"404 page not found",), status=404, content_type="text/plain"),
    ],
    ids=["lmstudio", "openai", "fastapi", "anthropic", "page", "text"],
)  # fmt: skip
def test_each_server_denies_a_path_in_its_own_words(weir, engine, script):
    engine.scripts["theirs"] = script
    server = served(weir, engine)
    marked = trace()
    assert estimated(post(server.public, PATH, ASKED, headers=[marked])) > 0
    line = eventually(lambda: access_line(server, marked))
    assert (line["status"], line["upstream"], line.get("reason")) == (200, "gpu", None)


LACK = [
    as_json({"error": "Unexpected endpoint or method. (POST /v1/messages/count_tokens)"}),
    as_json({"detail": "Not Found"}, status=404),
    as_json({"detail": "Not implemented"}, status=501),
    Script((b"<!doctype html><title>Server</title>",), content_type="text/html"),
]


@pytest.mark.parametrize("script", LACK, ids=["error", "404", "501", "page"])
def test_two_that_lack_the_path_are_no_fault_of_the_request_or_the_model(weir, engine, script):
    with Engine("theirs", name="other") as other:
        engine.scripts["theirs"] = other.scripts["theirs"] = script
        routes = [{"name": "gpu", "model": "theirs"}, {"name": "other", "model": "theirs"}]
        upstreams = [{"name": "gpu", "url": engine.url}, {"name": "other", "url": other.url}]
        server = weir(models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": routes}], upstreams=upstreams)
        for _ in range(5):
            ending = post(server.public, PATH, ASKED)
            assert estimated(ending) > 0
        assert len(engine.calls) == len(other.calls) == 5
    assert server.log.where(msg="upstream lacks the model") == []
    assert server.log.where(msg="upstream refuses the account") == []


def test_one_that_lacks_the_path_and_one_that_fails_are_estimated_in_any_order(weir, engine):
    engine.scripts["theirs"] = as_json({"detail": "Not Found"}, status=404)
    with Engine("theirs") as gone:
        url = gone.url
    routes = [{"name": "gpu", "model": "theirs"}, {"name": "gone", "model": "theirs"}]
    for first in ("gpu", "gone"):
        upstreams = [
            {"name": "gpu", "url": engine.url, "priority": int(first != "gpu")},
            {"name": "gone", "url": url, "priority": int(first != "gone")},
        ]
        server = weir(models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": routes}], upstreams=upstreams)
        assert estimated(post(server.public, PATH, ASKED)) > 0


def test_an_estimate_says_how_many_requests_are_left(weir, engine):
    keys = [{"name": "test", "key": KEY, "requests_per_minute": 40}]
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url, "kind": "mistral"}], keys=keys)
    ending = post(server.public, PATH, ASKED)
    assert estimated(ending) > 0
    assert ending.header("x-ratelimit-remaining-requests") == "39"
    assert ending.header("x-request-id")


def test_another_upstream_that_counts_comes_first(weir, engine):
    with Engine("theirs", name="old") as old:
        old.scripts["theirs"] = as_json({"detail": "Not Found"}, status=404)
        engine.scripts["theirs"] = as_json({"input_tokens": 7})
        ups = [{"name": "old", "url": old.url, "priority": 0}, {"name": "gpu", "url": engine.url, "priority": 1}]
        routes = [{"name": "old", "model": "theirs"}, {"name": "gpu", "model": "theirs"}]
        server = weir(models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": routes}], upstreams=ups)
        ending = post(server.public, PATH, ASKED)
        assert (ending.status, json.loads(ending.body)) == (200, {"input_tokens": 7})
        assert (len(old.calls), len(engine.calls)) == (1, 1)


def test_what_is_translated_is_estimated(weir, engine):
    server = served(weir, engine, translate=["messages"])
    assert estimated(post(server.public, PATH, ASKED)) > 200
    assert engine.calls == []


def test_a_view_of_a_context_costs_requests_alone(weir, engine):
    keys = [{"name": "test", "key": KEY, "tokens_per_minute": 10, "requests_per_minute": 40}]
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url, "kind": "mistral"}], keys=keys)
    with ThreadPoolExecutor(8) as pool:
        views = list(pool.map(lambda _: post(server.public, PATH + "?beta=true", ASKED), range(33)))
    assert len({estimated(view) for view in views}) == 1
    rest = [post(server.public, PATH, ASKED) for _ in range(8)]
    assert [ending.status for ending in rest] == [200] * 7 + [429]
    assert json.loads(rest[-1].body)["error"]["type"] == "rate_limit_error"


@pytest.mark.parametrize("path", ["/v1/v1/messages/count_tokens", "/messages/count_tokens", PATH + "/"])
def test_a_base_url_may_have_the_version_or_not(weir, engine, path):
    assert estimated(post(served(weir, engine, kind="mistral").public, path, ASKED)) > 200


@pytest.mark.parametrize("form", [True, False])
def test_a_stream_that_nobody_wants_is_no_stream(weir, engine, form):
    engine.scripts["theirs"] = as_json({"input_tokens": 7})
    ending = post(served(weir, engine).public, PATH, json.dumps({**json.loads(ASKED), "stream": form}).encode())
    assert (ending.status, json.loads(ending.body)) == (200, {"input_tokens": 7})


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"model": "lab/nothing", "messages": [{"role": "user", "content": "a"}]}, 404, "not_found_error"),
        ({"messages": [{"role": "user", "content": "a"}]}, 400, "invalid_request_error"),
        ({"model": "lab/chat", "messages": []}, 400, "invalid_request_error"),
        ([], 400, "invalid_request_error"),
    ],
)
def test_a_request_that_cannot_be_counted_is_refused_in_its_shape(weir, engine, body, status, kind):
    server = served(weir, engine, kind="mistral")
    ending = post(server.public, PATH, json.dumps(body).encode())
    told = json.loads(ending.body)
    assert (ending.status, told["type"], told["error"]["type"]) == (status, "error", kind)
    assert ending.header("x-weir-estimated") is None
    assert engine.calls == []


def test_a_key_counts_only_with_its_own_models(weir, engine):
    keys = [{"name": "narrow", "key": KEY, "models": ["other/*"]}]
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url, "kind": "mistral"}], keys=keys)
    assert post(server.public, PATH, ASKED).status == 404
    wrong = post(server.public, PATH, ASKED, key="sk-wrong-0123456789abcdef0123456789abcdef")
    assert (wrong.status, json.loads(wrong.body)["error"]["type"]) == (401, "authentication_error")


def test_an_upstream_that_is_away_is_no_reason_to_estimate(weir):
    with Engine("theirs") as gone:
        url = gone.url
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": url}])
    ending = post(server.public, PATH, ASKED)
    assert (ending.status, json.loads(ending.body)["type"]) == (503, "error")


def test_the_estimate_learns_from_what_the_model_reports(weir, engine):
    server = served(weir, engine, kind="mistral")
    before = estimated(post(server.public, PATH, ASKED))
    usage = {"prompt_tokens": 3 * before, "completion_tokens": 1, "total_tokens": 3 * before + 1}
    chunk = {"choices": [{"index": 0, "delta": {"content": "yes"}}], "usage": None}
    engine.scripts["theirs"] = as_stream(
        b"data: " + json.dumps(chunk).encode() + b"\n\n",
        b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n",
        DONE,
    )
    chat = {**json.loads(ASKED), "stream": True, "stream_options": {"include_usage": True}}
    assert post(server.public, "/v1/chat/completions", json.dumps(chat).encode()).status == 200
    after = eventually(lambda: (n := estimated(post(server.public, PATH, ASKED))) > 2 * before and n)
    assert abs(after - 3 * before) < before


# ---- OpenAI's path

RESPONSE_PATH = "/v1/responses/input_tokens"
RESPONSE = {"model": "lab/chat", "input": TEXT, "instructions": "Be kind."}


def test_an_upstream_that_counts_a_responses_tokens_is_asked(weir, engine):
    counted = {"object": "response.input_tokens", "input_tokens": 7}
    made = {"id": "resp_1", "object": "response", "status": "completed", "model": "theirs", "output": []}
    engine.scripts["theirs"] = lambda sent: as_json(counted if sent.path.endswith("input_tokens") else made)
    server = served(weir, engine)
    first = json.loads(post(server.public, "/v1/responses", json.dumps(RESPONSE).encode()).body)["id"]
    assert first != "resp_1"
    asked = {**RESPONSE, "previous_response_id": first}
    ending = post(server.public, RESPONSE_PATH, json.dumps(asked).encode())
    assert (ending.status, json.loads(ending.body)) == (200, counted)
    assert engine.calls[-1].path == "/responses/input_tokens"
    assert engine.calls[-1].json()["previous_response_id"] == "resp_1"
    strange = json.dumps({**asked, "previous_response_id": first[:-2] + "xx"}).encode()
    assert post(server.public, RESPONSE_PATH, strange).status == 400


@pytest.mark.parametrize("more", [{"kind": "mistral"}, {"translate": ["responses"]}], ids=["kind", "translated"])
def test_a_responses_tokens_are_estimated_without_one(weir, engine, more):
    ending = post(served(weir, engine, **more).public, RESPONSE_PATH, json.dumps(RESPONSE).encode())
    assert 200 < estimated(ending) < 350
    assert json.loads(ending.body)["object"] == "response.input_tokens"
    assert engine.calls == []


def test_a_response_without_text_is_refused_in_its_shape(weir, engine):
    ending = post(served(weir, engine, kind="mistral").public, RESPONSE_PATH, b'{"model":"lab/chat","input":[]}')
    assert ending.status == 400
    assert "no text to count" in json.loads(ending.body)["error"]["message"]
