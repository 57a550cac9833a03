"""The LangChain package for SiliconFlow calls through Weir.

It wants an older OpenAI SDK than the one tested beside it, so it runs in an environment of its own:
WEIR_LANGCHAIN_PYTHON is the Python that has clients/langchain/requirements.txt."""

import json
import os
import pathlib
import subprocess

import pytest

from support.demo import base_url, demo
from support.eventually import DEADLINE_S
from support.process import KEY


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    python = os.environ.get("WEIR_LANGCHAIN_PYTHON")
    if not python:
        pytest.fail("WEIR_LANGCHAIN_PYTHON is not set: run this suite through scripts/test")
    script = pathlib.Path(__file__).parent / "langchain" / "ask.py"
    with demo(tmp_path_factory.mktemp("langchain")) as server:
        done = subprocess.run(
            [python, "-B", script, base_url(server), KEY], capture_output=True, text=True, timeout=3 * DEADLINE_S
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_chat(answers):
    assert answers["chat"]
    assert answers["tokens"] > 0


def test_a_stream(answers):
    assert "".join(answers["stream"]) == answers["chat"]
    assert len(answers["stream"]) > 5


def test_embeddings(answers):
    assert len(answers["documents"]) == 2
    assert set(answers["documents"]) == {answers["query"]}


def test_an_unknown_model_is_the_sdks_not_found(answers):
    assert answers["unknown model"] == "model_not_found"
