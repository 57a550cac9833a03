"""The official Node SDK lists, filters and retrieves. WEIR_NODE_MODULES is where npm put it."""

import pytest

from support.node import place_script, run_script
from support.process import KEY, Weir

MODELS = [
    {"id": "Qwen/Qwen3-8B", "sub_types": ["chat"], "owned_by": "Qwen"},
    {"id": "BAAI/bge-m3", "sub_types": ["embedding"]},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Weir(tmp_path_factory.mktemp("openai-node"), models=MODELS)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    return place_script(tmp_path_factory, "list.mjs")


@pytest.fixture
def ask(server, script):
    return lambda key=KEY, **question: run_script(script, f"http://127.0.0.1:{server.public}/v1", key, question)


def test_list_without_a_filter(ask):
    assert [model["id"] for model in ask(list={})["ok"]] == ["Qwen/Qwen3-8B", "BAAI/bge-m3"]


def test_list_with_a_filter(ask):
    assert [model["id"] for model in ask(list={"sub_type": "embedding"})["ok"]] == ["BAAI/bge-m3"]
    assert ask(list={"type": "video"})["ok"] == []


def test_retrieve_by_an_id_with_a_slash(ask):
    assert ask(retrieve="Qwen/Qwen3-8B")["ok"]["id"] == "Qwen/Qwen3-8B"


@pytest.mark.parametrize(
    ("question", "status", "error", "message"),
    [
        ({"retrieve": "no/such-model"}, 404, "NotFoundError", "The model `no/such-model` does not exist"),
        ({"list": {"type": "nonsense"}}, 400, "BadRequestError", "type"),
        ({"list": {}, "key": "sk-wrong"}, 401, "AuthenticationError", "Invalid token."),
    ],
)
def test_errors_are_the_sdks_own(ask, question, status, error, message):
    shown = ask(**question)
    assert (shown["status"], shown["error"]) == (status, error)
    assert shown["message"].startswith(f"{status} ")
    assert message in shown["message"]
