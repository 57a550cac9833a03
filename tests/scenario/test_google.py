"""Clients of Google's API: what the upstream, which speaks chat completions, gets, and what the clients see."""

import json
import threading

import pytest

from support.caller import Stream, access_line, post, trace, usage_rows
from support.engine import DONE, Engine, as_json, as_stream, event
from support.eventually import eventually
from support.process import KEY

MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"], "max_model_len": 4096, "upstreams": [{"name": "gpu", "model": "theirs"}]},
    {"id": "lab/vectors", "sub_types": ["embedding"], "upstreams": [{"name": "gpu", "model": "vectors"}]},
    {"id": "small", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]},
]
GENERATE = "/v1beta/models/lab/chat:generateContent"
STREAM = "/v1beta/models/lab/chat:streamGenerateContent"
USAGE = {
    "prompt_tokens": 70,
    "completion_tokens": 9,
    "total_tokens": 79,
    "completion_tokens_details": {"reasoning_tokens": 2},
}
ASKED = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


@pytest.fixture
def engine():
    with Engine("theirs", "vectors") as engine:
        engine.scripts["theirs"] = as_json(answer({"role": "assistant", "content": "hi"}))
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])


def answer(message, finish="stop"):
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "choices": choices, "usage": USAGE}


def chunk(delta, finish=None):
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "choices": choices})


HELLO = (chunk({"role": "assistant", "content": ""}), chunk({"content": "hel"}), chunk({"content": "lo"}))
USAGE_CHUNK = event({"id": "chatcmpl-1", "choices": [], "usage": USAGE})


def asked(server, target, body=None, key=None, headers=(("x-goog-api-key", KEY),)):
    return post(server.public, target, json.dumps(body or ASKED).encode(), key=key, headers=headers)


def events_of(ending):
    events, rest = ending.events()
    assert rest == b"" and all(one.startswith(b"data: ") for one in events), ending
    return [json.loads(one[len(b"data: ") :]) for one in events]


def texts_of(answers):
    parts = [part for one in answers if "candidates" in one for part in one["candidates"][0]["content"]["parts"]]
    return "".join(part.get("text", "") for part in parts)


# A whole answer.


@pytest.mark.parametrize(("kind", "sent"), [("vllm", 40), ("tgi", None)])
def test_top_k_is_sent_where_the_upstream_is_known_to_take_it(weir, engine, kind, sent):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url, "kind": kind}])
    ending = asked(server, GENERATE, {**ASKED, "generationConfig": {"topK": 40.0}})
    assert ending.status == 200, ending
    assert engine.calls[0].json().get("top_k") == sent


@pytest.mark.parametrize(
    "target",
    [
        GENERATE,
        "/v1beta/models/lab%2Fchat:generateContent",
        "/v1/models/lab/chat:generateContent",
        "/v1alpha/models/lab/chat:generateContent",
        "/v1/v1beta/models/lab/chat:generateContent",
        GENERATE + "?$alt=json",
    ],
)
def test_contents_become_a_chat_and_its_answer_a_candidate(server, engine, target):
    header = trace()
    body = {**ASKED, "system_instruction": {"parts": [{"text": "Be brief."}]}, "generationConfig": {"topK": 40.0, "maxOutputTokens": 7.0}}
    ending = asked(server, target, body, headers=[("x-goog-api-key", KEY), header])
    assert ending.status == 200, ending
    assert ending.header("x-weir-translated") == "generate_content>chat_completions"
    sent = engine.calls[0]
    assert (sent.path, sent.json()["model"], sent.json()["max_tokens"]) == ("/chat/completions", "theirs", 7)
    assert ending.header("x-weir-dropped") == "generationConfig.topK"
    assert [message["role"] for message in sent.json()["messages"]] == ["system", "user"]
    assert KEY not in repr(sent.headers)
    assert json.loads(ending.body) == {
        "candidates": [
            {"content": {"parts": [{"text": "hi"}], "role": "model"}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": {
            "promptTokenCount": 70, "candidatesTokenCount": 7, "totalTokenCount": 79, "thoughtsTokenCount": 2,
        },
        "modelVersion": "lab/chat", "responseId": "chatcmpl-1",
    }  # fmt: skip
    assert eventually(lambda: access_line(server, header))["model"] == "lab/chat"
    (row,) = eventually(lambda: usage_rows(server))
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == (70, 9, 0)


def test_the_path_names_the_model(server):
    assert json.loads(asked(server, "/v1beta/models/small:generateContent", {**ASKED, "model": "models/other"}).body)[
        "modelVersion"
    ] == "small"


def test_what_is_left_out_is_said_and_what_cannot_be_is_refused(server, engine):
    ending = asked(server, GENERATE, {**ASKED, "safetySettings": []})
    assert ending.header("x-weir-dropped") == "safetySettings"
    ending = asked(server, GENERATE, {**ASKED, "tools": [{"google_search": {}}]})
    error = json.loads(ending.body)["error"]
    assert (ending.status, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert "tools[].googleSearch" in error["message"]
    assert len(engine.calls) == 1


# Streams.


def test_a_stream_of_events_has_data_lines_only(server, engine):
    engine.scripts["theirs"] = as_stream(b": waiting\n\n", *HELLO, chunk({}, "stop"), USAGE_CHUNK, DONE)
    ending = asked(server, STREAM + "?alt=sse")
    assert (ending.status, ending.header("content-type")) == (200, "text/event-stream"), ending
    assert engine.calls[0].json()["stream_options"] == {"include_usage": True}
    answers = events_of(ending)
    assert texts_of(answers) == "hello"
    assert answers[-1]["candidates"][0]["finishReason"] == "STOP"
    assert answers[-1]["usageMetadata"]["totalTokenCount"] == 79


def test_without_events_a_stream_is_one_array(server, engine):
    engine.scripts["theirs"] = as_stream(*HELLO, chunk({}, "stop"), USAGE_CHUNK, DONE)
    ending = asked(server, STREAM)
    assert (ending.status, ending.header("content-type")) == (200, "application/json"), ending
    answers = json.loads(ending.body)
    assert (texts_of(answers), len(answers)) == ("hello", 3)


def test_a_call_is_one_part_of_one_event(server, engine):
    pieces = ['{"ci', 'ty":', '"Rome"}']
    deltas = [{"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "look", "arguments": ""}}]}]
    deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    engine.scripts["theirs"] = as_stream(
        chunk({"reasoning_content": "Hm."}), *map(chunk, deltas), chunk({}, "tool_calls"), USAGE_CHUNK, DONE
    )
    (told,) = events_of(asked(server, STREAM + "?alt=sse"))
    (part,) = told["candidates"][0]["content"]["parts"]
    assert part["functionCall"] == {"id": "c1", "name": "look", "args": {"city": "Rome"}}

    engine.scripts["theirs"] = as_json(answer({"role": "assistant", "content": "hi"}))
    result = {"functionResponse": {"name": "look", "response": {"output": "warm"}}}
    turns = [*ASKED["contents"], told["candidates"][0]["content"], {"role": "user", "parts": [result]}]
    assert asked(server, GENERATE, {"contents": turns}).status == 200
    messages = engine.calls[-1].json()["messages"]
    assert messages[1]["reasoning_content"] == "Hm."
    assert messages[1]["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"city":"Rome"}'}
    assert messages[2] == {"role": "tool", "tool_call_id": "c1", "content": "warm"}


def test_no_text_is_held_back(server, engine):
    """The next event of the upstream comes only after the client has seen the last one's text."""
    holds = [threading.Event() for _ in range(20)]
    words = [chunk({"content": f"word{number} "}) for number in range(20)]
    pieces = [piece for pair in zip(words, holds, strict=True) for piece in pair]
    engine.scripts["theirs"] = as_stream(*pieces, chunk({}, "stop"), USAGE_CHUNK, DONE)
    with Stream(server.public) as stream:
        stream.post(STREAM + "?alt=sse", json.dumps(ASKED).encode())
        stream.reply = stream.receive_head()
        stream._pieces = stream.pieces(stream.reply)
        stream._left = b""
        for number, hold in enumerate(holds):
            assert f"word{number} ".encode() in stream.next_event()
            hold.set()
        assert stream.rest()


def test_a_wait_has_no_comments(weir, engine):
    hold = threading.Event()
    engine.scripts["theirs"] = as_stream(hold, *HELLO, chunk({}, "stop"), DONE)
    server = weir(
        models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}], calls={"comment_interval": "100ms"}
    )
    threading.Timer(0.5, hold.set).start()
    assert texts_of(events_of(asked(server, STREAM + "?alt=sse"))) == "hello"


@pytest.mark.parametrize("array", [False, True])
@pytest.mark.parametrize("how", ["an error event", "a cut", "no reason"])
def test_a_broken_stream_is_seen_as_broken(server, engine, how, array):
    gave_up = event({"error": {"message": "the engine gave up", "code": 500}})
    scripts = {
        "an error event": as_stream(*HELLO, gave_up, DONE),
        "a cut": as_stream(*HELLO, end="cut"),
        "no reason": as_stream(*HELLO),
    }
    engine.scripts["theirs"] = scripts[how]
    ending = asked(server, STREAM + ("" if array else "?alt=sse"))
    if ending.status == 503:  # nothing was sent yet
        assert status_of(ending) == "UNAVAILABLE"
        return
    assert ending.status == 200
    answers = json.loads(ending.body) if array else events_of(ending)
    assert set(answers[-1]["error"]) == {"code", "message", "status"}
    assert not any("finishReason" in one["candidates"][0] for one in answers[:-1])
    eventually(lambda: [row["failed"] for row in usage_rows(server)] == [1])


# Errors and keys.


def test_an_upstreams_error_is_told_in_googles_shape(server, engine):
    engine.scripts["theirs"] = as_json({"error": {"message": "Too long.", "code": "context_length_exceeded"}}, status=400)
    ending = asked(server, GENERATE)
    assert json.loads(ending.body) == {"error": {"code": 400, "message": "Too long.", "status": "INVALID_ARGUMENT"}}


def status_of(ending):
    error = json.loads(ending.body)["error"]
    assert error["code"] == ending.status and error["message"], ending
    return error["status"]


def test_refusals_are_in_googles_shape(server):
    assert status_of(asked(server, GENERATE, headers=[("x-goog-api-key", "wrong")])) == "UNAUTHENTICATED"
    assert status_of(asked(server, GENERATE, headers=[])) == "UNAUTHENTICATED"
    assert status_of(asked(server, "/v1beta/models/none:generateContent")) == "NOT_FOUND"
    assert status_of(asked(server, "/v1beta/models/lab/chat:predict")) in ("NOT_FOUND", "INVALID_ARGUMENT")
    assert status_of(asked(server, "/v1beta/cachedContents")) == "NOT_FOUND"
    wrong = post(server.public, GENERATE, b"{", key=None, headers=[("x-goog-api-key", KEY)])
    assert status_of(wrong) == "INVALID_ARGUMENT"
    assert status_of(server.get("/v1/models", [("x-goog-api-key", "wrong")], key=None)) == "UNAUTHENTICATED"


def test_the_key_may_be_in_the_query_and_stays_here(server, engine):
    for query in (f"?key={KEY}", f"?alt=sse&key={KEY}"):
        assert asked(server, GENERATE + query, headers=[]).status == 200
    assert asked(server, GENERATE + f"?key={KEY}").status == 200
    two = asked(server, GENERATE + "?key=other")
    assert (two.status, status_of(two)) == (400, "INVALID_ARGUMENT")
    assert asked(server, "/v1/chat/completions?key=" + KEY, headers=[]).status == 401
    assert all(KEY not in sent.target for sent in engine.calls)
    eventually(lambda: len(server.access.where()) >= 5)
    assert KEY not in server.access.text() + server.log.text()


# The list.


def test_the_list_is_googles(server):
    pages, token = [], ""
    while token is not None:
        page = json.loads(server.get(f"/v1beta/models?pageSize=2&pageToken={token}&key={KEY}", key=None).body)
        pages.append([row["name"] for row in page["models"]])
        token = page.get("nextPageToken")
    assert pages == [["models/lab/chat", "models/lab/vectors"], ["models/small"]]
    for target in ("/v1beta/models", "/v1/models"):
        rows = json.loads(server.get(target, [("x-goog-api-key", KEY)], key=None).body)["models"]
        assert rows[0] == {
            "name": "models/lab/chat", "version": "001", "displayName": "lab/chat", "inputTokenLimit": 4096,
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
        }  # fmt: skip
    one = json.loads(server.get("/v1beta/models/lab/chat").body)
    assert one == rows[0]
    for query in ("pageSize=x", "pageSize=-1", "pageToken=!", "pageToken=bm9uZQ=="):
        refused = server.get("/v1beta/models?" + query)
        assert (refused.status, status_of(refused)) == (400, "INVALID_ARGUMENT")
    assert status_of(server.get("/v1beta/models/none")) == "NOT_FOUND"
    tag = server.get("/v1beta/models").header("etag")
    assert server.get("/v1beta/models", [("If-None-Match", tag)]).status == 304


def test_tokens_are_estimated(server, engine):
    text = "Where does the river go when it has left the hills behind? " * 20
    contents = [{"role": "user", "parts": [{"text": text}]}]
    for body in ({"contents": contents}, {"generateContentRequest": {"model": "models/lab/chat", "contents": contents}}):
        ending = asked(server, "/v1beta/models/lab/chat:countTokens", body)
        assert (ending.status, ending.header("x-weir-estimated")) == (200, "input_tokens"), ending
        assert 200 < json.loads(ending.body)["totalTokens"] < 350
    assert engine.calls == []
    assert status_of(asked(server, "/v1beta/models/lab/chat:countTokens", {"contents": []})) == "INVALID_ARGUMENT"


def test_embeddings(server, engine):
    rows = [{"index": 1, "embedding": [0.5, 1.0]}, {"index": 0, "embedding": [0.25, -1.0]}]
    engine.scripts["vectors"] = lambda sent: as_json(
        {"object": "list", "data": rows[2 - len(sent.json()["input"]) :], "usage": {"prompt_tokens": 6, "total_tokens": 6}}
    )
    one = {"content": {"parts": [{"text": "the river"}]}, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 2}
    ending = asked(server, "/v1beta/models/lab/vectors:embedContent", one)
    assert (ending.status, ending.header("x-weir-dropped")) == (200, "taskType"), ending
    assert json.loads(ending.body) == {"embedding": {"values": [0.25, -1.0]}}
    assert engine.calls[0].path == "/embeddings"
    assert engine.calls[0].json() == {"model": "vectors", "dimensions": 2, "input": ["the river"]}

    many = {"requests": [{"model": "models/lab/vectors", **one}] * 2}
    ending = asked(server, "/v1beta/models/lab/vectors:batchEmbedContents", many)
    assert json.loads(ending.body) == {"embeddings": [{"values": [0.25, -1.0]}, {"values": [0.5, 1.0]}]}
    eventually(lambda: sum(row["prompt_tokens"] for row in usage_rows(server)) == 12)
    assert status_of(asked(server, "/v1beta/models/lab/chat:embedContent", one)) == "INVALID_ARGUMENT"
    engine.scripts["vectors"] = as_json({"object": "list", "data": []})
    assert asked(server, "/v1beta/models/lab/vectors:embedContent", one).status >= 500
