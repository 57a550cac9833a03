"""Ollama's API where the upstream speaks it: the client's words go there, and its lines come back."""

import json

import pytest

from support.caller import access_line, post, trace, usage_rows
from support.engine import Engine, Script, as_json
from support.eventually import eventually

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "box", "model": "theirs"}]}]
ASKED = {"model": "lab/chat", "messages": [{"role": "user", "content": "hello"}], "keep_alive": "5m",
         "options": {"num_ctx": 8192}}  # fmt: skip


def line(content, **more):
    row = {"model": "theirs", "created_at": "2026-11-30T00:00:00Z", "message": {"role": "assistant", "content": content}}
    return json.dumps({**row, "done": False, **more}).encode() + b"\n"


LAST = line("", done=True, done_reason="stop", prompt_eval_count=70, eval_count=9)


def as_lines(*lines, **options):
    return Script(lines, content_type="application/x-ndjson", framing="chunked", **options)


@pytest.fixture
def engine():
    with Engine("theirs") as engine:
        engine.scripts["theirs"] = as_lines(line("hel"), line("lo"), LAST)
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "box", "kind": "ollama", "url": engine.url}])


def asked(server, body, **options):
    return post(server.public, "/api/chat", json.dumps(body).encode(), **options)


def test_a_stream_is_forwarded_line_by_line_under_the_clients_name(server, engine):
    header = trace()
    ending = asked(server, ASKED, headers=[header])
    assert ending.status == 200, ending
    assert ending.header("x-weir-translated") is None
    sent = engine.calls_for("theirs")[0]
    assert sent.target == "/api/chat"
    assert sent.json() == {**ASKED, "model": "theirs"}
    said = [json.loads(text) for text in ending.body.splitlines()]
    assert [row["message"]["content"] for row in said] == ["hel", "lo", ""]
    assert {row["model"] for row in said} == {"lab/chat"}
    eventually(lambda: usage_rows(server))
    row = usage_rows(server)[0]
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == (70, 9, 0)
    assert eventually(lambda: access_line(server, header))["route"] == "ollama_chat"


def test_a_whole_answer_is_forwarded(server, engine):
    engine.scripts["theirs"] = as_json(json.loads(LAST))
    ending = asked(server, {**ASKED, "stream": False})
    assert json.loads(ending.body)["model"] == "lab/chat"


def test_an_error_of_the_upstreams_is_forwarded(server, engine):
    engine.scripts["theirs"] = as_json({"error": "too long"}, status=400)
    ending = asked(server, ASKED)
    assert (ending.status, json.loads(ending.body)) == (400, {"error": "too long"})


def test_a_stream_that_is_cut_behind_its_last_line_is_whole(server, engine):
    engine.scripts["theirs"] = as_lines(line("hel"), LAST, end="cut")
    header = trace()
    said = [json.loads(text) for text in asked(server, ASKED, headers=[header]).body.splitlines()]
    assert [row["done"] for row in said] == [False, True]
    assert eventually(lambda: access_line(server, header)).get("reason") is None


def test_a_stream_that_is_cut_ends_with_an_error_line(server, engine):
    engine.scripts["theirs"] = as_lines(line("hel"), line("lo"), end="cut")
    said = [json.loads(text) for text in asked(server, ASKED).body.splitlines()]
    assert list(said[-1]) == ["error"]
    assert not any(row.get("done") for row in said)
