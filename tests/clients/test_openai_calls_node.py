"""The official Node SDK calls models through Weir. WEIR_NODE_MODULES is where npm put it."""

import pytest

from support.caller import usage_rows
from support.demo import base_url, demo
from support.eventually import eventually
from support.node import place_script, run_script
from support.process import KEY

CHAT = {"model": "demo/chat", "messages": [{"role": "user", "content": "Where does the river go?"}], "max_tokens": 15}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("openai-calls-node")) as server:
        yield server


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    return place_script(tmp_path_factory, "call.mjs")


@pytest.fixture
def ask(server, script):
    return lambda call, **body: run_script(script, base_url(server), KEY, {"call": call, "body": body})


def test_a_stream_is_the_chat_in_pieces(ask):
    whole = ask("chat", **CHAT)["ok"]["choices"][0]["message"]["content"]
    chunks = ask("stream", **CHAT)["ok"]
    assert whole
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == whole


def test_a_stream_that_is_left_is_over(ask, server):
    assert ask("leave", **CHAT, simulator={"stall_after_events": 2})["ok"]["choices"]
    eventually(lambda: server.access.where(reason="client_left"))
    eventually(lambda: [row for row in usage_rows(server) if row["model"] == "demo/chat"])


def test_embeddings(ask):
    rows = ask("embeddings", model="demo/embedding", input=["a", "b"])["ok"]["data"]
    assert [row["index"] for row in rows] == [0, 1]
    assert len(rows[0]["embedding"]) == len(rows[1]["embedding"]) > 1


def test_an_image(ask):
    image = ask("image", model="demo/text-to-image", prompt="a weir at dusk")["ok"]["data"][0]
    assert image.get("url") or image.get("b64_json")


def test_sound_both_ways(ask):
    spoken = ask("speech", model="demo/text-to-speech", voice="alloy", input="Hello, river.", response_format="wav")
    assert spoken["ok"]["start"] == "RIFF"
    assert ask("transcription", model="demo/speech-to-text")["ok"]["text"]


@pytest.mark.parametrize(
    ("body", "status", "error", "message"),
    [
        ({**CHAT, "model": "no/such-model"}, 404, "NotFoundError", "The model `no/such-model` does not exist"),
        ({**CHAT, "model": "demo/embedding"}, 400, "BadRequestError", "/v1/embeddings"),
        ({**CHAT, "simulator": {"status": 500}}, 503, "InternalServerError", "answered with an error"),
    ],
)
def test_errors_are_the_sdks_own(ask, body, status, error, message):
    shown = ask("chat", **body)
    assert (shown["status"], shown["error"]) == (status, error)
    assert message in shown["message"]
