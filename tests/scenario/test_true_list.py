"""Every listed model can be called, every callable model is listed, and under all of its names.

One scenario for each kind of fault that real servers showed in the list.
"""

import json

import pytest

from support.caller import chat_body, multipart, post
from support.eventually import eventually
from support.process import KEY
from support.upstream import Upstream, as_json, openai_list

QUICK = {"refresh_interval": "1s", "timeout": "5s", "backoff_max": "1s", "grace": "10m"}
CHAT = "/v1/chat/completions"
ANSWER = as_json({"id": "x", "model": "m", "choices": []})


def row(upstream, kind="openai", name="gpu", **more):
    return {"name": name, "kind": kind, "url": upstream.url, **more}


def status_of(server, model):
    return server.get(f"/v1/models/{model}?view=full&include_unavailable=1").json().get("status")


def models_sent(upstream, path):
    return [json.loads(ask[3])["model"] for ask in upstream.asked_for(path)]


def test_callable_but_hidden_a_declared_model_that_the_upstream_does_not_list(weir):
    tags = {"models": [{"name": "qwen3:8b", "capabilities": ["completion"], "details": {"context_length": 4096}}]}
    with Upstream({"/api/tags": as_json(tags), CHAT: ANSWER}) as ollama:
        cloud = {"id": "gpt-oss:120b-cloud", "upstreams": [{"name": "gpu"}]}
        server = weir(models=[cloud], upstreams=[row(ollama, "ollama")], discovery=QUICK)
        eventually(lambda: server.ids() == ["gpt-oss:120b-cloud", "qwen3:8b"])
        eventually(lambda: status_of(server, "gpt-oss:120b-cloud") == "available")
        assert post(server.public, CHAT, chat_body("gpt-oss:120b-cloud")).status == 200
        assert models_sent(ollama, CHAT) == ["gpt-oss:120b-cloud"]


@pytest.mark.parametrize("kind", ["vllm", "lmstudio", "xinference", "gpustack"])
def test_callable_but_hidden_whatever_the_kind(weir, kind):
    with Upstream({"/v1/models": openai_list("other"), CHAT: ANSWER}) as upstream:
        declared = {"id": "adapter", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
        server = weir(models=[declared], upstreams=[row(upstream, kind)], discovery=QUICK)
        eventually(lambda: "other" in server.ids())
        eventually(lambda: status_of(server, "adapter") == "available")
        assert post(server.public, CHAT, chat_body("adapter")).status == 200


SPELLINGS = [
    ("ollama", "llama3:latest", "llama3"),
    ("ollama", "llama3:latest", "Llama3:Latest"),
    ("ollama", "hf.co/Qwen/Qwen3-8B:latest", "hf.co/qwen/qwen3-8b"),
    ("ollama", "qwen3:8b", "registry.ollama.ai/library/qwen3:8b"),
    ("openai", "gemini-2.5-pro", "models/gemini-2.5-pro"),
]


@pytest.mark.parametrize(("kind", "listed", "spelling"), SPELLINGS)
def test_accepted_names_are_404_a_spelling_of_a_listed_name_resolves(weir, kind, listed, spelling):
    tags = {"models": [{"name": listed, "capabilities": ["completion"], "details": {"context_length": 1}}]}
    routes = {"/api/tags": as_json(tags), "/v1/models": openai_list(listed), CHAT: ANSWER}
    with Upstream(routes) as upstream:
        server = weir(upstreams=[row(upstream, kind)], discovery=QUICK)
        eventually(lambda: server.ids() == [listed])
        assert server.get(f"/v1/models/{spelling}").json()["id"] == listed
        reply = post(server.public, CHAT, chat_body(spelling))
        assert reply.status == 200
        assert reply.json()["model"] == listed
        assert models_sent(upstream, CHAT) == [listed]
        assert post(server.public, CHAT, chat_body(listed + ":8b")).status == 404


def test_a_spelling_does_not_widen_what_a_key_may_call(weir):
    with Upstream({"/v1/models": openai_list("open", "Secret"), CHAT: ANSWER}) as upstream:
        keys = [{"name": "test", "key": KEY, "models": ["open", "secret"]}]
        server = weir(keys=keys, upstreams=[row(upstream)], discovery=QUICK)
        eventually(lambda: server.ids() == ["open"])
        for spelling in ("Secret", "secret", "Secret:latest", "models/Secret"):
            assert server.get(f"/v1/models/{spelling}").status == 404
            assert post(server.public, CHAT, chat_body(spelling)).status == 404


JSON_CALLS = {
    "text-to-image": ("/v1/images/generations", {"prompt": "a weir"}),
    "text-to-speech": ("/v1/audio/speech", {"input": "hello"}),
    "text-to-video": ("/v1/video/submit", {"prompt": "a weir"}),
    "embedding": ("/v1/embeddings", {"input": "hello"}),
    "reranker": ("/v1/rerank", {"query": "a", "documents": ["b"]}),
}
LISTED_WITH = [
    ("vllm", "Qwen/Qwen-Image", "text-to-image"),
    ("vllm", "hexgrad/Kokoro-82M", "text-to-speech"),
    ("sglang", "black-forest-labs/FLUX.1-dev", "text-to-image"),
    ("sglang", "Wan-AI/Wan2.2-T2V-A14B", "text-to-video"),
    ("huggingface", "black-forest-labs/FLUX.1-dev", "text-to-image"),
    ("huggingface", "BAAI/bge-m3", "embedding"),
    ("llama.cpp", "kokoro-82m", "text-to-speech"),
    ("ollama", "bge-reranker-v2-m3", "reranker"),
]


def lists_for(kind, model):
    tags = {"models": [{"name": model, "details": {"context_length": 512}}]}
    plain = openai_list(model)
    return {"/v1/models": plain, "/api/v1/models": plain, "/api/tags": as_json(tags)}


@pytest.mark.parametrize(("kind", "model", "sub_type"), LISTED_WITH)
def test_listed_but_not_callable_the_path_of_the_sub_type(weir, kind, model, sub_type):
    target, members = JSON_CALLS[sub_type]
    # An upstream whose base URL names the version has the same path below it, whatever its kind.
    with Upstream({**lists_for(kind, model), target: as_json({"requestId": "r", "data": []})}) as upstream:
        server = weir(upstreams=[row(upstream, kind, url=upstream.url + "/v1")], discovery=QUICK)
        eventually(lambda: server.ids(f"?sub_type={sub_type}") == [model])
        body = json.dumps({"model": model, **members}).encode()
        assert post(server.public, target, body).status == 200
        assert len(upstream.asked_for(target)) == 1


@pytest.mark.parametrize("kind", ["openrouter", "vllm", "sglang", "huggingface"])
def test_listed_but_not_callable_transcription(weir, kind):
    target = "/v1/audio/transcriptions"
    model = "openai/whisper-large-v3"
    with Upstream({**lists_for(kind, model), target: as_json({"text": "hello"})}) as upstream:
        server = weir(upstreams=[row(upstream, kind, url=upstream.url + "/v1")], discovery=QUICK)
        eventually(lambda: server.ids("?sub_type=speech-to-text") == [model])
        content_type, body = multipart(("model", model), ("file", "a.wav", b"RIFF"))
        assert post(server.public, target, body, content_type=content_type).status == 200


def test_listed_but_not_callable_sglang_speaks_messages(weir):
    with Upstream({"/v1/models": openai_list("Qwen/Qwen3-8B"), "/v1/messages": ANSWER}) as upstream:
        server = weir(upstreams=[row(upstream, "sglang")], discovery=QUICK)
        eventually(lambda: server.ids() == ["Qwen/Qwen3-8B"])
        assert post(server.public, "/v1/messages", chat_body("Qwen/Qwen3-8B", max_tokens=1)).status == 200




def test_listed_but_not_callable_a_path_that_the_kind_is_known_not_to_serve(weir):
    info = {"model_id": "BAAI/bge-reranker-base", "model_type": {"reranker": {"id2label": {}}}}
    with Upstream({"/info": as_json(info)}) as tei:
        server = weir(upstreams=[row(tei, "tei")], discovery=QUICK)
        eventually(lambda: server.ids("?include_unavailable=1") == ["BAAI/bge-reranker-base"])
        assert server.ids() == []
        explained = server.cli("models", "--explain", "BAAI/bge-reranker-base", "--admin", f"127.0.0.1:{server.admin}")
        assert "endpoint_absent" in explained.stdout


def test_several_upstreams_the_list_shows_what_every_one_of_them_accepts(weir):
    with Upstream({"/v1/models": openai_list("m", max_model_len=32768)}) as large:
        with Upstream({"/v1/models": openai_list("m", max_model_len=8192)}) as small:
            upstreams = [row(large, "vllm", "large"), row(small, "vllm", "small")]
            server = weir(upstreams=upstreams, discovery=QUICK)
            eventually(lambda: server.get("/v1/models/m?view=full").json().get("max_model_len") == 8192)


MISSPELT = [
    ("type[]=text", "type"),
    ("type%5B%5D=text", "type"),
    ("sub_type[0]=chat", "sub_type"),
    ("TYPE=text", "type"),
    ("subType=chat", "sub_type"),
    ("sub-type=chat", "sub_type"),
    ("subtype=chat", "sub_type"),
    ("types=text", "type"),
    ("include-unavailable=true", "include_unavailable"),
]


@pytest.mark.parametrize(("query", "right"), MISSPELT)
def test_misspelt_filters_are_refused_with_the_right_spelling(weir, query, right):
    server = weir(models=[{"id": "m", "sub_types": ["chat"]}])
    reply = server.get(f"/v1/models?{query}")
    assert reply.status == 400
    assert reply.json()["code"] == 20015
    assert f'"{right}"' in reply.json()["message"]
    # Parameters of other APIs' lists are not ours to judge.
    assert server.ids("?limit=1000&client_version=1&after_id=x") == ["m"]


def test_the_list_takes_a_final_slash_and_every_family_of_key_fields(weir):
    server = weir(models=[{"id": "m", "sub_types": ["chat"]}])
    assert server.get("/v1/models/").ids() == server.get("/models/").ids() == ["m"]
    for field in ("x-api-key", "x-goog-api-key", "X-Goog-Api-Key"):
        # The field of Google's clients has their list.
        name = "id" if field == "x-api-key" else "name"
        listed = server.get("/v1/models", headers=[(field, KEY)], key=None).json()
        assert [model[name] for model in listed["data" if name == "id" else "models"]] in (["m"], ["models/m"])
        assert server.get("/v1/models/m", headers=[(field, KEY)], key=None).status == 200
        assert server.get("/v1/models", headers=[(field, KEY[:-1])], key=None).status == 401
        assert server.get("/v1/models", headers=[(field, KEY)]).status == 200
        assert server.get("/v1/models", headers=[(field, KEY[:-1])]).status == 400


def test_callable_but_hidden_until_the_upstream_says_otherwise(weir):
    """A declared model is available on the operator's word, until a call shows that it is not served."""
    missing = as_json({"error": {"message": "model 'ghost' not found", "code": "not_found"}}, status=404)
    with Upstream({"/v1/models": openai_list("other"), CHAT: missing}) as upstream:
        declared = {"id": "ghost", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
        server = weir(models=[declared], upstreams=[row(upstream)], discovery=QUICK)
        eventually(lambda: server.ids() == ["ghost", "other"])
        # A path that the server lacks says nothing of the model.
        assert post(server.public, "/v1/responses", chat_body("ghost")).status == 404
        assert status_of(server, "ghost") != "unavailable"
        # The answer is the client's, and what the upstream lists is not doubted.
        assert post(server.public, CHAT, chat_body("ghost")).status == 404
        assert post(server.public, CHAT, chat_body("other")).status == 404
        eventually(lambda: status_of(server, "ghost") == "unavailable")
        eventually(lambda: status_of(server, "other") == "available")
        # A list that begins to hold the model speaks louder.
        upstream.routes["/v1/models"] = openai_list("other", "ghost")
        eventually(lambda: status_of(server, "ghost") == "available")
