"""A newcomer's first minute: no config file, one engine on this machine."""

import re
import subprocess

import pytest

from support import wire
from support.caller import call
from support.demo import SUB_TYPES
from support.eventually import DEADLINE_S, eventually
from support.process import BINARY, Lines
from support.upstream import Upstream, as_json

OLLAMA_PORT = 11434
TAGS = {"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "capabilities": ["completion", "tools"]},
                   {"name": "bge-m3", "model": "bge-m3", "capabilities": ["embedding"]}]}  # fmt: skip


@pytest.fixture
def ollama():
    routes = {"/api/tags": as_json(TAGS), "/api/version": as_json({"version": "0.12.0"}),
              "/api/show": as_json({}), "/": as_json("Ollama is running")}  # fmt: skip
    try:
        upstream = Upstream(routes, port=OLLAMA_PORT)
    except OSError:
        pytest.skip(f"port {OLLAMA_PORT} is taken: an engine of this machine's own")
    with upstream:
        yield upstream


@pytest.fixture
def newcomer(tmp_path):
    process = subprocess.Popen(
        [BINARY, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    process.log = Lines(process.stderr)
    line = eventually(lambda: process.log.where(msg="listening"), what="the log line `listening`")[0]
    process.port = int(line["listen"].rpartition(":")[2])
    yield process
    process.terminate()
    process.wait(DEADLINE_S)


def test_without_an_engine_the_demo_models_answer(newcomer):
    key = re.search(r"sk-weir_\w+", newcomer.log.text())[0]

    def ids(query=""):
        return wire.request(newcomer.port, "GET", f"/v1/models{query}", (), key).ids()

    if any(not each.startswith("demo/") for each in eventually(ids)):
        pytest.skip("an engine of this machine's own is there")
    for sub_type in SUB_TYPES:
        assert ids(f"?sub_type={sub_type}"), sub_type
    assert call(newcomer.port, "demo/chat", key=key, max_tokens=3).status == 200


def test_a_key_is_shown_once_and_an_engine_here_is_found(ollama, newcomer):
    keys = set(re.findall(r"sk-weir_\w+", newcomer.log.text()))
    assert len(keys) == 1
    key = keys.pop()

    def ids(query=""):
        return wire.request(newcomer.port, "GET", f"/v1/models{query}", (), key).ids()

    eventually(lambda: ids() == ["qwen3:8b", "bge-m3"])
    assert ids("?sub_type=embedding") == ["bge-m3"]
    assert ids("?sub_type=chat") == ["qwen3:8b"]
