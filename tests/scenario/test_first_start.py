"""A newcomer's first minute: no config file, one engine on this machine."""

import contextlib
import json
import os
import pty
import re
import shlex
import stat
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


COMMAND = (BINARY, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
KEY_TEXT = r"sk-weir_\w+"


def until_closed(terminal):
    """The lines of a terminal whose other end is a process; it reports the end as an error."""
    with contextlib.suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as stream:
        yield from stream


@contextlib.contextmanager
def first_start(directory, stderr=subprocess.PIPE, **options):
    process = subprocess.Popen(COMMAND, cwd=directory, stdout=subprocess.DEVNULL, stderr=stderr, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def wait_until_listening(process):
    line = eventually(lambda: process.log.where(msg="listening"), what="the log line `listening`")[0]
    process.port = int(line["listen"].rpartition(":")[2])
    wire.speaks_plain(process.port)
    process.admin = line["admin_listen"]


@contextlib.contextmanager
def logging_start(directory, **options):
    """A start whose standard error is a pipe, as it is under a service manager or in a container."""
    with first_start(directory, **options) as process:
        process.log = Lines(process.stderr)
        wait_until_listening(process)
        yield process
    process.log.join()


@pytest.fixture
def newcomer(tmp_path):
    with logging_start(tmp_path) as process:
        process.key_file = tmp_path / "weir.db.first-key"
        yield process


def key_of(process):
    return process.key_file.read_text().rstrip("\n")


def test_without_an_engine_the_demo_models_answer(newcomer):
    key = key_of(newcomer)

    def ids(query=""):
        return wire.request(newcomer.port, "GET", f"/v1/models{query}", (), key).ids()

    if any(not each.startswith("demo/") for each in eventually(ids)):
        pytest.skip("an engine of this machine's own is there")
    for sub_type in SUB_TYPES:
        assert ids(f"?sub_type={sub_type}"), sub_type
    assert call(newcomer.port, "demo/chat", key=key, max_tokens=3).status == 200


def test_an_engine_here_is_found(ollama, newcomer):
    key = key_of(newcomer)

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

    key = key_of(newcomer)
    ids = wire.request(newcomer.port, "GET", "/v1/models", (), key).ids()
    assert not {"qwen3:8b", "bge-m3"} & set(ids)
    assert call(newcomer.port, "qwen3:8b", key=key).status == 404
    assert {method for method, *_ in strange_ollama.asked} == {"GET"}


def test_an_engine_of_another_user_is_called_if_the_config_says_so(strange_ollama, weir):
    server = weir(upstreams=[{"name": "theirs", "kind": "ollama", "url": strange_ollama.url}])
    eventually(lambda: set(server.ids()) == {"qwen3:8b", "bge-m3"})


def test_a_log_names_the_file_of_the_first_key_and_never_the_key(tmp_path):
    (tmp_path / "my keys").mkdir()
    with logging_start(tmp_path / "my keys", umask=0o777) as process:
        line = process.log.where(msg="created a first key; read it from the file, then delete the file")[0]
        file = tmp_path / "my keys" / "weir.db.first-key"
        assert line["file"] == str(file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        key = subprocess.run(line["read"], shell=True, capture_output=True, text=True, check=True).stdout.strip()
        assert re.fullmatch(KEY_TEXT, key)
        assert wire.request(process.port, "GET", "/v1/models", (), key).status == 200
        assert shlex.split(line["delete"]) == ["rm", str(file)]
        subprocess.run(line["delete"], shell=True, check=True)
        assert not file.exists()
    assert not re.search(KEY_TEXT, process.log.text())
    with logging_start(tmp_path / "my keys") as again:
        assert not file.exists()
    assert "first key" not in again.log.text()


def test_the_file_of_a_first_key_replaces_nothing_and_follows_no_link(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "weir.db.first-key").write_text("of the store before\n")
    (tmp_path / "weir.db.first-key-2").symlink_to(elsewhere)
    with logging_start(tmp_path) as process:
        key = (tmp_path / "weir.db.first-key-3").read_text().strip()
        assert wire.request(process.port, "GET", "/v1/models", (), key).status == 200
    assert (tmp_path / "weir.db.first-key").read_text() == "of the store before\n"
    assert not elsewhere.exists()


def test_a_terminal_shows_the_first_key_and_no_file_is_made(tmp_path):
    ours, its = pty.openpty()
    with first_start(tmp_path, stderr=its) as process:
        os.close(its)
        process.log = Lines(until_closed(ours))
        shown = eventually(lambda: re.search(r"API +http://127\.0\.0\.1:(\d+) ", process.log.text()), what="the screen")
        process.port = int(shown[1])
        wire.speaks_plain(process.port)
        screen = process.log.text()
        for word in ("Operator   http://127.0.0.1:", "Upstreams", "weir try chat", "info   listening"):
            assert word in screen.replace("\x1b[32m", "").replace("\x1b[0m", "")
        keys = set(re.findall(KEY_TEXT, process.log.text()))
        assert len(keys) == 1
        assert wire.request(process.port, "GET", "/v1/models", (), keys.pop()).status == 200
    assert list(tmp_path.glob("*first-key*")) == []
