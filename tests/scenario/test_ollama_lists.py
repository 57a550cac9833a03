"""The catalogue as Ollama's clients read it: their list, one model, and what is not there."""

import json

import pytest

from support.caller import post
from support.engine import Engine
from support.process import KEY

OTHER = "sk-other-0123456789abcdef"
MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"], "context_length": 8192, "upstreams": [{"name": "gpu", "model": "theirs"}]},
    {"id": "lab/vectors", "sub_types": ["embedding"], "upstreams": [{"name": "gpu", "model": "numbers"}]},
    {"id": "lab/painter", "sub_types": ["text-to-image"], "upstreams": [{"name": "gpu", "model": "paint"}]},
]
KEYS = [{"name": "app", "key": KEY}, {"name": "other", "key": OTHER, "models": ["lab/vectors"]}]


@pytest.fixture
def server(weir):
    with Engine("theirs", "numbers", "paint") as engine:
        yield weir(models=MODELS, keys=KEYS, upstreams=[{"name": "gpu", "url": engine.url}])


def names(reply):
    assert reply.status == 200, reply
    return [model["model"] for model in json.loads(reply.body)["models"]]


def show(server, body, **options):
    return post(server.public, "/api/show", json.dumps(body).encode(), **options)


@pytest.mark.parametrize("path", ["/api/tags", "/api/ps"])
def test_a_key_sees_its_own_models_that_ollamas_api_can_call(server, path):
    assert names(server.get(path)) == ["lab/chat:latest", "lab/vectors:latest"]
    assert names(server.get(path, key=OTHER)) == ["lab/vectors:latest"]


def test_a_list_that_has_not_changed_is_not_sent_again(server):
    tag = server.get("/api/tags").header("etag")
    again = server.get("/api/tags", headers=[("If-None-Match", tag)])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("body", [{"model": "lab/chat"}, {"model": "lab/chat:latest"}, {"name": "lab/chat"}])
def test_a_model_is_shown_with_what_clients_decide_by(server, body):
    shown = json.loads(show(server, {**body, "verbose": True}).body)
    assert "completion" in shown["capabilities"]
    architecture = shown["model_info"]["general.architecture"]
    assert shown["model_info"][f"{architecture}.context_length"] == 8192


def test_what_cannot_be_shown_is_an_error_in_ollamas_shape(server):
    for ending, status in (
        (show(server, {"model": "lab/none"}), 404),
        (show(server, {"model": "lab/chat"}, key=OTHER), 404),
        (show(server, {}), 400),
        (post(server.public, "/api/show", b"{"), 400),
        (post(server.public, "/api/show", b'{"model":"' + b"a" * 70_000 + b'"}'), 413),
        (show(server, {"model": "lab/chat"}, key="sk-wrong"), 401),
    ):
        assert ending.status == status, ending
        assert list(json.loads(ending.body)) == ["error"]
    assert server.get("/api/show").status == 405


def test_the_version_is_one_that_clients_want(server):
    version = json.loads(server.get("/api/version").body)["version"]
    assert tuple(int(part) for part in version.split(".")) >= (0, 6, 4)


@pytest.mark.parametrize("path", ["/api/pull", "/api/push", "/api/create", "/api/copy", "/api/blobs/sha256:00"])
def test_models_are_managed_elsewhere(server, path):
    ending = post(server.public, path, b'{"model":"a"}')
    assert ending.status == 404
    assert "operator" in json.loads(ending.body)["error"]


def test_the_public_listener_does_not_claim_to_be_an_ollama(server):
    assert b"Ollama" not in server.get("/").body
