"""Weir in front of a real llama.cpp server: what it serves is listed, each under its right type.

WEIR_LLAMA_SERVER is the llama-server binary; scripts/test builds it (build_server). WEIR_MODELS
may name a folder with a presets.ini of one's own; without it make_models.py makes three models.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import urllib.request

import openai
import pytest

from llama_cpp import make_models
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.upstream import closed_port

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


@contextlib.contextmanager
def llama_server(folder, *options):
    """A running llama.cpp server's base URL."""
    binary = os.environ.get("WEIR_LLAMA_SERVER")
    if not binary:
        pytest.fail("WEIR_LLAMA_SERVER is not set: run this suite through scripts/test")
    port = closed_port()
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
