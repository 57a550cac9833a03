"""Comments to clients that wait for the first event of a stream (`calls.comment_interval`)."""

import dataclasses
import json
import threading

import pytest

from support.caller import Stream, access_line, call, trace, usage_rows
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.eventually import eventually

COMMENT = b": keep-alive\n\n"
WORD = event({"choices": [{"index": 0, "delta": {"content": "word"}}]})


@pytest.fixture
def engines():
    with Engine("lab/chat") as one, Engine("lab/chat") as two:
        yield one, two


def served(weir, *engines, **calls):
    upstreams = [{"name": f"e{i}", "url": engine.url, "priority": i} for i, engine in enumerate(engines)]
    models = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": row["name"]} for row in upstreams]}]
    return weir(models=models, upstreams=upstreams, calls={"comment_interval": "100ms", **calls})


def held(script):
    script.hold = threading.Event()
    return script


def waited(stream, script):
    """The events after two comments, once the engine may go on."""
    assert stream.reply.header("content-type") == "text/event-stream"
    assert [stream.next_event() for _ in range(2)] == [COMMENT] * 2
    script.hold.set()
    return [seen for seen in stream.rest() if seen != COMMENT]


def test_a_waiting_client_gets_comments_and_then_its_stream(weir, engines):
    script = engines[0].scripts["lab/chat"] = held(as_stream(WORD, DONE))
    server = served(weir, engines[0])
    header = trace()
    with Stream(server.public) as stream:
        assert waited(stream.open("lab/chat", headers=[header]), script) == [WORD, DONE]
        assert len([name for name, _ in stream.reply.headers if name.lower() == "content-type"]) == 1
        stream.open("lab/chat")
        assert [seen for seen in stream.rest() if seen != COMMENT] == [WORD, DONE], "the connection goes on"
    assert eventually(lambda: access_line(server, header))["status"] == 200
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [0])


def test_comments_of_the_upstream_do_not_end_them(weir, engines):
    more = threading.Event()
    engines[0].scripts["lab/chat"] = as_stream(b": ping\n\n", more, WORD, DONE)
    with Stream(served(weir, engines[0]).public) as stream:
        stream.open("lab/chat")
        assert [stream.next_event() for _ in range(2)] == [COMMENT] * 2
        more.set()
        assert [seen for seen in stream.rest() if seen != COMMENT] == [b": ping\n\n", WORD, DONE]
        assert len([name for name, _ in stream.reply.headers if name.lower() == "content-type"]) == 1


@pytest.mark.parametrize(
    "script",
    [as_json({"error": "busy"}, status=503), as_stream(event({"error": {"message": "no", "code": 429}}), DONE)],
)
def test_another_upstream_may_still_answer(weir, engines, script):
    bad, good = engines
    bad.scripts["lab/chat"] = held(script)
    good.scripts["lab/chat"] = as_stream(WORD, DONE)
    with Stream(served(weir, bad, good).public) as stream:
        assert waited(stream.open("lab/chat"), bad.scripts["lab/chat"]) == [WORD, DONE]
        assert len(good.calls) == 1


def data(event):
    return json.loads(event.partition(b"data: ")[2])


FAMILIES = {
    "/v1/chat/completions": lambda told: told["error"],
    "/v1/messages": lambda told: told["error"],
    "/v1/responses": lambda told: told["response"]["error"],
}


@pytest.mark.parametrize("target", FAMILIES)
@pytest.mark.parametrize(
    ("script", "message", "reason"),
    [
        (as_json({"error": {"message": "operator's"}}, status=500), b"The upstream of this model answered with an error.", "upstream_refused"),
        (as_json({"error": {"message": "n is too large"}}, status=400), b"n is too large", "invalid_parameter"),
        (as_json({"choices": []}), b"was not understood", "upstream_answer_invalid"),
        (Script(raw=b""), b"", "upstream_broke"),
    ],
)
def test_a_failure_is_then_an_event_of_the_clients_api(weir, engines, target, script, message, reason):
    script = engines[0].scripts["lab/chat"] = held(dataclasses.replace(script, end="close"))
    server = served(weir, engines[0])
    header = trace()
    with Stream(server.public) as stream:
        stream.open("lab/chat", target=target, headers=[header], max_tokens=9, input="hello")
        (error,) = waited(stream, script)
    assert FAMILIES[target](data(error))["message"]
    assert message in error
    assert b"operator" not in error
    assert eventually(lambda: access_line(server, header))["reason"] == reason
    eventually(lambda: [(row["failed"], row["completion_tokens"]) for row in usage_rows(server)] == [(1, 0)])


def test_a_call_that_is_not_streamed_gets_none(weir, engines):
    script = engines[0].scripts["lab/chat"] = held(as_json({"error": "no"}, status=503))
    server = served(weir, engines[0], first_byte_timeout="1s")
    assert call(server.public, "lab/chat").status == 504
    script.hold.set()
