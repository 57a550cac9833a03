"""The public Ollama client for Python calls models that no Ollama serves."""

import json

import ollama
import pytest

from support.demo import demo
from support.engine import Engine, as_json
from support.process import KEY

HELLO = [{"role": "user", "content": "Where does the river go?"}]


def client_at(port, key=KEY):
    headers = {"Authorization": f"Bearer {key}"} if key else None
    return ollama.Client(host=f"http://127.0.0.1:{port}", headers=headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    ollama_settings = {"listen": "127.0.0.1:0", "key": KEY}
    with demo(tmp_path_factory.mktemp("ollama"), ollama=ollama_settings) as server:
        yield server


@pytest.fixture
def client(server):
    return client_at(server.public)


def test_the_list_and_each_model_of_it(client):
    names = [model.model for model in client.list().models]
    assert "demo/chat:latest" in names and "demo/embedding:latest" in names
    assert not [name for name in names if "image" in name]
    assert {model.model for model in client.ps().models} == set(names)
    for name in names:
        shown = client.show(name)
        assert shown.capabilities in (["completion"], ["embedding"])
        assert shown.modelinfo["general.basename"] == name.removesuffix(":latest")


@pytest.mark.parametrize("model", ["demo/chat", "demo/chat:latest"])
def test_a_chat(client, model):
    answer = client.chat(model, HELLO, options={"num_predict": 20, "num_ctx": 4096}, keep_alive="5m")
    assert answer.message.content
    assert answer.done and answer.done_reason in ("stop", "length")
    assert answer.prompt_eval_count > 0 and 0 < answer.eval_count <= 20
    assert answer.created_at and answer.total_duration > 0


def test_a_stream(client):
    parts = list(client.chat("demo/chat", HELLO, stream=True, options={"num_predict": 20}))
    assert len(parts) > 2
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert "".join(part.message.content for part in parts)
    assert parts[-1].eval_count > 0


def test_a_prompt_whole_and_streamed(client):
    whole = client.generate("demo/chat", "Where does the river go?", options={"num_predict": 5})
    assert whole.response and whole.eval_count == 5
    parts = list(client.generate("demo/chat", "Where does the river go?", stream=True, options={"num_predict": 5}))
    assert "".join(part.response for part in parts) == whole.response


def test_embeddings_by_both_paths(client):
    found = client.embed("demo/embedding", ["a river", "a boat"])
    assert len(found.embeddings) == 2 and found.embeddings[0] != found.embeddings[1]
    assert list(client.embeddings("demo/embedding", "a river").embedding) == list(found.embeddings[0])


def test_a_tool_is_called_and_its_result_taken(weir):
    def population(city: str) -> int:
        """Counts the people of a city.

        Args:
            city: its name
        """

    with Engine("theirs") as engine:
        call = {"id": "call_9", "type": "function",
                "function": {"name": "population", "arguments": json.dumps({"city": "Bern"})}}  # fmt: skip
        engine.scripts["theirs"] = whole({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")
        server = weir(
            models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]}],
            upstreams=[{"name": "gpu", "url": engine.url}],
        )
        client = client_at(server.public)
        answer = client.chat("lab/chat", HELLO, tools=[population])
        (made,) = answer.message.tool_calls
        assert (made.function.name, made.function.arguments) == ("population", {"city": "Bern"})
        assert engine.calls[0].json()["tools"][0]["function"]["parameters"]["required"] == ["city"]

        engine.scripts["theirs"] = whole({"role": "assistant", "content": "many"}, "stop")
        result = {"role": "tool", "tool_name": "population", "content": "134000"}
        assert client.chat("lab/chat", [*HELLO, answer.message, result]).message.content == "many"
        sent = engine.calls[1].json()["messages"]
        assert sent[2]["tool_call_id"] == sent[1]["tool_calls"][0]["id"]


def whole(message, finish):
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    return as_json({"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "choices": choices, "usage": usage})


@pytest.mark.parametrize(
    ("key", "model", "status", "text"),
    [
        ("sk-wrong-key-0000000", "demo/chat", 401, "Invalid token"),
        (KEY, "no/such-model", 404, "no/such-model"),
        (KEY, "demo/embedding", 400, "/v1/embeddings"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_show_weirs_message(server, key, model, status, text, stream):
    with pytest.raises(ollama.ResponseError) as error:
        list(client_at(server.public, key).chat(model, HELLO, stream=stream))
    assert error.value.status_code == status
    assert text in error.value.error


def test_models_are_not_managed(client):
    for manage in (client.pull, client.delete, client.push):
        with pytest.raises(ollama.ResponseError) as error:
            manage("demo/chat")
        assert error.value.status_code == 404 and "operator" in error.value.error


def test_without_a_key_at_the_listener_that_has_one(server):
    client = client_at(server.ollama, key=None)
    assert client.chat("demo/chat", HELLO, options={"num_predict": 3}).message.content
    assert client.list().models
    with pytest.raises(ollama.ResponseError) as error:
        client_at(server.public, key=None).list()
    assert error.value.status_code == 401
