"""The lists of servers as they are in the field, replayed: every model is listed under what it is,
under every name it answers to, on whatever page it comes, and can be called there."""

import json

import pytest

from support.caller import post
from support.eventually import eventually
from support.upstream import Answer, Upstream, as_json

QUICK = {"refresh_interval": "1s", "timeout": "2s", "backoff_max": "1s", "grace": "10m"}


def listed(weir, upstream, kind, ids):
    """A server in front of `upstream` that lists `ids`, in this order."""
    server = weir(upstreams=[{"name": "up", "kind": kind, "url": upstream.url}], discovery=QUICK)
    eventually(lambda: server.ids() == ids, what=f"the list {ids}")
    return server


def rows_of(server):
    return {row["id"]: row for row in server.get("/v1/models?view=full").json()["data"]}


def upstream_report(server):
    return json.loads(server.ask("upstreams", "--json").stdout)[0]


def openai_rows(*rows, **envelope):
    return as_json({"object": "list", "data": [{"object": "model", **row} for row in rows], **envelope})


# kind, routes, the names in the order they are listed
NAMES = {
    "llama.cpp": (
        "llama.cpp",
        {
            "/v1/models": openai_rows(
                {"id": "gemma-3-4b", "aliases": ["gemma", "gpt-4o"], "meta": {"n_ctx_train": 131072}}
            )
        },
        ["gemma-3-4b", "gemma", "gpt-4o"],
    ),
    "LM Studio": (
        "lmstudio",
        {
            "/api/v1/models": as_json(
                {
                    "models": [
                        {
                            "type": "llm",
                            "key": "qwen/qwen3-8b",
                            "max_context_length": 40960,
                            "loaded_instances": [
                                {"id": "qwen/qwen3-8b", "config": {"context_length": 8192}},
                                {"id": "qwen/qwen3-8b:2", "config": {"context_length": 8192}},
                            ],
                        }
                    ]
                }
            )
        },
        ["qwen/qwen3-8b", "qwen/qwen3-8b:2"],
    ),
    "Mistral": (
        "mistral",
        {
            "/v1/models": openai_rows(
                {"id": "m-small-2506", "capabilities": {"completion_chat": True}, "aliases": ["m-small-latest"]},
                {"id": "m-small-latest", "capabilities": {"completion_chat": True}, "aliases": ["m-small-2506"]},
            )
        },
        ["m-small-2506", "m-small-latest"],
    ),
}


@pytest.mark.parametrize("server", NAMES)
def test_accepted_names_are_listed(weir, server):
    kind, routes, names = NAMES[server]
    with Upstream(routes) as upstream:
        weir_server = listed(weir, upstream, kind, names)
        for name in names:
            assert weir_server.get(f"/v1/models/{name}").status == 200


def next_page(query, **envelope):
    return {"/v1/models": openai_rows({"id": "a"}, **envelope), f"/v1/models?{query}": openai_rows({"id": "b"})}


PAGES = {
    "has_more": next_page("after=a", has_more=True, first_id="a", last_id="a"),
    "next_page_token": next_page("page_token=x1", next_page_token="x1"),
    "next": next_page("limit=1&offset=1", next="/v1/models?limit=1&offset=1"),
    "pages": next_page("page=2", page=1, total_pages=2),
    "Link": {
        "/v1/models": Answer(
            json.dumps([{"id": "a"}]).encode(), headers=(("Link", '</v1/models?page=2>; rel="next"'),)
        ),
        "/v1/models?page=2": as_json([{"id": "b"}]),
    },
}


@pytest.mark.parametrize("way", PAGES)
def test_paged_lists_are_read_to_their_end(weir, way):
    with Upstream(PAGES[way]) as upstream:
        listed(weir, upstream, "openai", ["a", "b"])


def test_a_page_that_fails_leaves_the_pages_before_it(weir):
    routes = next_page("after=a", has_more=True, last_id="a")
    routes["/v1/models?after=a"] = as_json({"error": "busy"}, status=500)
    with Upstream(routes) as upstream:
        server = listed(weir, upstream, "openai", ["a"])
        row = upstream_report(server)
        assert (row["truncated"], row["reach"], row["models"]) == (True, "up", 1)


def test_a_page_that_fails_later_leaves_the_whole_list(weir):
    routes = next_page("after=a", has_more=True, last_id="a")
    with Upstream(routes) as upstream:
        server = listed(weir, upstream, "openai", ["a", "b"])
        upstream.routes["/v1/models?after=a"] = as_json({"error": "busy"}, status=500)
        eventually(lambda: upstream_report(server)["last_error"] != "")
        row = upstream_report(server)
        assert "page 2 of the list" in row["last_error"]
        assert (row["truncated"], row["models"]) == (False, 2)
        assert server.ids() == ["a", "b"]

        upstream.routes["/v1/models?after=a"] = openai_rows({"id": "c"})
        eventually(lambda: server.ids() == ["a", "c"])
        assert upstream_report(server)["last_error"] == ""


def test_no_upstream_sends_a_request_to_another(weir):
    with Upstream({}) as other:
        link = f"{other.url}/v1/models/secret?page=2"
        with Upstream({"/v1/models": openai_rows({"id": "a"}, next=link)}) as upstream:
            listed(weir, upstream, "openai", ["a"])
        assert other.asked == []


# Rows of servers behind the generic kind, with the sub types they mean; all ids are neutral.
TYPED = {
    "Vercel": {
        "lab/a": ({"type": "language", "context_window": 200000, "max_tokens": 64000}, ["chat"]),
        "lab/b": ({"type": "embedding"}, ["embedding"]),
        "lab/c": ({"type": "image"}, ["text-to-image"]),
        "lab/d": ({"type": "reranking"}, ["reranker"]),
    },
    "Novita": {
        "lab/a": ({"model_type": "chat", "context_size": 131072, "features": ["function-calling"]}, ["chat"]),
        "lab/b": ({"model_type": "embedding", "endpoints": ["embeddings"]}, ["embedding"]),
    },
    "Lemonade": {
        "a": ({"labels": ["reranking"], "recipe": "llamacpp"}, ["reranker"]),
        "b": ({"labels": ["transcription"], "recipe": "whispercpp"}, ["speech-to-text"]),
        "c": ({"labels": ["image", "edit"], "recipe": "sd-cpp"}, ["text-to-image", "image-to-image"]),
        "d": ({"labels": ["tts"], "recipe": "kokoro"}, ["text-to-speech"]),
    },
    "Infinity": {
        "lab/a": ({"capabilities": ["embed"], "owned_by": "infinity"}, ["embedding"]),
        "lab/b": ({"capabilities": ["rerank"], "owned_by": "infinity"}, ["reranker"]),
    },
    "SGLang": {
        "lab/a": ({"task_type": "T2V", "owned_by": "sglang"}, ["text-to-video"]),
        "lab/b": ({"task_type": "I2I", "owned_by": "sglang"}, ["image-to-image"]),
    },
    "GPUStack": {
        "a": ({"categories": ["speech_to_text"]}, ["speech-to-text"]),
        "b": ({"categories": ["image"]}, ["text-to-image"]),
    },
    "Xinference": {
        "a": ({"model_type": "image", "model_ability": ["image2image"]}, ["image-to-image"]),
        "b": ({"model_type": "audio", "model_ability": ["text2audio"]}, ["text-to-speech"]),
    },
    "DeepInfra": {
        "lab/a": ({"type": "automatic-speech-recognition"}, ["speech-to-text"]),
        "lab/b": ({"type": "text-generation", "metadata": {"context_length": 131072}}, ["chat"]),
    },
    "GitHub Models": {
        "lab/a": ({"task": "chat-completion", "limits": {"max_input_tokens": 1048576}}, ["chat"]),
        "lab/b": ({"supported_output_modalities": ["embeddings"]}, ["embedding"]),
    },
    "Cloudflare": {
        "@cf/lab/a": ({"task": {"id": "c329a1f9", "name": "Text Embeddings"}}, ["embedding"]),
        "@cf/lab/b": ({"task": {"id": "3d6e1f35", "name": "Text-to-Image"}}, ["text-to-image"]),
    },
}


@pytest.mark.parametrize("server", TYPED)
def test_typed_fields_of_generic_rows_are_heard(weir, server):
    models = TYPED[server]
    rows = [{"id": id_, **fields} for id_, (fields, _) in models.items()]
    with Upstream({"/v1/models": openai_rows(*rows)}) as upstream:
        found = rows_of(listed(weir, upstream, "openai", list(models)))
        assert {id_: found[id_]["sub_types"] for id_ in models} == {id_: subs for id_, (_, subs) in models.items()}


def test_words_outside_the_sub_types_give_a_type_alone(weir):
    words = {"a": ("ocr", "text"), "b": ("decisions", "text"), "c": ("sound_generation", "audio"),
             "d": ("detection", "image")}  # fmt: skip
    rows = [{"id": id_, "capabilities": [word]} for id_, (word, _) in words.items()]
    with Upstream({"/v1/models": openai_rows(*rows)}) as upstream:
        server = listed(weir, upstream, "openai", list(words))
        for id_, (_, type_) in words.items():
            row = rows_of(server)[id_]
            assert (row["type"], row.get("sub_types", [])) == (type_, [])
        assert server.ids("?sub_type=chat") == []


def test_facts_under_other_names_are_told(weir):
    rows = [
        {"id": "a", "type": "chat", "max_context_window": 131072, "max_tokens": 8192},
        {"id": "b", "token_limits": {"context_window": 262144, "max_output_token_length": 32768}},
        {"id": "c", "parameters": {"max_seq_len": 16384}},
        {"id": "d", "type": "embedding", "max_tokens": "512"},
    ]
    with Upstream({"/v1/models": openai_rows(*rows)}) as upstream:
        found = rows_of(listed(weir, upstream, "openai", ["a", "b", "c", "d"]))
        names = ["context_length", "max_model_len", "max_output_tokens"]
        facts = {id_: [row.get(name) for name in names] for id_, row in found.items()}
        assert facts == {
            "a": [131072, None, 8192],
            "b": [262144, None, 32768],
            "c": [None, 16384, None],
            "d": [512, None, None],
        }


def test_a_placeholder_is_not_a_model(weir):
    rows = openai_rows({"id": "koboldcpp/inactive"}, {"id": "koboldcpp/loaded"})
    with Upstream({"/v1/models": rows}) as upstream:
        listed(weir, upstream, "openai", ["koboldcpp/loaded"])


# kind, and the row of an image model
CALLABLE = {
    "vllm": {"output_modalities": ["image"], "owned_by": "vllm"},
    "sglang": {"task_type": "T2I", "owned_by": "sglang"},
    "huggingface": {"architecture": {"output_modalities": ["image"]}},
}


@pytest.mark.parametrize("kind", CALLABLE)
def test_what_is_listed_can_be_called(weir, kind):
    routes = {
        "/v1/models": openai_rows({"id": "lab/a", **CALLABLE[kind]}),
        "/v1/images/generations": as_json({"data": []}),
    }
    with Upstream(routes) as upstream:
        server = listed(weir, upstream, kind, ["lab/a"])
        reply = post(server.public, "/v1/images/generations", b'{"model":"lab/a","prompt":"p"}')
        assert (reply.status, reply.json()) == (200, {"data": []})


def test_sglang_speaks_messages(weir):
    routes = {
        "/v1/models": openai_rows({"id": "lab/a", "owned_by": "sglang"}),
        "/model_info": as_json({"is_generation": True}),
        "/v1/messages": as_json({"type": "message"}),
    }
    with Upstream(routes) as upstream:
        server = listed(weir, upstream, "sglang", ["lab/a"])
        reply = post(server.public, "/v1/messages", b'{"model":"lab/a","max_tokens":1,"messages":[]}')
        assert (reply.status, reply.json()) == (200, {"type": "message"})
