"""A port that another program has: the error names the option or the setting that chooses another."""

import socket
import subprocess

import pytest

from support.eventually import DEADLINE_S
from support.process import BINARY


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def fails_to_serve(directory, *words):
    done = subprocess.run([BINARY, "serve", *words], cwd=directory, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("option", "other", "setting"),
    [("--listen", "--admin-listen", "server.listen"), ("--admin-listen", "--listen", "server.admin_listen")],
)
def test_a_taken_port_names_the_option_to_change(tmp_path, taken, option, other, setting):
    said = fails_to_serve(tmp_path, option, taken, other, "127.0.0.1:0")
    assert f"cannot listen on {taken}: the address is in use" in said
    assert f"{option} HOST:PORT" in said and said.endswith(setting)


def test_a_taken_port_of_ollamas_names_its_setting(tmp_path, taken):
    file = tmp_path / "weir.yaml"
    file.write_text(
        "server: {listen: 127.0.0.1:0, admin_listen: 127.0.0.1:0}\n"
        "keys: [{name: a, key: sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDEF}]\n"
        f"ollama: {{listen: '{taken}', key: sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDEF}}\n"
    )
    file.chmod(0o600)
    said = fails_to_serve(tmp_path, "--config", file)
    assert taken in said and said.endswith("the setting ollama.listen")
