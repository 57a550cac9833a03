"""Calls go through: every path, bytes untouched, under one key; and what is refused says why."""

import json
import pathlib
import re
import threading
import time

import pytest

from support.caller import (
    OVERLOADED, Caller, Told, access_line, call, chat_body, multipart, post, post_head, trace,
)  # fmt: skip
from support.demo import SUB_TYPES
from support.engine import Engine, Script, as_json
from support.eventually import SLOWDOWN, eventually
from support.process import KEY
from support.wire import Wire, head

UPSTREAM_KEY = "upstream-secret-0123456789abcdef"
MODELS = [{"id": f"lab/{sub_type}", "sub_types": [sub_type], "upstreams": [{"name": "gpu"}]} for sub_type in SUB_TYPES]
FILE = bytes(range(256)) * 64

# Written as no serializer writes: spaces, order, escapes, repeated members and numbers all stay.
ODD_JSON = (
    b' {\t"messages" : [ {"role":"user","content":"caf\xc3\xa9 \\u00e9 \\/ {\\"model\\":\\"no\\"}"} ],\r\n'
    b' "nested":{"model":"not-this"}, "x":1.50e+2 ,"x":2, "model" :"lab/%s","prompt":"p","input":"i",'
    b'"query":"q","documents":["d"] , "n":1\n} \n'
)


def odd_json(sub_type):
    return "application/json", ODD_JSON % sub_type.encode()


def form(sub_type, file):
    return multipart(("prompt", "p"), (file, "a.bin", FILE), ("model", f"lab/{sub_type}"), ("n", "1"))


# path -> (sub type, content type and body, the answer's type and bytes)
ENDPOINTS = {
    "/v1/chat/completions": ("chat", odd_json, "application/json"),
    "/v1/completions": ("chat", odd_json, "application/json"),
    "/v1/responses": ("chat", odd_json, "application/json"),
    "/v1/messages": ("chat", odd_json, "application/json; charset=utf-8"),
    "/v1/embeddings": ("embedding", odd_json, "application/json"),
    "/v1/rerank": ("reranker", odd_json, "application/json"),
    "/v1/images/generations": ("text-to-image", odd_json, "application/json"),
    "/v1/images/edits": ("image-to-image", lambda sub_type: form(sub_type, "image"), "application/json"),
    "/v1/audio/transcriptions": ("speech-to-text", lambda sub_type: form(sub_type, "file"), "application/json"),
    "/v1/audio/speech": ("text-to-speech", odd_json, "audio/mpeg"),
}
ODD_ANSWER = b'{ "id":"x" ,"choices":[], "usage" : {"prompt_tokens":1,"total_tokens":2}, "caf\xc3\xa9":"\\u00e9" }\n'


@pytest.fixture
def engine():
    with Engine(*(model["id"] for model in MODELS)) as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url, "api_key": UPSTREAM_KEY}])


# Forwarding.


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("path", ENDPOINTS)
def test_bytes_pass_untouched_both_ways(server, engine, path, framing):
    sub_type, make, answer_type = ENDPOINTS[path]
    content_type, body = make(sub_type)
    answer = ODD_ANSWER if "json" in answer_type else FILE
    engine.scripts[f"lab/{sub_type}"] = Script((answer[:7], answer[7:]), content_type=answer_type, framing=framing)

    ending = post(server.public, path, body, content_type=content_type)

    told = re.sub(rb'"resp_weir_[\w-]+"', b'"x"', ending.body)  # the id of a response is Weir's
    assert (ending.status, ending.header("content-type"), told) == (200, answer_type, answer)
    (made,) = engine.calls
    assert (made.method, made.target, made.headers["content-type"]) == ("POST", path, content_type)
    assert made.body == body


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_path_without_v1_is_the_same_path(server, engine, path):
    sub_type, make, _ = ENDPOINTS[path]
    content_type, body = make(sub_type)
    assert post(server.public, path.removeprefix("/v1"), body, content_type=content_type).status == 200
    assert engine.calls[0].target == path


def test_a_chunked_request_is_a_request(server, engine):
    body = chat_body("lab/chat")
    pairs = [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
    with Caller(server.public) as caller:
        caller.send(head("POST", "/v1/chat/completions", pairs, KEY))
        for byte in body:
            caller.send(b"1\r\n%c\r\n" % byte)
        caller.send(b"0\r\n\r\n")
        assert caller.ending().status == 200
    assert engine.calls[0].body == body


def test_calls_and_lists_share_a_connection(server):
    with Caller(server.public) as caller:
        for _ in range(3):
            caller.call("lab/chat")
            assert caller.ending().status == 200
            caller.send(head("GET", "/v1/models", key=KEY))
            assert len(caller.receive().ids()) == len(MODELS)


def test_pipelined_calls_are_answered_in_order(server):
    with Caller(server.public) as caller:
        for number in range(5):
            caller.call("lab/chat", f"number {number}")
        for number in range(5):
            assert f"You said: number {number}".encode() in caller.ending().body


def test_calls_reuse_upstream_connections(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}], server={"threads": 1})
    for _ in range(10):
        assert call(server.public, "lab/chat").status == 200
    assert len({made.connection.number for made in engine.calls}) == 1


def test_the_upstream_gets_its_own_key_and_nothing_of_the_clients(server, engine):
    headers = [("Cookie", "session=1"), ("X-Api-Key", KEY), ("Proxy-Authorization", "Basic x"), ("Via", "1.1 x")]
    assert call(server.public, "lab/chat", headers=headers).status == 200
    (made,) = engine.calls
    assert made.headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert made.raw_head.lower().count(b"authorization") == 1
    for private in (KEY, "session=1", "Basic x"):
        assert private.encode() not in made.raw_head
    assert made.headers["host"] == f"127.0.0.1:{engine.port}"


def test_an_upstream_without_a_key_gets_none(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])
    assert call(server.public, "lab/chat").status == 200
    assert "authorization" not in engine.calls[0].headers


def test_a_path_that_no_upstream_of_the_model_speaks_is_a_400_that_says_so(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "kind": "tgi", "url": engine.url, "translate": []}])
    refused = post(server.public, "/v1/messages", chat_body("lab/chat", max_tokens=5))
    assert refused.status == 400
    assert "The upstreams of the model lab/chat do not support /v1/messages." in refused.body.decode()
    assert refused.header("retry-after") is None
    assert not engine.calls
    assert call(server.public, "lab/chat").status == 200


def test_messages_take_x_api_key(server, engine):
    body = chat_body("lab/chat", max_tokens=5)
    headers = [("x-api-key", KEY), ("anthropic-version", "2023-06-01")]
    assert post(server.public, "/v1/messages", body, key=None, headers=headers).status == 200
    assert KEY.encode() not in engine.calls[0].raw_head
    wrong = [("x-api-key", KEY[:-1] + "x")]
    assert post(server.public, "/v1/messages", body, key=None, headers=wrong).status == 401


def test_connection_headers_stay_on_their_connection(server, engine):
    engine.scripts["lab/chat"] = Script((b"{}",), headers=(("Keep-Alive", "timeout=5"), ("Connection", "X-Hop"),
                                                           ("X-Hop", "1"), ("X-Engine", "2")))  # fmt: skip
    ending = call(server.public, "lab/chat", headers=[("Connection", "X-Mine"), ("X-Mine", "1")])
    assert "x-mine" not in engine.calls[0].headers
    names = {name for name, _ in ending.headers}
    assert not names & {"keep-alive", "x-hop"}


def test_own_overhead_is_told(server):
    ending = call(server.public, "lab/chat")
    assert re.search(r"\bdur=[0-9.]+", ending.header("server-timing"))


def test_what_the_upstream_takes_is_not_own_overhead(server, engine):
    """The upstream's head arrives at once, its body only after a while."""
    gate = threading.Event()
    engine.scripts["lab/chat"] = Script((gate, b"{}"))
    with Caller(server.public) as caller:
        caller.call("lab/chat")
        eventually(lambda: engine.calls and engine.calls[0].head_sent.is_set())
        head_sent = time.monotonic()
        gate.set()
        waited_ms = (time.monotonic() - head_sent) * 1000
        timing = caller.ending().header("server-timing")
    weir, upstream = (float(part) for part in re.findall(r"dur=([0-9.]+)", timing))
    assert upstream >= waited_ms
    assert weir >= 0


def test_the_line_of_a_request_says_nothing_of_an_earlier_call(server):
    first, second = trace(), trace()
    with Caller(server.public) as caller:
        caller.call("lab/chat", headers=[first])
        assert caller.ending().status == 200
        caller.send(head("GET", "/v1/models", [second], KEY))
        assert caller.ending().status == 200
    assert eventually(lambda: access_line(server, first))["model"] == "lab/chat"
    line = eventually(lambda: access_line(server, second))
    assert not {"model", "upstream", "attempts", "input_tokens"} & set(line)


def test_the_access_line_says_what_became_of_a_call(server):
    header = trace()
    assert call(server.public, "lab/chat", headers=[header]).status == 200
    line = eventually(lambda: access_line(server, header))
    assert (line["status"], line["model"], line["upstream"], line["attempts"]) == (200, "lab/chat", "gpu", 1)
    assert line["key_id"] == "config:test"
    assert (line["phase"], line["input_tokens"], line["output_tokens"]) == ("done", 2, 4)


# Names.

ALIAS = {"id": "Lab/Alias-8B", "upstreams": [{"name": "gpu", "model": "alias-q4.gguf"}]}


@pytest.mark.parametrize("path", ENDPOINTS)
def test_only_the_models_name_is_spliced(weir, engine, path):
    sub_type, make, _ = ENDPOINTS[path]
    server = weir(models=[{**ALIAS, "sub_types": [sub_type]}], upstreams=[{"name": "gpu", "url": engine.url}])
    content_type, body = make(sub_type)
    asked = body.replace(f"lab/{sub_type}".encode(), b"Lab/Alias-8B")

    assert post(server.public, path, asked, content_type=content_type).status == 200

    (made,) = engine.calls
    assert made.body == body.replace(f"lab/{sub_type}".encode(), b"alias-q4.gguf")


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_the_answers_name_is_the_one_that_was_asked_for(weir, engine, framing):
    server = weir(models=[{**ALIAS, "sub_types": ["chat"]}], upstreams=[{"name": "gpu", "url": engine.url}])
    answer = b'{"object":"x" , "inner":{"model":"alias-q4.gguf"},"model" : "alias-q4.gguf", "choices":[]}'
    for cut in range(1, len(answer), 7):
        engine.scripts["alias-q4.gguf"] = Script((answer[:cut], answer[cut:]), framing=framing)
        ending = call(server.public, "Lab/Alias-8B")
        assert ending.body == b"Lab/Alias-8B".join(answer.rsplit(b"alias-q4.gguf", 1))


def test_a_name_written_with_escapes_is_the_same_name(server, engine):
    body = rb'{"m\u006fdel":"lab\/ch\u0061t","messages":[]}'
    assert post(server.public, "/v1/chat/completions", body).status == 200
    assert engine.calls[0].body == body


def test_an_escaped_name_is_no_way_around_a_permission(weir, engine):
    key = "sk-narrow-0123456789abcdef0123456789abcdef"
    server = weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        keys=[{"name": "narrow", "key": key, "models": ["lab/embedding"]}],
    )
    for body in (
        rb'{"model":"lab/embedding","m\u006fdel":"lab/chat","input":"x"}',
        rb'{"model":"lab/embedding","model":"lab/chat","input":"x"}',
    ):
        ending = post(server.public, "/v1/embeddings", body, key=key)
        # Refused, or passed with one name only: the one that was checked.
        assert ending.status in (400, 404) or engine.calls[-1].json()["model"] == "lab/embedding"


# Refusals before a call reaches an upstream.


def is_parameter_error(ending, *, mentions=""):
    assert ending.status == 400, (ending.status, ending.body)
    told = ending.json()
    if "type" in told:  # Anthropic's
        assert told["error"]["type"] == "invalid_request_error"
        assert mentions in told["error"]["message"]
        return
    assert (list(told), told["code"], told["data"]) == (["error", "code", "message", "data"], 20015, "")
    assert told["error"]["message"] == told["message"]
    assert mentions in told["message"]


WRONG_PATHS = {
    ("/v1/chat/completions", "lab/embedding"): "/embeddings",
    ("/v1/embeddings", "lab/chat"): "/chat/completions",
    ("/v1/embeddings", "lab/reranker"): "/rerank",
    ("/v1/rerank", "lab/embedding"): "/embeddings",
    ("/v1/images/generations", "lab/text-to-speech"): "/audio/speech",
    ("/v1/audio/speech", "lab/text-to-image"): "/images/generations",
    ("/v1/chat/completions", "lab/speech-to-text"): "/audio/transcriptions",
    ("/v1/chat/completions", "lab/text-to-video"): "/video/submit",
    ("/v1/video/submit", "lab/chat"): "/chat/completions",
}


@pytest.mark.parametrize(("path", "model"), WRONG_PATHS)
def test_a_model_of_another_kind_is_told_its_path(server, engine, path, model):
    is_parameter_error(post(server.public, path, chat_body(model)), mentions=WRONG_PATHS[path, model])
    assert engine.calls == []


UNKNOWN = Told(20012, "The model `")


@pytest.mark.parametrize("model", ["no/such-model", "lab/hidden", "lab/chat "])
def test_an_unknown_or_hidden_model_does_not_exist(weir, engine, model):
    hidden = {"id": "lab/hidden", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}], "hidden": True}
    server = weir(models=[*MODELS, hidden], upstreams=[{"name": "gpu", "url": engine.url}])
    ending = call(server.public, model)
    assert (ending.status, ending.body) == (404, UNKNOWN)
    assert engine.calls == []


def test_a_model_the_key_may_not_call_is_as_good_as_unknown(weir, engine):
    narrow = "sk-narrow-0123456789abcdef0123456789abcdef"
    server = weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        keys=[{"name": "narrow", "key": narrow, "models": ["lab/emb*"]}],
    )
    ending = call(server.public, "lab/chat", key=narrow)
    assert (ending.status, ending.body) == (404, UNKNOWN)
    # Nor does the path it belongs to give it away.
    ending = post(server.public, "/v1/embeddings", chat_body("lab/chat"), key=narrow)
    assert (ending.status, ending.body) == (404, UNKNOWN)
    assert post(server.public, "/v1/embeddings", chat_body("lab/embedding", input="x"), key=narrow).status == 200


BAD_BODIES = {
    "no model": b'{"messages":[]}',
    "a model in a member": b'{"inner":{"model":"lab/chat"}}',
    "a number": b'{"model":7}',
    "null": b'{"model":null}',
    "an array": b'["model","lab/chat"]',
    "half": b'{"model":"lab/chat","messages":[',
    "no json": b"model=lab/chat",
    "bytes": b'{"model":"lab/\xff\xfe"}',
    "two values": b'{"model":"lab/chat"}{"model":"lab/chat"}',
    "nothing": b"",
    "deep": b'{"model":"lab/chat","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_body_is_a_parameter_error(server, engine, body):
    is_parameter_error(post(server.public, "/v1/chat/completions", body))
    assert engine.calls == []


def test_a_form_without_a_model_is_a_parameter_error(server, engine):
    for parts in ([("file", "a.wav", FILE)], [("model", "lab/speech-to-text.wav", FILE)]):
        content_type, body = multipart(*parts)
        is_parameter_error(post(server.public, "/v1/audio/transcriptions", body, content_type=content_type))
    is_parameter_error(post(server.public, "/v1/audio/transcriptions", body, content_type="multipart/form-data"))
    assert [made for made in engine.calls if made.whole.is_set()] == []


def test_a_body_that_says_it_is_too_large_is_refused_unread(server):
    for path, content_type in (("chat/completions", "application/json"),
                               ("audio/transcriptions", "multipart/form-data; boundary=b")):  # fmt: skip
        with Caller(server.public) as caller:
            caller.send(post_head(f"/v1/{path}", 1 << 40, content_type=content_type))
            assert caller.ending().status == 413


@pytest.mark.parametrize("path", [*ENDPOINTS, "/v1/video/submit", "/v1/video/status"])
def test_only_post_calls(server, path):
    reply = server.get(path)
    assert reply.status == 405
    assert "POST" in reply.header("allow")
    assert "GET" not in reply.header("allow")


def test_a_call_without_a_good_key_is_401(server, engine):
    for key in (None, "sk-unknown-0123456789abcdef0123456789abcdef"):
        ending = call(server.public, "lab/chat", key=key)
        assert (ending.status, json.loads(ending.body)["message"].partition(".")[0]) == (401, "Invalid token")
    assert engine.calls == []


def test_who_waits_to_be_told_to_go_on_is_told(server):
    body = chat_body("lab/chat")
    with Caller(server.public) as caller:
        caller.send(post_head("/v1/chat/completions", len(body), headers=[("Expect", "100-continue")]))
        assert caller.receive("HEAD").status == 100
        caller.send(body)
        assert caller.ending().status == 200


# Refusals by upstreams.


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_what_the_caller_did_wrong_is_told_in_the_upstreams_words(server, engine, status):
    body = b'{ "error": {"message":"max_tokens is too large", "type":"invalid_request_error"} }'
    engine.scripts["lab/chat"] = Script((body,), status=status)
    for stream in (False, True):
        ending = call(server.public, "lab/chat", stream=stream)
        assert (ending.status, ending.body) == (status, body)


@pytest.mark.parametrize("status", [401, 403, 500, 502, 503, 504])
def test_what_the_caller_cannot_mend_is_503(server, engine, status):
    engine.scripts["lab/chat"] = as_json({"error": {"message": UPSTREAM_KEY}}, status=status)
    ending = call(server.public, "lab/chat")
    assert (ending.status, ending.body) == (503, OVERLOADED)
    assert UPSTREAM_KEY not in str(ending)


def test_an_upstreams_429_is_429_and_cools_it_down(server, engine):
    engine.scripts["lab/chat"] = as_json({"error": "slow down"}, status=429, headers=(("Retry-After", "7"),))
    ending = call(server.public, "lab/chat")
    assert (ending.status, list(ending.json()), ending.json()["data"]) == (429, ["error", "code", "message", "data"], "")
    assert 1 <= int(ending.header("retry-after")) <= 7
    again = call(server.public, "lab/chat")
    assert again.status in (429, 503)
    assert 1 <= int(again.header("retry-after")) <= 7
    assert len(engine.calls) == 1


def test_a_redirect_is_not_followed(server, engine):
    with Engine() as elsewhere:
        to = (("Location", f"{elsewhere.url}/v1/chat/completions"),)
        engine.scripts["lab/chat"] = Script((), status=302, headers=to)
        assert call(server.public, "lab/chat").status == 503
        assert elsewhere.connections == 0


# Sizes.

LARGE = 20 << 20
STREAMED_GROWTH_KIB = 6 << 10
HELD_GROWTH_KIB = (LARGE >> 10) * 2


def peak_kib(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


@pytest.mark.parametrize(
    ("parts", "growth"),
    [
        ([("model", "lab/speech-to-text"), ("file", "a.wav", b"\0" * LARGE)], STREAMED_GROWTH_KIB),
        ([("file", "a.wav", b"\0" * LARGE), ("model", "lab/speech-to-text")], HELD_GROWTH_KIB),
    ],
    ids=["model first", "model last"],
)
def test_a_large_upload_takes_little_memory(server, engine, parts, growth):
    content_type, body = multipart(*parts)
    assert call(server.public, "lab/chat").status == 200
    before = peak_kib(server)
    ending = post(server.public, "/v1/audio/transcriptions", body, content_type=content_type)
    assert ending.json() == {"text": f"{len(body)} bytes heard"}
    assert engine.calls[-1].body == body
    # A sanitizer keeps freed memory.
    assert peak_kib(server) - before < growth * SLOWDOWN


def test_a_large_answer_takes_little_memory(server, engine):
    pieces = (bytes(1 << 20),) * 64
    engine.scripts["lab/text-to-speech"] = Script(pieces, content_type="audio/wav")
    assert call(server.public, "lab/chat").status == 200
    before = peak_kib(server)
    ending = post(server.public, "/v1/audio/speech", chat_body("lab/text-to-speech", input="x"))
    assert ending.body == b"".join(pieces)
    assert peak_kib(server) - before < STREAMED_GROWTH_KIB * SLOWDOWN


def test_an_upload_that_is_refused_early_hears_why(server, engine):
    """The upstream answers before it has read the body, and hangs up: its answer still arrives."""
    refusal = Script((b'{"error":"no such voice"}',), status=422, early=True, end="close")
    engine.scripts["/audio/transcriptions"] = refusal
    content_type, body = multipart(("model", "lab/speech-to-text"), ("file", "a.wav", bytes(4 << 20)))
    with Caller(server.public) as caller:
        caller.send(post_head("/v1/audio/transcriptions", len(body), content_type=content_type) + body[:4096])
        assert caller.ending().status == 422
    # The next call has a connection of its own.
    engine.scripts.clear()
    assert call(server.public, "lab/chat").status == 200


def test_a_connection_that_answered_an_upload_early_carries_no_other_call(server, engine):
    """The rest of the upload must not be read as the next request."""
    engine.scripts["/audio/transcriptions"] = Script((b'{"error":"too long"}',), status=413, early=True)
    content_type, body = multipart(("model", "lab/speech-to-text"), ("file", "a.wav", bytes(4 << 20)))
    with Caller(server.public) as caller:
        caller.send(post_head("/v1/audio/transcriptions", len(body), content_type=content_type) + body[:4096])
        assert caller.ending().status == 413
    answered = engine.calls[-1].connection
    engine.scripts.clear()
    for _ in range(4):
        assert call(server.public, "lab/chat").status == 200
    assert answered not in [made.connection for made in engine.calls[1:]]


def test_json_is_called_json_behind_us_too(server, engine):
    """Else a form could be read there that was not read here."""
    content_type = "application/x-www-form-urlencoded"
    ending = post(server.public, "/v1/chat/completions", chat_body("lab/chat"), content_type=content_type)
    assert ending.status == 200
    assert engine.calls[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["MODEL", "Model", "mod\\u0065l"])
def test_a_model_that_is_named_twice_is_refused(server, engine, name):
    body = b'{"model":"lab/chat","%s":"lab/hidden","messages":[]}' % name.encode()
    ending = post(server.public, "/v1/chat/completions", body)
    assert (ending.status, ending.json()["code"]) == (400, 20015)
    assert not engine.calls


def test_keys_and_words_are_in_no_log(server):
    said = "a-sentence-that-nobody-should-log"
    assert call(server.public, "lab/chat", said).status == 200
    assert call(server.public, "lab/none", said).status == 404
    metrics = server.admin_get("/metrics").body.decode()
    server.stop()
    for text in (server.access.text(), server.log.text(), metrics):
        for private in (said, KEY, UPSTREAM_KEY):
            assert private not in text


def test_browsers_may_call(server):
    asked = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"),
             ("Access-Control-Request-Headers", "authorization,content-type")]  # fmt: skip
    with Wire(server.public) as wire:
        wire.send(head("OPTIONS", "/v1/chat/completions", asked))
        reply = wire.receive("OPTIONS")
    assert reply.status in (200, 204)
    assert "POST" in reply.header("access-control-allow-methods")
    told = json.dumps(reply.headers).lower()
    assert "content-type" in told


@pytest.mark.parametrize(
    ("name", "value", "logged"),
    [
        ("x-request-id", "req_7", "req_7"),
        ("Request-Id", "req_8", "req_8"),
        ("x-request-id", 'a"b', None),
        ("x-request-id", "x" * 129, None),
    ],
)
def test_the_upstreams_own_id_is_in_the_line(weir, name, value, logged):
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = as_json({"choices": []}, headers=((name, value),))
        models = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
        server = weir(models=models, upstreams=[{"name": "gpu", "url": engine.url}])
        header = trace()
        assert call(server.public, "lab/chat", headers=[header]).status == 200
        line = eventually(lambda: access_line(server, header))
        assert line.get("upstream_request_id") == logged
