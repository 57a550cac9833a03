"""Ollama's API over an upstream that speaks OpenAI's: what it gets, and what Ollama's clients see."""

import json
import threading

import pytest

from support.caller import Stream, access_line, post, trace, usage_rows
from support.engine import DONE, Engine, as_json, as_stream, event
from support.eventually import eventually

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]},
          {"id": "lab/vectors", "sub_types": ["embedding"], "upstreams": [{"name": "gpu", "model": "numbers"}]}]  # fmt: skip
CHAT, GENERATE, EMBED, EMBEDDINGS = "/api/chat", "/api/generate", "/api/embed", "/api/embeddings"
USAGE = {"prompt_tokens": 70, "completion_tokens": 9, "total_tokens": 79}
ASKED = {"model": "lab/chat", "messages": [{"role": "user", "content": "hello"}]}
WHOLE = {**ASKED, "stream": False}


@pytest.fixture
def engine():
    with Engine("theirs", "numbers") as engine:
        engine.scripts["theirs"] = as_json(answer({"role": "assistant", "content": "hi"}))
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])


def answer(message, finish="stop"):
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "theirs", "choices": choices,
            "usage": USAGE}  # fmt: skip


def chunk(delta, finish=None, **more):
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "theirs",
                  "choices": choices, **more})  # fmt: skip


USAGE_CHUNK = event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "choices": [], "usage": USAGE})
HELLO = (chunk({"role": "assistant", "content": ""}), chunk({"content": "hel"}), chunk({"content": "lo"}))
STREAM = (*HELLO, chunk({}, "stop"), USAGE_CHUNK, DONE)


def asked(server, target, body, **options):
    return post(server.public, target, json.dumps(body).encode(), **options)


def lines(ending):
    assert ending.body.endswith(b"\n")
    return [json.loads(line) for line in ending.body.splitlines()]


def test_a_whole_answer_has_the_members_that_clients_read(server, engine):
    options = {"temperature": 0.5, "num_predict": 50, "stop": ["end"], "num_ctx": 8192}
    body = {**WHOLE, "options": options, "keep_alive": "5m", "format": "json", "think": False}
    ending = asked(server, CHAT, body)
    assert ending.status == 200, ending
    sent = engine.calls[0]
    assert sent.path == "/chat/completions"
    told = sent.json()
    assert (told["model"], told["max_tokens"], told["stop"], told["temperature"]) == ("theirs", 50, ["end"], 0.5)
    assert told["response_format"] == {"type": "json_object"}
    assert ending.header("content-type") == "application/json"
    said = json.loads(ending.body)
    assert said["message"] == {"role": "assistant", "content": "hi"}
    assert (said["model"], said["done"], said["done_reason"]) == ("lab/chat", True, "stop")
    assert (said["prompt_eval_count"], said["eval_count"]) == (70, 9)
    assert said["total_duration"] > 0
    assert ending.header("x-weir-translated") == "ollama_chat>chat_completions"
    assert ending.header("x-weir-dropped") == "keep_alive, options.num_ctx, think"


@pytest.mark.parametrize("body", [ASKED, {**ASKED, "stream": True}], ids=["unasked", "asked"])
def test_an_answer_is_a_stream_of_lines_unless_it_is_refused(server, engine, body):
    engine.scripts["theirs"] = as_stream(*STREAM)
    ending = asked(server, CHAT, body)
    assert ending.status == 200, ending
    assert ending.header("content-type") == "application/x-ndjson"
    assert engine.calls[0].json()["stream_options"] == {"include_usage": True}
    said = lines(ending)
    assert [line["message"]["content"] for line in said] == ["hel", "lo", ""]
    assert [line["done"] for line in said] == [False, False, True]
    assert (said[-1]["done_reason"], said[-1]["prompt_eval_count"], said[-1]["eval_count"]) == ("stop", 70, 9)


def begin(stream):
    stream.post(CHAT, json.dumps(ASKED).encode())
    return stream.pieces(stream.receive_head())


def test_each_line_comes_with_its_event(server, engine):
    hold = threading.Event()
    engine.scripts["theirs"] = as_stream(*HELLO, hold, chunk({}, "stop"), USAGE_CHUNK, DONE)
    with Stream(server.public) as stream:
        pieces = begin(stream)
        seen = b""
        while seen.count(b"\n") < 2:
            seen += next(pieces)
        assert b'"lo"' in seen and b'"done":true' not in seen
        hold.set()
        assert b'"done":true' in b"".join(pieces)


def test_a_prompt_is_answered_as_a_response(server, engine):
    engine.scripts["theirs"] = as_stream(*STREAM)
    ending = asked(server, GENERATE, {"model": "lab/chat", "system": "Be brief.", "prompt": "hello"})
    assert [line["response"] for line in lines(ending)] == ["hel", "lo", ""]
    sent = engine.calls[0].json()["messages"]
    assert sent == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]


def test_a_tool_call_has_its_arguments_as_an_object(server, engine):
    piece = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"at":'}}
    rest = {"index": 0, "function": {"arguments": '"home"}'}}
    engine.scripts["theirs"] = as_stream(
        chunk({"tool_calls": [piece]}), chunk({"tool_calls": [rest]}), chunk({}, "tool_calls"), USAGE_CHUNK, DONE)  # fmt: skip
    tool = {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}}
    said = lines(asked(server, CHAT, {**ASKED, "tools": [tool]}))
    assert engine.calls[0].json()["tools"] == [tool]
    (made,) = said[0]["message"]["tool_calls"]
    assert (made["function"]["name"], made["function"]["arguments"]) == ("look", {"at": "home"})

    assistant = {"role": "assistant", "content": "", "tool_calls": [{"function": made["function"]}]}
    result = {"role": "tool", "tool_name": "look", "content": "a house"}
    engine.scripts["theirs"] = as_json(answer({"role": "assistant", "content": "seen"}))
    assert asked(server, CHAT, {**WHOLE, "messages": [*ASKED["messages"], assistant, result]}).status == 200
    _, called, given = engine.calls[1].json()["messages"]
    assert given["tool_call_id"] == called["tool_calls"][0]["id"]
    assert json.loads(called["tool_calls"][0]["function"]["arguments"]) == {"at": "home"}


def test_embeddings_by_both_paths(server, engine):
    ending = asked(server, EMBED, {"model": "lab/vectors", "input": ["a", "b"], "truncate": True})
    assert ending.status == 200, ending
    said = json.loads(ending.body)
    assert (said["model"], len(said["embeddings"])) == ("lab/vectors", 2)
    assert all(isinstance(number, int | float) for number in said["embeddings"][0])
    assert engine.calls[0].path == "/embeddings"
    older = json.loads(asked(server, EMBEDDINGS, {"model": "lab/vectors", "prompt": "a"}).body)
    assert list(older) == ["embedding"]


@pytest.mark.parametrize("model", ["lab/chat:latest", "lab/chat"])
def test_a_model_may_be_named_with_its_tag(server, model):
    assert asked(server, CHAT, {**WHOLE, "model": model}).status == 200


# Errors.


def error_of(ending):
    said = json.loads(ending.body)
    assert list(said) == ["error"] and isinstance(said["error"], str), said
    return said["error"]


@pytest.mark.parametrize(
    ("target", "body", "status", "text"),
    [
        (CHAT, {**ASKED, "model": "none"}, 404, "none"),
        (CHAT, {"model": "lab/chat"}, 400, "messages"),
        (CHAT, {"messages": []}, 400, "model"),
        (CHAT, {**ASKED, "model": "lab/vectors"}, 400, "/v1/embeddings"),
        (GENERATE, {"model": "lab/chat", "prompt": "a", "suffix": "b"}, 400, "suffix"),
        (EMBED, {"model": "lab/chat", "input": "a"}, 400, "/v1/chat/completions"),
    ],
)
def test_a_refusal_is_a_text_in_ollamas_shape(server, target, body, status, text):
    ending = asked(server, target, body)
    assert ending.status == status, ending
    assert text in error_of(ending)


def test_a_wrong_key_a_wrong_method_and_a_path_that_is_not_there(server):
    ending = asked(server, CHAT, ASKED, key="sk-wrong")
    assert ending.status == 401 and error_of(ending)
    reply = server.get(CHAT)
    assert (reply.status, reply.header("allow")) == (405, "POST, OPTIONS")
    assert error_of(reply)
    ending = asked(server, "/v1/api/chat", ASKED)
    assert ending.status == 404


def test_an_upstreams_error_keeps_its_status_and_message(server, engine):
    engine.scripts["theirs"] = as_json({"error": {"message": "too long", "type": "x"}}, status=400)
    for body in (ASKED, WHOLE):
        ending = asked(server, CHAT, body)
        assert ending.status == 400
        assert error_of(ending) == "too long"


def test_a_stream_that_is_cut_ends_with_an_error_and_not_as_complete(server, engine):
    engine.scripts["theirs"] = as_stream(*HELLO, end="cut")
    header = trace()
    said = lines(asked(server, CHAT, ASKED, headers=[header]))
    assert "error" in said[-1] and not any(line.get("done") for line in said)
    assert eventually(lambda: access_line(server, header))["reason"] == "upstream_broke"


def test_an_error_within_a_stream_is_a_line(server, engine):
    engine.scripts["theirs"] = as_stream(*HELLO, event({"error": {"message": "no memory", "code": 500}}))
    assert lines(asked(server, CHAT, ASKED))[-1] == {"error": "no memory"}


def test_no_comments_while_a_client_waits(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}], calls={"comment_interval": "100ms"})
    hold = threading.Event()
    engine.scripts["theirs"] = as_stream(hold, *STREAM)
    ordinary = {"model": "lab/chat", "stream": True, "messages": ASKED["messages"]}
    with Stream(server.public) as stream, Stream(server.public) as other:
        stream.post(CHAT, json.dumps(ASKED).encode())
        other.post("/v1/chat/completions", json.dumps(ordinary).encode())
        # The other client's comment says that this one would have had one too.
        assert next(other.pieces(other.receive_head())).startswith(b":")
        hold.set()
        said = b"".join(stream.pieces(stream.receive_head()))
    assert all(json.loads(line) for line in said.splitlines())


def test_a_call_is_metered_as_its_upstream_reports(server, engine):
    engine.scripts["theirs"] = as_stream(*STREAM)
    header = trace()
    asked(server, CHAT, ASKED, headers=[header])
    line = eventually(lambda: access_line(server, header))
    assert (line["route"], line["model"]) == ("ollama_chat", "lab/chat")
    eventually(lambda: usage_rows(server))
    row = usage_rows(server)[0]
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == (70, 9, 0)
