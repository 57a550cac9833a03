"""A newcomer's first minute: no config file, one engine on this machine."""

import contextlib
import json
import os
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
STRANGER = 54321
TAGS = {"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "capabilities": ["completion", "tools"]},
                   {"name": "bge-m3", "model": "bge-m3", "capabilities": ["embedding"]}]}  # fmt: skip


@contextlib.contextmanager
def as_user(uid):
    """A socket belongs to the user that makes it."""
    before = os.geteuid()
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(before)


def ollama_of(uid):
    routes = {"/api/tags": as_json(TAGS), "/api/version": as_json({"version": "0.12.0"}),
              "/api/show": as_json({}), "/": as_json("Ollama is running")}  # fmt: skip
    try:
        with as_user(uid):
            return Upstream(routes, port=OLLAMA_PORT)
    except OSError:
        pytest.skip(f"port {OLLAMA_PORT} is taken: an engine of this machine's own")


@pytest.fixture
def ollama():
    with ollama_of(os.geteuid()) as upstream:
        yield upstream


@pytest.fixture
def strange_ollama():
    """An engine that another user of this machine has started."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    with ollama_of(STRANGER) as upstream:
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
    process.admin = line["admin_listen"]
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


def test_an_engine_of_another_user_is_reported_and_not_called(strange_ollama, newcomer):
    def upstreams(*words):
        done = subprocess.run([BINARY, "upstreams", "--admin", newcomer.admin, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def row():
        return next((row for row in json.loads(upstreams("--json")) if row["name"] == f"ollama-{OLLAMA_PORT}"), None)

    found = eventually(row, what="a row for the engine")
    assert (found["reach"], found["models"]) == ("not_accepted", 0)
    table = upstreams()
    logged, = newcomer.log.where(msg="local engine not accepted")  # fmt: skip
    for text in (found["not_accepted"], table, logged["detail"]):
        assert f"user {STRANGER}" in text and "config file" in text
    assert logged["port"] == OLLAMA_PORT

    key = re.search(r"sk-weir_\w+", newcomer.log.text())[0]
    ids = wire.request(newcomer.port, "GET", "/v1/models", (), key).ids()
    assert not {"qwen3:8b", "bge-m3"} & set(ids)
    assert call(newcomer.port, "qwen3:8b", key=key).status == 404
    assert {method for method, *_ in strange_ollama.asked} == {"GET"}


def test_an_engine_of_another_user_is_called_if_the_config_says_so(strange_ollama, weir):
    server = weir(upstreams=[{"name": "theirs", "kind": "ollama", "url": strange_ollama.url}])
    eventually(lambda: set(server.ids()) == {"qwen3:8b", "bge-m3"})
