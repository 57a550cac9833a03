"""The official Node SDK holds realtime sessions, through Weir, with the built-in engine. WEIR_NODE_MODULES is where
npm put it."""

import pytest

from support.certificates import Certificates
from support.demo import demo
from support.node import place_script, run_script
from support.process import KEY

QUESTIONS = ["Where does the river go?", "And then?"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


# The SDK accepts no address without TLS.
@pytest.fixture(scope="module")
def server(tmp_path_factory, certificates):
    folder = tmp_path_factory.mktemp("openai-realtime-node")
    with demo(folder, tls=certificates.client(), server={"tls": certificates.settings()}) as server:
        yield server


@pytest.fixture(scope="module")
def ask(server, certificates, tmp_path_factory):
    script = place_script(tmp_path_factory, "realtime.mjs")
    url = f"https://localhost:{server.public}/v1"

    def ask(key, model):
        question = {"model": model, "questions": QUESTIONS}
        return run_script(script, url, key, question, NODE_EXTRA_CA_CERTS=str(certificates.ca))

    return ask


def test_questions_are_answered(ask):
    told = ask(KEY, "demo/chat")
    assert "error" not in told, told
    for question, answer in zip(QUESTIONS, told["answers"], strict=True):
        assert question in answer["said"]
        usage = answer["usage"]
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


@pytest.mark.parametrize(("model", "key", "status"), [("demo/none", KEY, "404"), ("demo/chat", "sk-wrong", "401")])
def test_a_handshake_that_is_refused_is_an_error(ask, model, key, status):
    told = ask(key, model)
    assert status in told["error"]
