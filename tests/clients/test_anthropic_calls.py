"""The official Anthropic SDK calls a model through /v1/messages, with its own kind of key header."""

import anthropic
import pytest

from support.demo import demo
from support.process import KEY

HELLO = [{"role": "user", "content": "Where does the river go?"}]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("anthropic")) as server:
        yield server


def client_of(server, key=KEY):
    # This SDK adds /v1 itself.
    return anthropic.Anthropic(base_url=f"http://127.0.0.1:{server.public}", api_key=key, max_retries=0)


@pytest.fixture
def client(server):
    with client_of(server) as client:
        yield client


def test_the_models_page_by_page(client):
    ids = [model.id for model in client.models.list(limit=2)]
    assert "demo/chat" in ids and len(ids) > 2
    assert len(set(ids)) == len(ids)
    assert client.models.retrieve("demo/chat").display_name == "demo/chat"


def test_a_message(client):
    answer = client.messages.create(model="demo/chat", max_tokens=20, messages=HELLO)
    assert (answer.type, answer.role, answer.model) == ("message", "assistant", "demo/chat")
    assert answer.content[0].text
    assert answer.usage.input_tokens > 0
    assert 0 < answer.usage.output_tokens <= 20


def test_a_stream(client):
    with client.messages.stream(model="demo/chat", max_tokens=20, messages=HELLO) as stream:
        text = "".join(stream.text_stream)
        answer = stream.get_final_message()
    assert answer.content[0].text == text
    assert answer.model == "demo/chat"
    assert answer.usage.output_tokens > 0


def test_a_bearer_token_is_good_too(server):
    with anthropic.Anthropic(
        base_url=f"http://127.0.0.1:{server.public}", auth_token=KEY, api_key=None, max_retries=0
    ) as client:
        assert client.messages.create(model="demo/chat", max_tokens=3, messages=HELLO).content


@pytest.mark.parametrize(
    ("key", "model", "expected", "message"),
    [
        ("sk-wrong", "demo/chat", anthropic.AuthenticationError, "Invalid token. "),
        (KEY, "no/such-model", anthropic.NotFoundError, "The model `no/such-model` does not exist"),
        (KEY, "demo/embedding", anthropic.BadRequestError, "/v1/embeddings"),
    ],
)
def test_errors_are_the_sdks_own(server, key, model, expected, message):
    with client_of(server, key) as client, pytest.raises(expected) as error:
        client.messages.create(model=model, max_tokens=3, messages=HELLO)
    assert message in error.value.body["error"]["message"]


def test_a_stream_that_is_cut_raises_the_sdks_error(client):
    fault = {"simulator": {"cut_after_events": 5}}
    stream = client.messages.create(
        model="demo/chat", max_tokens=50, messages=HELLO, stream=True, extra_body=fault
    )
    with pytest.raises(anthropic.APIStatusError) as error:
        list(stream)
    assert error.value.body["error"]["type"] == "overloaded_error"


def test_tokens_are_counted(client):
    assert client.messages.count_tokens(model="demo/chat", messages=HELLO, system="Be brief.").input_tokens > 5
    with pytest.raises(anthropic.NotFoundError):
        client.messages.count_tokens(model="no/such-model", messages=HELLO)
