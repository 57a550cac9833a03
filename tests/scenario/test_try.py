"""`weir try` asks a model through the running server and shows its answer."""

import os
import subprocess

import pytest

from support.demo import demo
from support.engine import DONE, Engine, Script, as_stream, event
from support.eventually import DEADLINE_S, eventually
from support.process import BINARY, KEY
from support.upstream import Upstream


def run(server, *words, key=None, directory=None):
    environment = {**os.environ, "TERM": "dumb"}
    environment.pop("WEIR_KEY", None)
    if key:
        environment["WEIR_KEY"] = key
    command = [BINARY, "try", *words, "--config", server.config_file, "--url", f"http://127.0.0.1:{server.public}/v1"]
    return subprocess.run(
        command, cwd=directory or server.directory, env=environment, capture_output=True, text=True, timeout=DEADLINE_S
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("try"), simulator={"first_token": "0s", "token": "0s"}) as running:
        yield running


@pytest.mark.parametrize("target", ["chat", "demo/chat"])
def test_a_chat_is_shown(server, target):
    done = run(server, target, "Hello there")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "demo/chat" in done.stderr or "demo/" in done.stderr


def test_a_picture_is_kept_in_a_file_and_replaces_none(server, tmp_path):
    done = run(server, "text-to-image", directory=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "weir-try.png").read_bytes().startswith(b"\x89PNG")
    again = run(server, "text-to-image", directory=tmp_path)
    assert again.returncode == 1 and "--output" in again.stderr
    other = run(server, "text-to-image", "--output", "other.png", directory=tmp_path)
    assert other.returncode == 0 and "saved other.png" in other.stdout


def test_speech_is_kept_in_a_file(server, tmp_path):
    done = run(server, "text-to-speech", "Good morning", directory=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.read_bytes()[:4] for path in tmp_path.glob("weir-try.*")] == [b"RIFF"]


def test_vectors_and_ranks_are_shown(server):
    assert " numbers:" in run(server, "embedding").stdout
    assert len(run(server, "reranker").stdout.splitlines()) == 3


def test_a_sub_type_that_needs_a_file_says_where_its_command_is(server):
    done = run(server, "speech-to-text")
    assert done.returncode == 1 and "/docs" in done.stderr


def test_what_cannot_be_asked_is_said(server):
    unknown = run(server, "lab/none")
    assert unknown.returncode == 1 and "lab/none" in unknown.stderr
    refused = run(server, "chat", key="sk-weir_wrong")
    assert refused.returncode == 1 and "401" in refused.stderr
    assert KEY not in refused.stderr + unknown.stderr


def test_a_models_text_does_not_act_on_the_terminal(weir):
    event = b'data: {"choices":[{"delta":{"content":"a\\u001b[31m\\nb"}}]}\n\ndata: [DONE]\n\n'
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = Script((event,), content_type="text/event-stream", framing="chunked")
        server = weir(upstreams=[{"name": "gpu", "url": f"http://127.0.0.1:{engine.port}"}])
        eventually(lambda: server.ids())
        done = run(server, "lab/chat")
    assert done.stdout == "a\\x1b[31m\nb\n"


def test_without_a_server_it_says_how_to_start_one(tmp_path):
    environment = {**os.environ, "WEIR_KEY": KEY}
    done = subprocess.run(
        [BINARY, "try", "chat", "--url", "http://127.0.0.1:1"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1 and "weir serve" in done.stderr and "--url" in done.stderr


HI = event({"choices": [{"delta": {"content": "hi"}}]})


@pytest.mark.parametrize(
    ("pieces", "options", "shown", "message"),
    [
        ((HI, event({"error": {"message": "out of memory"}}), DONE), {}, "hi\n", ""),
        ((HI,), {"end": "cut"}, "hi\n", ""),
        ((event({"choices": [{"delta": {"reasoning_content": "x"}, "finish_reason": "length"}]}), DONE), {}, "", "length"),
    ],
)
def test_a_stream_that_fails_is_an_error(weir, pieces, options, shown, message):
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = as_stream(*pieces, **options)
        server = weir(upstreams=[{"name": "gpu", "url": f"http://127.0.0.1:{engine.port}"}])
        eventually(lambda: server.ids())
        done = run(server, "lab/chat")
    assert (done.returncode, done.stdout) == (1, shown)
    assert "weir: " in done.stderr and message in done.stderr


def ask_another(directory, server, path="/v1", key=KEY):
    command = [BINARY, "try", "chat", "--url", server.url + path]
    environment = {**os.environ, "WEIR_KEY": key}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=DEADLINE_S)


def test_a_server_behind_a_path_is_asked_there(tmp_path):
    with Upstream() as proxy:
        done = ask_another(tmp_path, proxy, "/weir/v1", f" {KEY}\r\n")
    (_, target, headers, _), = proxy.asked  # fmt: skip
    assert target.startswith("/weir/v1/models?")
    assert headers["authorization"] == f"Bearer {KEY}"
    assert done.returncode == 1 and "is that Weir's address?" in done.stderr


def test_without_a_port_the_address_is_asked_for(tmp_path):
    (tmp_path / "weir.yaml").write_text("server: {listen: '127.0.0.1:0'}\n")
    command = [BINARY, "try", "chat", "--config", "weir.yaml"]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "WEIR_KEY": KEY}, capture_output=True, text=True)
    assert done.returncode == 1 and "give the server's address with --url" in done.stderr
    assert "--url the port" not in done.stderr
