"""Weir in front of a real llama.cpp server: what it serves is listed, each under its right type, and
can be called.

WEIR_LLAMA_SERVER is the llama-server binary; scripts/test builds it (build_server). WEIR_MODELS
may name a folder with a presets.ini of one's own; without it make_models.py makes three models.
"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import urllib.request

import openai
import pytest

from llama_cpp import make_models
from support.caller import Stream, call, post, usage_rows
from support.eventually import DEADLINE_S, eventually
from support.process import KEY

TINY = {
    "house/tiny-chat": ("chat", "tiny-chat.gguf", ""),
    "house/tiny-embedding": ("embedding", "tiny-embedding.gguf", "embeddings = true"),
    "house/tiny-reranker": ("reranker", "tiny-reranker.gguf", "reranking = true"),
}
QUICK = {"refresh_interval": "1s"}


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """(folder with a presets.ini, {id: its sub type})"""
    if given := os.environ.get("WEIR_MODELS"):
        text = (pathlib.Path(given) / "presets.ini").read_text()
        return pathlib.Path(given), sub_types_of(text)
    folder = tmp_path_factory.mktemp("models")
    make_models.make_all(folder)
    sections = (f"[{id_}]\nmodel = {file}\nthreads = 1\n{more}\n" for id_, (_, file, more) in TINY.items())
    (folder / "presets.ini").write_text("\n".join(sections))
    return folder, {id_: sub_type for id_, (sub_type, _, _) in TINY.items()}


def sub_types_of(presets):
    """{id: sub type} of a presets file: embeddings and reranking are options there."""
    found = {}
    for section in presets.split("\n["):
        id_, bracket, body = section.removeprefix("[").partition("]\n")
        if not bracket:
            continue
        found[id_] = "chat"
        if "embeddings = true" in body:
            found[id_] = "embedding"
        if "reranking = true" in body:
            found[id_] = "reranker"
    return found


def free_port():
    """A port that was free a moment ago, for a program that must be given one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def llama_server(folder, *options):
    """A running llama.cpp server's base URL."""
    binary = os.environ.get("WEIR_LLAMA_SERVER")
    if not binary:
        pytest.fail("WEIR_LLAMA_SERVER is not set: run this suite through scripts/test")
    port = free_port()
    log = folder if os.access(folder, os.W_OK) else pathlib.Path("/tmp")
    with open(log / f"llama-server-{port}.log", "wb") as output:
        process = subprocess.Popen(
            [binary, "--host", "127.0.0.1", "--port", str(port), "--no-ui", *options],
            cwd=folder,
            stdout=output,
            stderr=output,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: urllib.request.urlopen(f"{url}/health", timeout=5).status == 200, 120)
            yield url
        finally:
            process.terminate()
            process.wait(DEADLINE_S)


@pytest.fixture(scope="module")
def router(models):
    folder, _ = models
    with llama_server(folder, "--models-preset", "presets.ini") as url:
        yield url


def upstream(url, kind="llama.cpp"):
    return {"name": "llama", "kind": kind, "url": url}


def test_a_router_lists_its_models_under_their_right_types_to_an_sdk(weir, router, models):
    _, sub_types = models
    server = weir(upstreams=[upstream(router)], discovery=QUICK)
    eventually(lambda: sorted(server.ids()) == sorted(sub_types))

    with openai.OpenAI(base_url=f"http://127.0.0.1:{server.public}/v1", api_key=KEY) as client:
        assert sorted(model.id for model in client.models.list()) == sorted(sub_types)
        for wanted in ("chat", "embedding", "reranker"):
            listed = [model.id for model in client.models.list(extra_query={"sub_type": wanted})]
            assert sorted(listed) == sorted(id_ for id_, sub_type in sub_types.items() if sub_type == wanted)
        for id_ in sub_types:
            assert client.models.retrieve(id_).id == id_


def test_the_routers_order_is_kept(weir, router):
    given = [row["id"] for row in json.load(urllib.request.urlopen(f"{router}/v1/models"))["data"]]
    server = weir(upstreams=[upstream(router)], discovery=QUICK)
    eventually(lambda: server.ids() == given)


def test_nothing_of_the_routers_command_line_is_passed_on(weir, router, models):
    _, sub_types = models
    server = weir(upstreams=[upstream(router)], discovery=QUICK)
    eventually(lambda: len(server.ids()) == len(sub_types))
    body = server.get("/v1/models?view=full&include_unavailable=true").body.decode()
    for leak in (".gguf", "--", "preset", "args", "llama-server"):
        assert leak not in body


@pytest.mark.parametrize("id_", TINY)
def test_a_single_model_with_an_alias_has_its_type_and_context(weir, tmp_path, id_):
    sub_type, file, more = TINY[id_]
    make_models.make_all(tmp_path)
    flag = [f"--{more.partition(' ')[0]}"] if more else []
    with llama_server(tmp_path, "--model", file, "--alias", id_, "--threads", "1", *flag) as url:
        server = weir(upstreams=[upstream(url)], discovery=QUICK)
        eventually(lambda: server.ids(f"?sub_type={sub_type}") == [id_])
        row = server.get(f"/v1/models/{id_}?view=full").json()
        assert row["sub_types"] == [sub_type]
        assert row["context_length"] == make_models.CONTEXT


def test_a_generic_upstream_is_listed_too(weir, router, models):
    _, sub_types = models
    server = weir(upstreams=[upstream(router, "openai")], discovery=QUICK)
    eventually(lambda: sorted(server.ids()) == sorted(sub_types))


def test_the_list_outlives_the_server_behind_it(weir, models):
    folder, sub_types = models
    with llama_server(folder, "--models-preset", "presets.ini") as url:
        server = weir(upstreams=[upstream(url)], discovery=QUICK)
        eventually(lambda: sorted(server.ids()) == sorted(sub_types))
    id_ = next(iter(sub_types))
    eventually(lambda: server.get(f"/v1/models/{id_}?view=full").json()["status"] == "degraded")
    assert sorted(server.ids()) == sorted(sub_types)


# Calls.


@pytest.fixture
def called(weir, router, models):
    """A server in front of the router, and {sub type: a model}."""
    _, sub_types = models
    server = weir(upstreams=[upstream(router)], discovery=QUICK)
    eventually(lambda: sorted(server.ids()) == sorted(sub_types))
    return server, {sub_type: id_ for id_, sub_type in sub_types.items()}


@pytest.fixture
def client(called):
    server, _ = called
    with openai.OpenAI(base_url=f"http://127.0.0.1:{server.public}/v1", api_key=KEY, max_retries=0) as client:
        yield client


QUESTION = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 8, "temperature": 0, "seed": 1}


def test_a_chat(called, client):
    _, by_type = called
    answer = client.chat.completions.create(model=by_type["chat"], **QUESTION)
    assert answer.model == by_type["chat"]
    assert answer.choices[0].message.role == "assistant"
    assert 0 < answer.usage.completion_tokens <= 8


def test_a_stream_of_events_with_its_usage_booked(called, client):
    server, by_type = called
    chunks = list(client.chat.completions.create(model=by_type["chat"], stream=True, **QUESTION))
    # A model of random weights may have nothing to say, but it says when it has ended.
    assert chunks[-1].choices[0].finish_reason in ("stop", "length")
    assert not any(chunk.choices == [] for chunk in chunks), "nobody asked for usage"
    assert {chunk.model for chunk in chunks} == {by_type["chat"]}

    def booked():
        rows = [row for row in usage_rows(server) if row["model"] == by_type["chat"]]
        return rows and rows[0]["prompt_tokens"] > 0 and rows[0]["completion_tokens"] > 0

    eventually(booked)


def test_streams_that_are_left_hold_up_nobody(called):
    """The engine has four slots at most, each with a long answer to give."""
    server, by_type = called
    long = {"max_tokens": 100_000, "ignore_eos": True}
    for _ in range(8):
        with Stream(server.public) as stream:
            stream.open(by_type["chat"], **long)
            assert stream.next_event()
    assert call(server.public, by_type["chat"], max_tokens=2).status == 200


def test_embeddings(called, client):
    _, by_type = called
    answer = client.embeddings.create(model=by_type["embedding"], input=["hello", "goodbye"])
    assert len(answer.data) == 2
    assert len(answer.data[0].embedding) > 1


def test_rerank(called):
    server, by_type = called
    body = {"model": by_type["reranker"], "query": "hello", "documents": ["hello", "goodbye", "river"]}
    ending = post(server.public, "/v1/rerank", json.dumps(body).encode())
    assert ending.status == 200, ending.body
    assert sorted(row["index"] for row in ending.json()["results"]) == [0, 1, 2]


def test_a_model_asked_for_on_the_wrong_path_is_told_the_right_one(called):
    server, by_type = called
    ending = call(server.public, by_type["embedding"])
    assert ending.status == 400
    assert "/embeddings" in ending.json()["message"]


def test_an_alias_reaches_the_router_under_its_own_name(weir, router, models):
    _, sub_types = models
    own = next(id_ for id_, sub_type in sub_types.items() if sub_type == "chat")
    alias = {"id": "House/Alias", "sub_types": ["chat"], "upstreams": [{"name": "llama", "model": own}]}
    server = weir(models=[alias], upstreams=[upstream(router)], discovery=QUICK)
    ending = eventually(lambda: (e := call(server.public, "House/Alias", max_tokens=2)).status == 200 and e)
    assert ending.json()["model"] == "House/Alias"
