"""Errors that come with status 200: none of them is a success."""

import pytest

from support.caller import access_line, call, chat_body, post, trace, usage_rows
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.eventually import eventually

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
WORD = event({"choices": [{"index": 0, "delta": {"content": "word "}}]})
ERROR = event({"error": {"message": "the engine gave up", "code": 500}})
HTML = Script((b"<!doctype html><html>gateway</html>",), content_type="text/html")


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])


@pytest.mark.parametrize(
    ("stream", "script"),
    [
        (True, as_stream(ERROR, DONE)),
        (True, as_stream(b": ping\n\n", ERROR)),
        (True, as_json({"error": {"message": "no"}})),
        (False, as_json({"error": {"message": "no"}})),
        (False, as_json({"error": "no"})),
        (False, HTML),
        (True, HTML),
        (False, Script(())),
    ],
)
def test_an_error_instead_of_an_answer_has_an_honest_status(server, engine, stream, script):
    engine.scripts["lab/chat"] = script
    ending = call(server.public, "lab/chat", stream=stream)
    assert ending.status == 503, ending
    assert b"gave up" not in ending.body
    eventually(lambda: usage_rows(server))
    row = usage_rows(server)[0]
    assert (row["failed"], row["prompt_tokens"], row["completion_tokens"]) == (1, 0, 0)


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
ERROR_EVENT = b"event: error\n" + event(OVERLOADED)
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
NO_CREDIT = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
BUSY = {"code": 50505, "message": "Model service overloaded. Please try again later.", "data": None}
FAILED = {"type": "response.failed", "response": {"status": "failed", "error": {"code": "rate_limit_exceeded"}}}


@pytest.mark.parametrize(
    "script",
    [
        as_json(OVERLOADED),
        as_json(NO_CREDIT),
        as_json(BUSY),
        as_json({"error": {"message": "no such key", "code": 401}}),
        as_json("Invalid token"),
        Script((b'{"error": {"code": 5', b'03, "message": "no"}}'), framing="chunked"),
        as_stream(event({"error": {"message": "no", "code": 503}}), DONE),
        as_stream(event(BUSY), framing="length"),
        as_stream(b"event: response.failed\n" + event(FAILED), framing="close"),
        as_stream(b": ping\n\n", PING, ERROR_EVENT),
        HTML,
    ],
)
def test_an_error_instead_of_an_answer_leads_to_another_upstream(weir, engine, script):
    engine.scripts["lab/chat"] = script
    with Engine("lab/chat") as healthy:
        upstreams = [{"name": "bad", "url": engine.url}, {"name": "good", "url": healthy.url}]
        models = [{**MODELS[0], "upstreams": [{"name": "bad"}, {"name": "good"}]}]
        server = weir(models=models, upstreams=upstreams)
        for number in range(20):
            ending = call(server.public, "lab/chat", stream=number % 2 == 0)
            assert (ending.status, b"said:" in ending.body) == (200, True), ending
        assert 1 <= len(engine.calls) <= 3
        assert len(healthy.calls) == 20
        eventually(lambda: [(row["requests"], row["failed"]) for row in usage_rows(server)] == [(20, 0)])


TOO_LONG = {"error": {"message": "longer than the context", "type": "BadRequestError", "code": 400}}


@pytest.mark.parametrize(("stream", "script"), [(True, as_stream(event(TOO_LONG), DONE)), (False, as_json(TOO_LONG))])
def test_a_request_that_is_refused_with_status_200_is_told_why(server, engine, stream, script):
    engine.scripts["lab/chat"] = script
    for _ in range(8):
        ending = call(server.public, "lab/chat", stream=stream)
        assert (ending.status, b"longer than the context" in ending.body) == (200, True)
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [8])
    engine.scripts["lab/chat"] = as_stream(WORD, DONE)
    assert call(server.public, "lab/chat", stream=True).status == 200, "it says nothing against the upstream"


def test_a_stream_of_comments_only_is_no_answer(server, engine):
    for framing in ("chunked", "length", "close"):
        engine.scripts["lab/chat"] = as_stream(b": ping\n\n", b": ping\n\n", framing=framing)
        assert call(server.public, "lab/chat", stream=True).status == 503


def test_an_error_later_is_forwarded_and_the_call_has_failed(server, engine):
    engine.scripts["lab/chat"] = as_stream(*[WORD] * 5, ERROR)
    header = trace()
    ending = call(server.public, "lab/chat", stream=True, headers=[header])
    assert ending.status == 200
    assert ending.body.endswith(ERROR)
    assert eventually(lambda: access_line(server, header))["reason"] == "upstream_refused"
    eventually(lambda: usage_rows(server))
    row = usage_rows(server)[0]
    assert row["failed"] == 1
    assert row["completion_tokens"] < 10


def test_an_error_event_of_messages_is_one_too(server, engine):
    text = event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}})
    error = b"event: error\n" + event({"type": "error", "error": {"type": "overloaded_error", "message": "no"}})
    engine.scripts["lab/chat"] = as_stream(text, error)
    ending = post(server.public, "/v1/messages", chat_body("lab/chat", stream=True, max_tokens=9))
    assert ending.body.endswith(error)
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [1])


def test_a_comment_begins_no_answer(server, engine):
    engine.scripts["lab/chat"] = as_stream(b": ping\n\n", b": ping\n\n", WORD, DONE)
    ending = call(server.public, "lab/chat", stream=True)
    assert ending.status == 200
    assert ending.body == b": ping\n\n: ping\n\n" + WORD + DONE
