"""The list in the shape of the client's own API: Anthropic's by its version field, Codex's by its parameter."""

import json

import pytest

from support.caller import call
from support.engine import Engine
from support.eventually import eventually

VERSION = ("anthropic-version", "2023-06-01")
IDS = ["lab/chat", "claude-lab", "lab/two", "lab/three"]


@pytest.fixture
def engine():
    with Engine("lab/chat", "lab/two", "lab/three") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    models = [
        {"id": "lab/chat", "sub_types": ["chat"], "aliases": ["claude-lab"], "max_model_len": 4096},
        {"id": "lab/two", "sub_types": ["chat"]},
        {"id": "lab/three", "sub_types": ["chat"], "created": 1748000000},
    ]
    return weir(models=models, upstreams=[{"name": "gpu", "url": engine.url}])


def ask(server, target, *fields):
    return server.get(target, fields)


def test_a_client_of_anthropics_api_gets_its_pages(server):
    whole = json.loads(ask(server, "/v1/models?limit=1000", VERSION).body)
    assert [row["id"] for row in whole["data"]] == IDS
    assert (whole["has_more"], whole["first_id"], whole["last_id"]) == (False, IDS[0], IDS[-1])
    assert whole["data"][0] == {
        "type": "model", "id": "lab/chat", "display_name": "lab/chat", "lifecycle": "active",
        "created_at": "1970-01-01T00:00:00Z", "max_input_tokens": 4096,
    }  # fmt: skip
    assert whole["data"][3]["created_at"] == "2025-05-23T11:33:20Z"

    page = json.loads(ask(server, "/v1/models?limit=2&after_id=lab%2Fchat", VERSION).body)
    assert ([row["id"] for row in page["data"]], page["has_more"]) == (IDS[1:3], True)
    page = json.loads(ask(server, "/v1/models?limit=2&before_id=lab/three", VERSION).body)
    assert ([row["id"] for row in page["data"]], page["has_more"]) == (IDS[1:3], True)

    one = json.loads(ask(server, "/v1/models/claude-lab", VERSION).body)
    assert (one["type"], one["id"]) == ("model", "claude-lab")


def test_its_errors_and_its_tag(server):
    for query in ("limit=0", "limit=1001", "after_id=none", "after_id=lab/chat&before_id=lab/two"):
        refused = ask(server, f"/v1/models?{query}", VERSION)
        assert refused.status == 400
        assert json.loads(refused.body)["error"]["type"] == "invalid_request_error"
    tag = ask(server, "/v1/models", VERSION).header("etag")
    assert ask(server, "/v1/models", VERSION, ("If-None-Match", tag)).status == 304
    assert ask(server, "/v1/models", ("If-None-Match", tag)).status == 200


def test_codex_finds_the_member_that_it_needs(server):
    for target in ("/v1/models?client_version=0.171.0", "/v1/models?type=text&client_version=0.171.0"):
        told = json.loads(ask(server, target).body)
        assert told["models"] == []
        assert [row["id"] for row in told["data"]] == IDS


def test_any_other_client_gets_the_contracts_bytes(server):
    eventually(lambda: b'"owned_by":""' not in ask(server, "/v1/models").body, what="the upstream's list")
    plain = ask(server, "/v1/models?limit=1")
    assert list(json.loads(plain.body)) == ["object", "data"]
    assert plain.body == ask(server, "/v1/models", ("x-stainless-lang", "js")).body


def test_the_contract_alone_has_one_shape(weir, engine):
    server = weir(upstreams=[{"name": "gpu", "url": engine.url}], server={"errors": "contract"})
    eventually(lambda: len(server.ids()) == 3, what="the list")
    assert ask(server, "/v1/models", VERSION).body == ask(server, "/v1/models?client_version=1").body


def test_an_alias_is_called_like_its_model(server, engine):
    eventually(lambda: call(server.public, "claude-lab").status == 200, what="a call by the alias")
    assert engine.calls[-1].model == "lab/chat"
