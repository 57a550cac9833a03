"""Calls for an upstream that speaks chat completions only: what it gets, and what the client sees."""

import json
import threading

import pytest

from support.caller import Stream, access_line, call, post, trace, usage_rows
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.eventually import eventually

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]}]
MESSAGES = "/v1/messages"
RESPONSES = "/v1/responses"
USAGE = {
    "prompt_tokens": 70,
    "completion_tokens": 9,
    "total_tokens": 79,
    "prompt_tokens_details": {"cached_tokens": 30},
}
ASKED = {"model": "lab/chat", "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]}
TOOL = {"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {}}}


def upstream_at(engine, **more):
    return {"name": "gpu", "url": engine.url, "translate": ["messages", "responses"], **more}


@pytest.fixture
def engine():
    with Engine("theirs") as engine:
        engine.scripts["theirs"] = as_json(answer({"role": "assistant", "content": "hi"}))
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[upstream_at(engine)])


def answer(message, finish="stop", **more):
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "theirs", "choices": choices,
            "usage": USAGE, **more}  # fmt: skip


def chunk(delta, finish=None, **more):
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "theirs",
                  "choices": choices, **more})  # fmt: skip


USAGE_CHUNK = event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "choices": [], "usage": USAGE})
HELLO = (chunk({"role": "assistant", "content": ""}), chunk({"content": "hel"}), chunk({"content": "lo"}))
STREAM = (*HELLO, chunk({}, "stop"), USAGE_CHUNK, DONE)


def asked(server, target, body, **options):
    return post(server.public, target, json.dumps(body).encode(), **options)


def said(ending):
    """The data of a stream's events, in order."""
    events, rest = ending.events()
    assert rest == b""
    lines = [line for one in events for line in one.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line[len(b"data: ") :]) for line in lines]


# A whole answer.


def test_a_message_becomes_a_chat_and_its_answer_a_message(server, engine):
    ending = asked(server, MESSAGES, {**ASKED, "system": "Be brief.", "stop_sequences": ["end"], "tools": [TOOL]})
    assert ending.status == 200, ending
    sent = engine.calls[0]
    assert sent.path == "/chat/completions"
    body = sent.json()
    assert body["model"] == "theirs"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert (body["max_tokens"], body["stop"]) == (50, ["end"])
    assert body["tools"][0]["function"]["name"] == "look"
    message = json.loads(ending.body)
    assert (message["type"], message["role"], message["model"]) == ("message", "assistant", "lab/chat")
    assert message["content"] == [{"type": "text", "text": "hi"}]
    assert (message["stop_reason"], message["usage"]["output_tokens"]) == ("end_turn", 9)
    assert ending.header("x-weir-translated") == "messages>chat_completions"


def test_a_response_becomes_a_chat_and_its_answer_a_response(server, engine):
    ending = asked(server, RESPONSES, {"model": "lab/chat", "instructions": "Be brief.", "input": "hello"})
    assert ending.status == 200, ending
    body = engine.calls[0].json()
    assert engine.calls[0].path == "/chat/completions"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    response = json.loads(ending.body)
    assert (response["object"], response["status"], response["model"]) == ("response", "completed", "lab/chat")
    texts = [part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"]]
    assert texts == ["hi"]
    assert (response["usage"]["input_tokens"], response["usage"]["output_tokens"]) == (70, 9)
    assert ending.header("x-weir-translated") == "responses>chat_completions"


def test_fields_of_the_clients_api_stay_here(server, engine):
    headers = [("anthropic-version", "2023-06-01"), ("anthropic-beta", "tools-2026"), ("x-session-affinity", "s1")]
    assert asked(server, MESSAGES + "?beta=true", ASKED, headers=headers).status == 200
    sent = engine.calls[0]
    assert not [name for name in sent.headers if name.startswith("anthropic")]
    assert "beta" not in sent.target


def test_what_is_left_out_is_said(server):
    text = {"type": "text", "text": "hello", "cache_control": {"type": "ephemeral"}}
    ending = asked(server, MESSAGES, {**ASKED, "messages": [{"role": "user", "content": [text]}]})
    assert ending.status == 200, ending
    assert "cache_control" in ending.header("x-weir-dropped")


@pytest.mark.parametrize(
    ("target", "member", "value"),
    [(MESSAGES, "no_such_member", 1), (RESPONSES, "previous_response_id", "resp_1"), (RESPONSES, "background", True)],
)
def test_what_cannot_be_said_there_is_refused_by_name(server, engine, target, member, value):
    body = {"model": "lab/chat", "input": "hello"} if target == RESPONSES else ASKED
    ending = asked(server, target, {**body, member: value})
    assert ending.status == 400
    assert member in json.loads(ending.body)["error"]["message"]
    assert engine.calls == []


def test_usage_is_that_of_the_upstream(server):
    header = trace()
    assert asked(server, MESSAGES, ASKED, headers=[header]).status == 200
    eventually(lambda: usage_rows(server))
    row = usage_rows(server)[0]
    assert (row["prompt_tokens"], row["completion_tokens"], row["cached_tokens"], row["estimated"]) == (70, 9, 30, 0)
    assert eventually(lambda: access_line(server, header))["route"] == "messages"


# Streams.


def test_a_stream_of_messages_ends_as_anthropics_do(server, engine):
    engine.scripts["theirs"] = as_stream(*STREAM)
    ending = asked(server, MESSAGES, {**ASKED, "stream": True})
    assert ending.status == 200, ending
    assert ending.header("content-type") == "text/event-stream"
    assert engine.calls[0].json()["stream_options"] == {"include_usage": True}
    events = said(ending)
    kinds = [one["type"] for one in events]
    assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")
    assert "".join(one["delta"].get("text", "") for one in events if one["type"] == "content_block_delta") == "hello"
    last = events[-2]
    assert (last["delta"]["stop_reason"], last["usage"]["output_tokens"]) == ("end_turn", 9)


def test_a_stream_of_responses_ends_as_openais_do(server, engine):
    engine.scripts["theirs"] = as_stream(*STREAM)
    ending = asked(server, RESPONSES, {"model": "lab/chat", "input": "hello", "stream": True})
    assert ending.status == 200, ending
    events = said(ending)
    assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert "".join(one["delta"] for one in events if one["type"] == "response.output_text.delta") == "hello"
    assert events[-1]["response"]["usage"]["total_tokens"] == 79


@pytest.mark.parametrize(
    ("target", "first", "body"),
    [
        (MESSAGES, "message_start", ASKED),
        (RESPONSES, "response.created", {"model": "lab/chat", "input": "hello"}),
    ],
)
def test_no_text_is_held_back(server, engine, target, first, body):
    """The next event of the upstream comes only after the client has seen the last one's text."""
    holds = [threading.Event() for _ in range(20)]
    words = [chunk({"content": f"word{number} "}) for number in range(20)]
    pieces = [piece for pair in zip(words, holds, strict=True) for piece in pair]
    engine.scripts["theirs"] = as_stream(*pieces, chunk({}, "stop"), USAGE_CHUNK, DONE)
    with Stream(server.public) as stream:
        stream.post(target, json.dumps({**body, "stream": True}).encode())
        stream.reply = stream.receive_head()
        stream._pieces = stream.pieces(stream.reply)
        stream._left = b""
        assert first.encode() in stream.next_event()
        for number, hold in enumerate(holds):
            while f"word{number} ".encode() not in stream.next_event():
                pass
            hold.set()
        assert stream.rest()


def test_an_upstream_that_refuses_to_be_asked_for_usage_is_asked_without(server, engine):
    refused = as_json({"error": {"message": "Unrecognized request argument: stream_options"}}, status=400)

    def script(sent):
        return refused if "stream_options" in sent.json() else as_stream(*HELLO, chunk({}, "stop"), DONE)

    engine.scripts["theirs"] = script
    ending = asked(server, MESSAGES, {**ASKED, "stream": True})
    assert ending.status == 200, ending
    assert said(ending)[-1]["type"] == "message_stop"
    assert len(engine.calls) == 2


# Errors.

TOO_LONG = {"error": {"message": "This model's maximum context length is 8192 tokens.", "type": "BadRequestError",
                      "code": "context_length_exceeded"}}  # fmt: skip


def test_an_upstreams_error_is_told_in_the_clients_shape(server, engine):
    engine.scripts["theirs"] = as_json(TOO_LONG, status=400)
    ending = asked(server, MESSAGES, ASKED)
    assert ending.status == 400
    error = json.loads(ending.body)
    assert (error["type"], error["error"]["type"]) == ("error", "invalid_request_error")
    assert error["error"]["message"] == TOO_LONG["error"]["message"]
    ending = asked(server, RESPONSES, {"model": "lab/chat", "input": "hello"})
    assert (ending.status, json.loads(ending.body)) == (400, TOO_LONG)


@pytest.mark.parametrize(
    ("target", "body", "last"),
    [(MESSAGES, ASKED, "error"), (RESPONSES, {"model": "lab/chat", "input": "hello"}, "response.failed")],
)
@pytest.mark.parametrize("how", ["an error event", "a cut", "silence"])
def test_a_broken_stream_is_seen_as_broken(weir, engine, target, body, last, how):
    calls = {"idle_timeout": "200ms"} if how == "silence" else {}
    server = weir(models=MODELS, upstreams=[upstream_at(engine)], calls=calls)
    gave_up = event({"error": {"message": "the engine gave up", "code": 500}})
    scripts = {
        "an error event": as_stream(*HELLO, gave_up, DONE),
        "a cut": as_stream(*HELLO, end="cut"),
        "silence": as_stream(*HELLO, threading.Event()),
    }
    engine.scripts["theirs"] = scripts[how]
    ending = asked(server, target, {**body, "stream": True})
    assert (ending.status, ending.framed, ending.whole) == (200, True, False)
    events = said(ending)
    assert events[-1]["type"] == last
    assert not {"message_stop", "response.completed"} & {one["type"] for one in events}
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [1])


@pytest.mark.parametrize("script", [as_json([1]), Script((b"plain words",), content_type="text/plain")])
def test_an_answer_that_is_none_is_an_error(server, engine, script):
    engine.scripts["theirs"] = script
    ending = asked(server, MESSAGES, ASKED)
    assert ending.status in (502, 503)
    assert json.loads(ending.body)["type"] == "error"


@pytest.mark.parametrize(
    ("target", "body"), [(MESSAGES, ASKED), (RESPONSES, {"model": "lab/chat", "input": "hello"})]
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_with_a_good_status_has_an_honest_one(server, engine, target, body, stream):
    refused = {"error": {**TOO_LONG["error"], "code": 400}}
    engine.scripts["theirs"] = as_stream(event(refused), DONE) if stream else as_json(refused)
    ending = asked(server, target, {**body, "stream": stream})
    assert ending.status == 400, ending
    assert ending.header("content-type") == "application/json"
    assert json.loads(ending.body)["error"]["message"] == TOO_LONG["error"]["message"]


@pytest.mark.parametrize(("target", "last"), [(MESSAGES, "error"), (RESPONSES, "response.failed")])
def test_an_error_after_comments_is_an_event(weir, engine, target, last):
    hold = threading.Event()
    refused = event({"error": {**TOO_LONG["error"], "code": 400}})
    engine.scripts["theirs"] = as_stream(hold, refused, DONE)
    server = weir(models=MODELS, upstreams=[upstream_at(engine)], calls={"comment_interval": "100ms"})
    body = ASKED if target == MESSAGES else {"model": "lab/chat", "input": "hello"}
    with Stream(server.public) as stream:
        stream.post(target, json.dumps({**body, "stream": True}).encode())
        reply = stream.receive_head()
        assert reply.status == 200
        pieces = stream.pieces(reply)
        received = next(pieces)
        assert received.startswith(b":")
        hold.set()
        received += b"".join(pieces)
    events = [part for part in received.split(b"\n\n") if part and not part.startswith(b":")]
    assert len(events) == 1 and events[0].startswith(b"event: " + last.encode()), received
    assert TOO_LONG["error"]["message"].encode() in events[0]


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES])
def test_a_stream_that_ends_without_a_reason_is_not_complete(server, engine, target):
    """Its framing is in order: an upstream's process that has died behind a proxy."""
    engine.scripts["theirs"] = as_stream(*HELLO)
    body = ASKED if target == MESSAGES else {"model": "lab/chat", "input": "hello"}
    ending = asked(server, target, {**body, "stream": True})
    assert ending.status in (200, 503)
    if ending.status == 200:
        assert not ending.whole
        assert said(ending)[-1]["type"] in ("error", "response.failed")
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [1])


@pytest.mark.parametrize("script", [
    Script((b"<html>Bad Request</html>",), status=400, content_type="text/html"),
    as_json({"error": {"message": "no"}}, status=422, headers=(("Content-Encoding", "gzip"),)),
])  # fmt: skip
def test_no_field_of_the_upstreams_body_goes_with_another_body(server, engine, script):
    engine.scripts["theirs"] = script
    ending = asked(server, MESSAGES, ASKED)
    assert (ending.status, ending.header("content-type")) == (script.status, "application/json")
    assert ending.header("content-encoding") is None
    assert json.loads(ending.body)["type"] == "error"


def test_half_a_character_loses_no_text(server, engine):
    cut = b'data: {"choices":[{"index":0,"delta":{"content":"a\\ud83d"}}]}\n\n'
    engine.scripts["theirs"] = as_stream(*HELLO, cut, chunk({}, "stop"), DONE)
    events = said(asked(server, MESSAGES, {**ASKED, "stream": True}))
    text = "".join(one["delta"].get("text", "") for one in events if one["type"] == "content_block_delta")
    assert text == "helloa\ufffd"


def test_a_client_that_leaves_ends_the_upstreams_call(server, engine):
    engine.scripts["theirs"] = as_stream(*HELLO, threading.Event())
    with Stream(server.public) as stream:
        stream.post(MESSAGES, json.dumps({**ASKED, "stream": True}).encode())
        assert stream.receive_head().status == 200
    eventually(lambda: engine.calls[0].left)
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [1])


# Which upstreams are spoken to so.


def test_an_upstream_that_may_speak_it_is_not_translated_for(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])
    ending = asked(server, MESSAGES, ASKED)
    assert engine.calls[0].path == "/messages"
    assert ending.header("x-weir-translated") is None


def test_a_kind_that_is_known_not_to_speak_it_is_translated_for(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "kind": "mistral", "url": engine.url}])
    assert asked(server, MESSAGES, ASKED).status == 200
    assert engine.calls[0].path == "/chat/completions"


def test_an_operator_may_forbid_it(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "kind": "mistral", "url": engine.url, "translate": []}])
    ending = asked(server, MESSAGES, ASKED)
    assert ending.status == 400
    assert engine.calls == []


def test_an_upstream_that_speaks_it_comes_first_and_takes_what_the_others_cannot(weir, engine):
    with Engine("theirs") as native:
        models = [{**MODELS[0], "upstreams": [{"name": "gpu", "model": "theirs"}, {"name": "own", "model": "theirs"}]}]
        server = weir(models=models, upstreams=[upstream_at(engine), {"name": "own", "url": native.url}])
        for _ in range(10):
            assert asked(server, MESSAGES, ASKED).status == 200
        assert (len(engine.calls), len(native.calls)) == (0, 10)
        preferred = weir(models=models, upstreams=[upstream_at(engine), {"name": "own", "url": native.url, "priority": 1}])
        assert asked(preferred, MESSAGES, ASKED).status == 200
        assert len(engine.calls) == 1
        assert asked(preferred, MESSAGES, {**ASKED, "no_such_member": 1}).status == 200
        assert (len(engine.calls), len(native.calls)) == (1, 11)


def test_a_refused_translation_does_not_hide_that_another_upstream_is_busy(weir, engine):
    with Engine("theirs") as native:
        native.scripts["theirs"] = as_json({"error": {"message": "busy"}}, status=429, headers=(("Retry-After", "7"),))
        models = [{**MODELS[0], "upstreams": [{"name": "gpu", "model": "theirs"}, {"name": "own", "model": "theirs"}]}]
        server = weir(models=models, upstreams=[upstream_at(engine), {"name": "own", "url": native.url}])
        for _ in range(2):
            ending = asked(server, MESSAGES, {**ASKED, "no_such_member": 1})
            assert ending.status in (429, 503)
            assert ending.header("retry-after")
        assert engine.calls == []
        assert asked(server, MESSAGES, ASKED).status == 200


@pytest.mark.parametrize("status", [404, 410])
def test_a_refused_translation_does_not_hide_that_the_other_upstream_has_no_such_model(weir, engine, status):
    with Engine("theirs") as native:
        error = {"type": "error", "error": {"type": "not_found_error", "message": "model: theirs"}}
        native.scripts["theirs"] = as_json(error, status=status)
        models = [{**MODELS[0], "upstreams": [{"name": "gpu", "model": "theirs"}, {"name": "own", "model": "theirs"}]}]
        server = weir(models=models, upstreams=[upstream_at(engine), {"name": "own", "url": native.url}])
        ending = asked(server, MESSAGES, {**ASKED, "no_such_member": 1})
        assert (ending.status, len(engine.calls), len(native.calls)) == (status, 0, 1)
        assert asked(server, MESSAGES, ASKED).status == 200


def test_chats_are_not_touched(server, engine):
    engine.scripts.clear()
    ending = call(server.public, "lab/chat")
    assert (ending.status, ending.header("x-weir-translated")) == (200, None)


def test_large_requests_pass(server, engine):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * (5 << 20)}}
    content = [image, {"type": "text", "text": "What is it?"}]
    assert asked(server, MESSAGES, {**ASKED, "messages": [{"role": "user", "content": content}]}).status == 200
    assert len(engine.calls[0].body) > 5 << 20
