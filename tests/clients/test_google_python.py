"""Google's own library calls models whose upstream speaks chat completions only.

Its packages want an environment of their own: WEIR_GOOGLE_PYTHON is the Python that has
clients/google/requirements.txt."""

import json
import os
import pathlib
import subprocess

import pytest

from support.engine import DONE, Engine, as_json, as_stream, event
from support.eventually import DEADLINE_S
from support.process import KEY, Weir

CHATS = ["lab/plain", "lab/calls", "lab/refuses", "lab/cut"]
MODELS = [{"id": name, "sub_types": ["chat"], "max_model_len": 4096, "upstreams": [{"name": "gpu"}]} for name in CHATS]
MODELS.append({"id": "lab/vectors", "sub_types": ["embedding"], "upstreams": [{"name": "gpu"}]})
USAGE = {"prompt_tokens": 70, "completion_tokens": 9, "total_tokens": 79}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}


def whole(message, finish="stop"):
    choices = [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}]
    return as_json({"id": "chatcmpl-1", "object": "chat.completion", "choices": choices, "usage": USAGE})


def chunk(delta, finish=None):
    return event({"id": "chatcmpl-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def streamed(*deltas, finish="stop"):
    end = event({"id": "chatcmpl-1", "choices": [], "usage": USAGE})
    return as_stream(*map(chunk, deltas), chunk({}, finish), end, DONE)


def says(sent, text):
    if sent.json().get("stream"):
        return streamed({"role": "assistant", "content": ""}, *({"content": word} for word in text.split(" ")))
    return whole({"content": text})


def calls_first(sent):
    results = [message["content"] for message in sent.json()["messages"] if message["role"] == "tool"]
    if results:
        return says(sent, "".join(results))
    if not sent.json().get("stream"):
        return whole({"content": None, "tool_calls": [CALL]}, "tool_calls")
    half = {**CALL, "index": 0, "function": {"name": "weather", "arguments": '{"city"'}}
    rest = {"index": 0, "function": {"arguments": ': "Rome"}'}}
    return streamed({"tool_calls": [half]}, {"tool_calls": [rest]}, finish="tool_calls")


@pytest.fixture(scope="module")
def engine():
    with Engine(*CHATS, "lab/vectors") as engine:
        engine.scripts["lab/plain"] = lambda sent: says(sent, "It is warm.")
        engine.scripts["lab/calls"] = calls_first
        engine.scripts["lab/refuses"] = as_json({"error": {"message": "Too long.", "code": "x"}}, status=400)
        engine.scripts["lab/cut"] = as_stream(chunk({"content": "It"}), end="cut")
        vectors = {"object": "list", "data": [{"index": 0, "embedding": [0.5, -1.0]}], "usage": USAGE}
        engine.scripts["lab/vectors"] = as_json(vectors)
        yield engine


@pytest.fixture(scope="module")
def answers(tmp_path_factory, engine):
    python = os.environ.get("WEIR_GOOGLE_PYTHON")
    if not python:
        pytest.fail("WEIR_GOOGLE_PYTHON is not set: run this suite through scripts/test")
    script = pathlib.Path(__file__).parent / "google" / "ask.py"
    upstream = {"name": "gpu", "url": engine.url}
    server = Weir(tmp_path_factory.mktemp("google"), models=MODELS, upstreams=[upstream])
    done = subprocess.run(
        [python, "-B", script, f"http://127.0.0.1:{server.public}", KEY],
        capture_output=True,
        text=True,
        timeout=3 * DEADLINE_S,
    )
    server.stop()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_list(answers):
    methods = ["generateContent", "streamGenerateContent", "countTokens"]
    vectors = ["models/lab/vectors", ["countTokens", "embedContent", "batchEmbedContents"]]
    assert answers["list"] == [*([f"models/{name}", methods] for name in CHATS), vectors]
    assert answers["one"] == 4096


def test_an_answer(answers, engine):
    assert (answers["text"], answers["finish"], answers["model"]) == ("It is warm.", "STOP", "lab/plain")
    assert answers["usage"] == [70, 9, 79]
    assert (answers["version 1"], answers["tokens"] > 0) == ("It is warm.", True)
    sent = engine.calls_for("lab/plain")[0].json()
    assert (sent["messages"][0], sent["stop"]) == ({"role": "system", "content": "Be brief."}, ["x"])
    assert "top_k" not in sent
    assert sent["messages"][1]["content"][1]["image_url"]["url"] == "data:image/png;base64,+vv8/f7/"


def test_a_stream_and_the_history_that_it_leaves(answers):
    assert answers["pieces"][:3] == ["It", "is", "warm."]
    assert answers["history"][0] == ["user", "How warm is it in Rome?"]
    assert [role for role, _ in answers["history"]].count("user") == 2


def test_functions(answers, engine):
    assert answers["calls"] == ["weather"]
    assert "Rome" in answers["called"]
    assert "Rome" in answers["streamed calls"]
    results = [call.json()["messages"][-1] for call in engine.calls_for("lab/calls")]
    assert [(one["tool_call_id"]) for one in results if one["role"] == "tool"] == ["call_1", "call_1"]


@pytest.mark.parametrize(
    ("case", "code", "status"),
    [
        ("wrong key", 401, "UNAUTHENTICATED"),
        ("wrong key, list", 401, "UNAUTHENTICATED"),
        ("unknown model", 404, "NOT_FOUND"),
        ("refused", 400, "INVALID_ARGUMENT"),
        ("refused stream", 400, "INVALID_ARGUMENT"),
    ],
)
def test_errors_are_the_librarys_own(answers, case, code, status):
    assert answers[case][:2] == [code, status]
    assert answers[case][2]


def test_embeddings(answers):
    assert answers["vectors"] == [[0.5, -1.0]]


def test_a_stream_that_is_cut_off_raises(answers):
    assert answers["cut"][0] >= 500
    assert answers["cut"][2] == "The answer was interrupted."
