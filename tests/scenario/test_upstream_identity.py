"""Upstream identity: certificates, and the addresses that an upstream may have."""

import json
import signal
import subprocess

import pytest

from support.caller import OVERLOADED, call
from support.engine import Engine
from support.eventually import DEADLINE_S, eventually
from support.gate import Gate
from support.process import BINARY

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


def problem(server):
    """The problem with the upstream's list, once it has been requested."""

    def row():
        upstream = json.loads(server.ask("upstreams", "--json").stdout)[0]
        return upstream if upstream.get("last_error") else None

    return eventually(row, what="the upstream's problem")["last_error"]


@pytest.mark.parametrize("identity", ["good", "expired", "wrong name", "self-signed", "of another authority"])
def test_a_certificate_is_verified_for_calls_and_for_lists(weir, engine, certificates, identity):
    trust = {"ca_file": str(certificates.ca)}
    context = {
        "good": certificates.good,
        "expired": certificates.expired,
        "wrong name": certificates.wrong_name,
        "self-signed": certificates.self_signed(),
        "of another authority": certificates.good,
    }[identity]
    if identity == "of another authority":
        trust = {}  # the system's, which do not know the test's
    with Gate(engine, context) as gate:
        server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": gate.url, **trust}])
        answer = call(server.public, "lab/chat")
        if identity == "good":
            assert answer.status == 200
            return
        assert (answer.status, answer.body) == (503, OVERLOADED)
        assert "verify failed" in problem(server)
    assert engine.calls == []


def test_a_certificate_of_ones_own_may_vouch_for_itself(weir, engine, certificates):
    with Gate(engine, certificates.self_signed()) as gate:
        ca_file = str(certificates.files("self")[0])
        server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": gate.url, "ca_file": ca_file}])
        assert call(server.public, "lab/chat").status == 200


def test_other_contents_of_a_file_of_authorities_count_with_a_reload(weir, engine, certificates, tmp_path):
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(certificates.ca.read_bytes())
    with Gate(engine, certificates.self_signed()) as gate:
        server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": gate.url, "ca_file": str(trusted)}])
        assert call(server.public, "lab/chat").status == 503
        assert "verify failed" in problem(server)
        trusted.write_bytes(certificates.files("self")[0].read_bytes())
        server.signal(signal.SIGHUP)
        eventually(lambda: call(server.public, "lab/chat").status == 200)


def test_verification_cannot_be_turned_off(tmp_path):
    (tmp_path / "weir.yaml").write_text("upstreams: [{name: a, url: 'https://h', tls_verify: false}]\n")
    done = subprocess.run([BINARY, "check", "weir.yaml"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert "unknown setting" in done.stderr


def test_a_file_of_authorities_of_no_use_is_told_with_its_place(tmp_path, certificates):
    for file, words in (("nowhere.pem", "No such file"), (certificates.files()[1], "contains no PEM certificate")):
        (tmp_path / "weir.yaml").write_text(f"upstreams:\n  - name: a\n    url: https://h\n    ca_file: {file}\n")
        for command in (["check", "weir.yaml"], ["serve", "--config", "weir.yaml"]):
            done = subprocess.run(
                [BINARY, *command], capture_output=True, text=True, cwd=tmp_path, timeout=DEADLINE_S
            )
            assert done.returncode == 1
            assert done.stderr.startswith("weir.yaml:4: upstreams[0].ca_file: ")
            assert words in done.stderr


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "224.0.0.1", "[::ffff:127.0.0.1]"])
def test_no_upstream_is_where_none_can_be(weir, host):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": f"http://{host}:9"}])
    assert call(server.public, "lab/chat").status == 503
    assert "an upstream must not have the address" in problem(server)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1.", "[::1", "[1.2.3.4]", "me:x@h"])
def test_a_host_that_two_readers_take_for_two_is_refused(tmp_path, host):
    (tmp_path / "weir.yaml").write_text(f"upstreams:\n  - name: a\n    url: 'http://{host}:9'\n")
    done = subprocess.run([BINARY, "check", "weir.yaml"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("weir.yaml:3: upstreams[0].url: ")
