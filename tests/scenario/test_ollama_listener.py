"""The listener for clients of Ollama's that cannot send a key (`ollama.listen`)."""

import json

import pytest
import yaml

from support.caller import post
from support.engine import Engine
from support.process import KEY
from support.wire import Wire, request

OTHER = "sk-other-0123456789abcdef"
MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]},
          {"id": "lab/secret", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "theirs"}]}]  # fmt: skip
KEYS = [{"name": "app", "key": KEY}, {"name": "desk", "key": OTHER, "models": ["lab/chat"]}]
ASKED = json.dumps({"model": "lab/chat", "messages": [{"role": "user", "content": "a"}], "stream": False}).encode()


@pytest.fixture
def server(weir):
    with Engine("theirs") as engine:
        upstreams = [{"name": "gpu", "url": engine.url}]
        yield weir(models=MODELS, keys=KEYS, upstreams=upstreams, ollama={"listen": "127.0.0.1:0", "key": OTHER})


def get(port, path, key=None, headers=()):
    return request(port, "GET", path, headers, key)


def names(reply):
    assert reply.status == 200, reply
    return [model["model"] for model in json.loads(reply.body)["models"]]


def test_a_request_without_a_key_has_the_configured_one(server):
    assert names(get(server.ollama, "/api/tags", key=None)) == ["lab/chat:latest"]
    assert post(server.ollama, "/api/chat", ASKED, key=None).status == 200
    assert post(server.ollama, "/v1/chat/completions", ASKED, key=None).status == 200
    hidden = ASKED.replace(b"lab/chat", b"lab/secret")
    assert post(server.ollama, "/api/chat", hidden, key=None).status == 404


def test_a_request_with_a_key_is_judged_by_it(server):
    assert len(names(get(server.ollama, "/api/tags", key=KEY))) == 2
    assert get(server.ollama, "/api/tags", key="sk-wrong").status == 401


def test_the_public_listener_stays_closed(server):
    assert get(server.public, "/api/tags", key=None).status == 401
    assert post(server.public, "/api/chat", ASKED, key=None).status == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_page_of_another_host_is_given_no_key(server, origin):
    assert get(server.ollama, "/api/tags", headers=[("Origin", origin)]).status == 401


def test_a_name_that_was_made_to_resolve_to_it_is_given_none(server):
    with Wire(server.ollama) as wire:
        wire.send(b"GET /api/tags HTTP/1.1\r\nHost: rebound.example\r\n\r\n")
        assert wire.receive().status == 401


def test_it_says_what_clients_look_for(server):
    assert get(server.ollama, "/", key=None).body == b"Ollama is running"


@pytest.mark.parametrize(
    ("section", "setting"),
    [
        ({"listen": "127.0.0.1:0"}, "ollama.key"),
        ({"key": OTHER}, "ollama.listen"),
        ({"listen": "0.0.0.0:0", "key": OTHER}, "ollama.listen"),
        ({"listen": "127.0.0.1", "key": OTHER}, "ollama.listen"),
        ({"listen": "127.0.0.1:0", "key": "short"}, "ollama.key"),
    ],
)
def test_a_faulty_section_is_named_with_its_line(server, section, setting):
    file = server.directory / "faulty.yaml"
    file.write_text(yaml.safe_dump({"ollama": section}))
    done = server.run("check", file)
    assert done.returncode != 0
    assert setting in done.stdout + done.stderr and "faulty.yaml:" in done.stdout + done.stderr


def test_the_network_is_served_only_if_that_is_said(server):
    file = server.directory / "open.yaml"
    file.write_text(yaml.safe_dump({"ollama": {"listen": "0.0.0.0:0", "key": OTHER, "open_to_network": True}}))
    file.chmod(0o600)
    assert server.run("check", file).returncode == 0
