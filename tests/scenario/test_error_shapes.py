"""An error comes in the shape of the client's own API, so that the client shows its message."""

import json

import pytest

from support.caller import chat_body, post
from support.engine import Engine
from support.process import KEY

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
WRONG = "sk-unknown-0123456789abcdef0123456789abcdef"


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])


def openai(body):
    told = json.loads(body)
    assert list(told) == ["error", "code", "message", "data"]
    assert list(told["error"]) == ["message", "type", "param", "code"]
    assert told["message"] == told["error"]["message"]
    return told["message"]


def anthropic(body):
    told = json.loads(body)
    assert (list(told), told["type"]) == (["type", "error"], "error")
    return told["error"]["message"]


def google(body):
    told = json.loads(body)
    assert (list(told), list(told["error"])) == (["error"], ["code", "message", "status"])
    return told["error"]["message"]


@pytest.mark.parametrize(
    ("path", "message_in"),
    [("/v1/chat/completions", openai), ("/v1/responses", openai), ("/v1/rerank", openai),
     ("/v1/embeddings", openai), ("/v1/messages", anthropic), ("/v1/unknown", openai)],
)  # fmt: skip
def test_every_path_of_calls_answers_errors_in_its_own_shape(server, path, message_in):
    body = chat_body("lab/none")
    wrong = post(server.public, path, body, key=WRONG)
    if path == "/v1/unknown":
        assert message_in(wrong.body).startswith("The path /v1/unknown does not exist. ")
        return
    assert (wrong.status, message_in(wrong.body)[:14]) == (401, "Invalid token.")
    assert wrong.header("x-should-retry") == "false"
    unknown = post(server.public, path, body)
    assert (unknown.status, unknown.header("x-should-retry")) == (404, "false")
    assert message_in(unknown.body).startswith("The model `lab/none` does not exist ")
    assert post(server.public, path, b"{").status == 400
    assert "not complete JSON" in message_in(post(server.public, path, b"{").body)


@pytest.mark.parametrize(
    ("field", "message_in"),
    [(("X-Stainless-Lang", "python"), openai), (("x-goog-api-key", WRONG), google),
     (("anthropic-version", "2023-06-01"), anthropic)],
)  # fmt: skip
def test_a_list_answers_in_the_shape_of_a_client_that_shows_its_api(server, field, message_in):
    headers = [field, ("Authorization", f"Bearer {WRONG}")]
    assert message_in(server.get("/v1/models", key=None, headers=headers).body).startswith("Invalid token.")
    if field[0] == "x-goog-api-key":
        return
    headers[1] = ("Authorization", f"Bearer {KEY}")
    assert "type" in message_in(server.get("/v1/models?type=none", key=None, headers=headers).body)


def test_without_a_shown_api_a_list_answers_as_the_contract_says(server):
    assert server.get("/v1/models", key=WRONG).body == b'"Invalid token"'


def test_a_limit_says_how_long_to_wait(weir, engine):
    limited = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}],
                   keys=[{"name": "one", "key": KEY, "requests_per_minute": 1}])  # fmt: skip
    assert post(limited.public, "/v1/chat/completions", chat_body("lab/chat")).status == 200
    refused = post(limited.public, "/v1/chat/completions", chat_body("lab/chat"))
    assert refused.status == 429
    wait = refused.header("retry-after")
    assert f"RPM limit reached. Retry after {wait} second" in openai(refused.body)
    assert refused.header("x-should-retry") is None


def test_a_setting_gives_every_client_the_contracts_errors(weir, engine):
    strict = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}], server={"errors": "contract"})
    for path in ("/v1/chat/completions", "/v1/messages"):
        assert post(strict.public, path, chat_body("lab/chat"), key=WRONG).body == b'"Invalid token"'
