"""Providers whose keys are in the environment are upstreams, as long as there is no config file."""

import contextlib
import json
import os
import subprocess

import pytest

from support import wire
from support.caller import call
from support.engine import Engine
from support.eventually import DEADLINE_S, eventually
from support.process import BINARY, Lines

SECRET = "sk-provider-0123456789"


@contextlib.contextmanager
def started(directory, environment, words=()):
    """A server without a config file, with these variables."""
    command = [BINARY, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", *words]
    process = subprocess.Popen(
        command, cwd=directory, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        process.log = Lines(process.stderr)
        line = eventually(lambda: process.log.where(msg="listening"), what="the log line `listening`")[0]
        process.port = int(line["listen"].rpartition(":")[2])
        process.admin = line["admin_listen"]
        wire.speaks_plain(process.port)
        process.key = (directory / "weir.db.first-key").read_text().strip()
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_S)
        process.log.join()


@pytest.fixture
def provider():
    with Engine("hosted/chat") as engine:
        yield engine


def test_a_provider_is_called_with_the_key_of_its_variable(tmp_path, provider):
    environment = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": f"http://127.0.0.1:{provider.port}/v1"}
    environment["GROQ_API_KEY"] = "not a key"  # not used, and hidden as well
    with started(tmp_path, environment) as server:

        def ids():
            return wire.request(server.port, "GET", "/v1/models", (), server.key).ids()

        eventually(lambda: "hosted/chat" in ids())
        assert call(server.port, "hosted/chat", key=server.key).status == 200
        assert call(server.port, "hosted/chat", key=None).status == 401
        line, = server.log.where(msg="using a hosted provider")  # fmt: skip
        assert (line["upstream"], line["key_from"]) == ("openai", "OPENAI_API_KEY")
        with open(f"/proc/{server.pid}/environ", "rb") as file:
            shown = file.read()
        assert SECRET.encode() not in shown and b"not a key" not in shown
        rows = subprocess.run([BINARY, "upstreams", "--admin", server.admin, "--json"], capture_output=True, text=True)
        assert "openai" in {row["name"] for row in json.loads(rows.stdout)}
    assert SECRET not in server.log.text() + rows.stdout


def test_variables_that_lead_clients_to_weir_make_no_upstream(tmp_path):
    environment = {"OPENAI_API_KEY": "sk-weir_0123456789", "OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}
    with started(tmp_path, environment) as server:
        line, = server.log.where(msg="a hosted provider is not used")  # fmt: skip
        assert line["variable"] == "OPENAI_API_KEY"
    assert "sk-weir_0123456789" not in server.log.text()


def test_with_a_config_file_the_environment_names_nothing(weir, provider):
    server = weir(
        environment={"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": f"http://127.0.0.1:{provider.port}/v1"},
        models=[{"id": "lab/own", "sub_types": ["chat"]}],
    )
    assert server.ids("?include_unavailable=true") == ["lab/own"]
    assert provider.calls == []
