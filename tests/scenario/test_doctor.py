"""`weir doctor` says what is wrong with a set-up, and what to do about it."""

import json
import os
import shutil
import socket
import subprocess

import pytest

from support.engine import Engine
from support.eventually import DEADLINE_S
from support.process import BINARY, ROOT
from support.upstream import Upstream, as_json

KEY = "sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDEF"


def examine(directory, *words):
    command = [BINARY, "doctor", "--json", *words]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=DEADLINE_S)
    return done.returncode, json.loads(done.stdout)


def config(directory, text):
    file = directory / "weir.yaml"
    file.write_text(f"keys: [{{name: a, key: {KEY}}}]\n{text}")
    file.chmod(0o600)
    return file


def verdicts(findings, subject):
    return [finding["verdict"] for finding in findings if finding["subject"] == subject]


def the(findings, word):
    found, = (finding for finding in findings if word in finding["text"])  # fmt: skip
    return found


FREE = "server: {listen: '127.0.0.1:0', admin_listen: '127.0.0.1:0'}\n"


def test_a_good_set_up_has_no_problem(tmp_path):
    with Engine("lab/chat") as engine:
        file = config(tmp_path, FREE + f"upstreams: [{{name: gpu, url: 'http://127.0.0.1:{engine.port}'}}]\n")
        status, findings = examine(tmp_path, "--config", file)
    assert status == 0
    assert "problem" not in {finding["verdict"] for finding in findings}
    assert {"config", "ports", "store", "upstreams", "clock", "limits"} <= {finding["subject"] for finding in findings}
    assert the(findings, "gpu")["text"].endswith("1 models")
    assert not (tmp_path / "weir.db").exists()  # it changes nothing
    assert all(KEY not in finding["text"] for finding in findings)


def test_a_taken_port_has_its_option(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        status, findings = examine(tmp_path, "--config", config(tmp_path, FREE.replace("127.0.0.1:0", taken, 1)))
    found = the(findings, taken)
    assert (status, found["verdict"]) == (1, "problem")
    assert "--listen" in found["advice"] and "server.listen" in found["advice"]


def test_the_ports_of_a_running_server_are_no_problem(weir):
    server = weir()
    listens = f"server: {{listen: '127.0.0.1:{server.public}', admin_listen: '127.0.0.1:{server.admin}'}}\n"
    place = server.directory / "other"
    place.mkdir()
    _, findings = examine(place, "--config", config(place, listens))
    assert verdicts(findings, "ports") == ["ok", "ok"]


def test_an_upstream_that_refuses_the_key_and_one_that_is_away(tmp_path):
    with Upstream({"/v1/models": as_json({"error": "no"}, status=401)}) as picky:
        text = f"upstreams: [{{name: picky, url: '{picky.url}', api_key: abc}}, {{name: away, url: 'http://127.0.0.1:1'}}]\n"
        status, findings = examine(tmp_path, "--config", config(tmp_path, FREE + text))
    assert status == 1
    assert "api_key" in the(findings, "picky")["advice"]
    assert "runs" in the(findings, "away")["advice"]


def test_a_config_that_cannot_be_read_is_a_problem(tmp_path):
    status, findings = examine(tmp_path, "--config", config(tmp_path, "upstreams: [{name: gpu, kind: vlm, url: 'http://h'}]\n"))
    assert status == 1
    assert "vlm" in the(findings, "weir.yaml:2")["text"]


def test_a_store_that_is_none_is_a_problem(tmp_path):
    (tmp_path / "weir.db").write_text("not a database, and long enough to have a header of one" * 20)
    (tmp_path / "weir.db").chmod(0o600)
    status, findings = examine(tmp_path, "--config", config(tmp_path, FREE))
    assert status == 1 and "problem" in verdicts(findings, "store")


@pytest.mark.parametrize("name", ["OPENAI_API_KEY"])
def test_without_a_config_file_the_providers_of_the_environment_are_asked(tmp_path, name):
    with Engine("hosted/chat") as engine:
        environment = {**os.environ, name: "sk-abc", "OPENAI_BASE_URL": f"http://127.0.0.1:{engine.port}/v1"}
        done = subprocess.run([BINARY, "doctor"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert f"openai (http://127.0.0.1:{engine.port}/v1): 1 models" in done.stdout
    assert "sk-abc" not in done.stdout


def test_a_store_is_looked_at_and_not_changed(tmp_path):
    old = ROOT / "src/store/schema_3_for_test.sqlite"
    store = tmp_path / "weir.db"
    shutil.copyfile(old, store)
    store.chmod(0o600)
    _, findings = examine(tmp_path, "--config", config(tmp_path, FREE + "pepper: 0123456789abcdef0123456789abcdef\n"))
    assert "older schema" in the(findings, "weir.db")["text"]
    assert store.read_bytes() == old.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"weir.db", "weir.yaml"}


def test_an_address_of_another_machine_is_a_problem(tmp_path):
    text = FREE.replace("127.0.0.1:0", "192.0.2.1:8080", 1)
    status, findings = examine(tmp_path, "--config", config(tmp_path, text))
    found = the(findings, "192.0.2.1:8080")
    assert (status, found["verdict"]) == (1, "problem")
    assert "cannot listen" in found["text"] and "--listen" in found["advice"]


def test_another_program_that_answers_is_not_weir(tmp_path):
    good = {path: as_json("ok") for path in ("/healthz", "/readyz", "/metrics", "/openapi.yaml")}
    with Upstream(good) as other:
        text = FREE.replace("admin_listen: '127.0.0.1:0'", f"admin_listen: '127.0.0.1:{other.port}'")
        status, findings = examine(tmp_path, "--config", config(tmp_path, text))
    assert (status, the(findings, f"127.0.0.1:{other.port}")["verdict"]) == (1, "problem")


def test_without_a_config_file_the_engines_are_looked_for(tmp_path):
    _, findings = examine(tmp_path)
    assert verdicts(findings, "upstreams")
