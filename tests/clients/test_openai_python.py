"""The official Python SDK lists, filters and retrieves."""

import openai
import pytest

from support.process import KEY, Weir

MODELS = [
    {"id": "Qwen/Qwen3-8B", "sub_types": ["chat"], "owned_by": "Qwen", "created": 1700000000},
    {"id": "BAAI/bge-m3", "sub_types": ["embedding"]},
    {"id": "acme/painter", "sub_types": ["text-to-image"]},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Weir(tmp_path_factory.mktemp("openai-python"), models=MODELS)
    yield server
    server.stop()


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=f"http://127.0.0.1:{server.public}/v1", api_key=KEY, max_retries=0) as client:
        yield client


def test_list_without_a_filter(client):
    models = list(client.models.list())

    assert [model.id for model in models] == [model["id"] for model in MODELS]
    assert (models[0].object, models[0].created, models[0].owned_by) == ("model", 1700000000, "Qwen")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"sub_type": "embedding"}, ["BAAI/bge-m3"]),
        ({"type": "image"}, ["acme/painter"]),
        ({"type": "text", "sub_type": "chat"}, ["Qwen/Qwen3-8B"]),
        ({"type": "video"}, []),
    ],
)
def test_list_with_a_filter(client, query, ids):
    assert [model.id for model in client.models.list(extra_query=query)] == ids


def test_retrieve_by_an_id_with_a_slash(client):
    assert client.models.retrieve("Qwen/Qwen3-8B").id == "Qwen/Qwen3-8B"


def test_an_unknown_model_is_the_sdks_not_found(client):
    with pytest.raises(openai.NotFoundError) as error:
        client.models.retrieve("no/such-model")
    assert error.value.code == "model_not_found"
    assert "The model `no/such-model` does not exist" in error.value.message


def test_a_bad_filter_is_the_sdks_bad_request(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.models.list(extra_query={"sub_type": "nonsense"})
    assert "sub_type" in error.value.message


def test_a_wrong_key_is_the_sdks_authentication_error(server):
    with openai.OpenAI(base_url=f"http://127.0.0.1:{server.public}/v1", api_key="sk-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            client.models.list()


def test_full_view_reaches_the_caller_as_extra_fields(client):
    model = client.models.retrieve("BAAI/bge-m3", extra_query={"view": "full"})
    assert model.model_extra["sub_types"] == ["embedding"]
