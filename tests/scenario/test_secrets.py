"""Canaries: every kind of secret goes through every kind of path, and is then looked for in all that
Weir says to anybody: logs, metrics, error bodies, admin answers, commands, the process list.

LiteLLM's guardrail logs showed secrets; this is where ours would.
"""

import base64
import contextlib
import json
import re
import pathlib
import urllib.parse

import pytest

from support.caller import Caller, call, multipart, post
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.eventually import eventually
from support.upstream import closed_port
from support.wire import Closed, Wire, request

CLIENT = "sk-canary-client-0123456789abcdefghijk"
FROM_ENVIRONMENT = "sk-canary-environ-0123456789abcdefgh"
UPSTREAM = "canary-upstream-key-0123456789abcdef"
ADMIN = "canary-admin-key-0123456789abcdef"
PEPPER = "canary-pepper-0123456789abcdef-0123456789abcdef"
WRONG = "sk-canary-wrong-0123456789abcdefghijkl"
PROMPT = "canary-prompt-of-a-client"
ANSWER = "canary-answer-of-an-upstream"
FILE = "canary-in-an-uploaded-file"

MODELS = ("ok", "bad", "broken", "cut", "event", "garbage", "dead", "speech")


def spellings(secret):
    """The secret itself, and its common encodings."""
    raw = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        base64.b64encode(raw).decode().rstrip("=")[:-1],
        raw.hex(),
        # The whole of it in pieces would be as bad: no half may show either.
        secret[: 3 * len(secret) // 4],
    }


def traces(text, secrets):
    """Each occurrence, with its context."""
    found = []
    for spelling in {spelling for secret in secrets for spelling in spellings(secret)}:
        at = text.find(spelling)
        if at >= 0:
            found.append(text[max(at - 100, 0) : at + 120])
    return found


@pytest.fixture(scope="module")
def engine():
    with Engine(*(f"lab/{model}" for model in MODELS)) as engine:
        said = {"choices": [{"message": {"role": "assistant", "content": ANSWER}}]}
        delta = event({"choices": [{"delta": {"content": ANSWER}}]})
        engine.scripts["lab/broken"] = as_json({"error": ANSWER}, status=500)
        engine.scripts["lab/cut"] = as_stream(delta, end="cut")
        engine.scripts["lab/event"] = as_stream(delta, b"data: {" + ANSWER.encode() + b"\n\n", DONE)
        engine.scripts["lab/garbage"] = Script(raw=b"HTTP/1.1 abc " + ANSWER.encode() + b"\r\n\r\n")
        engine.scripts["lab/ok"] = lambda call: (
            as_stream(delta, DONE) if call.json().get("stream") else as_json({**said, "usage": {"total_tokens": 3}})
        )
        yield engine


@pytest.fixture
def server(weir, engine):
    models = [{"id": f"lab/{name}", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]} for name in MODELS[:6]]
    models.append({"id": "lab/dead", "sub_types": ["chat"], "upstreams": [{"name": "dead"}]})
    models.append({"id": "lab/speech", "sub_types": ["speech-to-text"], "upstreams": [{"name": "gpu"}]})
    upstreams = [
        {"name": "gpu", "url": engine.url, "api_key": UPSTREAM},
        {"name": "dead", "url": f"http://127.0.0.1:{closed_port()}", "api_key": UPSTREAM},
    ]
    keys = [{"name": "test", "key": CLIENT}, {"name": "environ", "key": "${CANARY_KEY}"}]
    return weir(
        environment={"CANARY_KEY": FROM_ENVIRONMENT, "CANARY_OTHER": "not a secret"},
        models=models,
        upstreams=upstreams,
        keys=keys,
        pepper=PEPPER,
        server={"admin_key": ADMIN},
        log={"level": "debug"},
        calls={"retries": 0},
    )


SECRETS = (CLIENT, FROM_ENVIRONMENT, UPSTREAM, ADMIN, PEPPER, WRONG, PROMPT, FILE)


def without_model(body):
    """A client is told which model does not exist, as it named it."""
    return re.sub(rb"The model `[^`]*`", b"", body)


def bodies_of_errors(server):
    """The bodies of every kind of refusal, for every kind of caller."""
    told = []
    for key in (CLIENT, FROM_ENVIRONMENT, WRONG):
        for model in (*MODELS, "none", PROMPT):
            for stream in (False, True):
                ending = call(server.public, f"lab/{model}", PROMPT, key=key, stream=stream)
                if ending.status != 200:
                    told.append(without_model(ending.body))
        content_type, form = multipart(("model", "lab/speech"), ("file", "a.wav", FILE.encode() * 100))
        told.append(post(server.public, "/v1/audio/transcriptions", form, content_type=content_type, key=key).body)
        for body in (b"{" + PROMPT.encode(), json.dumps({"model": PROMPT * 40}).encode(), PROMPT.encode()):
            told.append(without_model(post(server.public, "/v1/chat/completions", body, key=key).body))
        for target in ("/v1/models?type=nonsense", "/v1/models/none", "/none", f"/v1/models?key={key}", f"/{key}"):
            told.append(server.get(target, key=key).body)
    for line in (f"GET /v1/models HTTP/1.1\r\nAuthorization: Basic {CLIENT}\r\n\r\n", f"{CLIENT} / HTTP/1.1\r\n\r\n",
                 f"GET / HTTP/1.1\r\nHost: a\r\n{CLIENT} : b\r\n\r\n", f"GET /?{CLIENT} HTTP/9.9\r\n\r\n"):  # fmt: skip
        with contextlib.suppress(Closed, OSError), Wire(server.public) as wire:
            wire.send(line.encode())
            told.append(wire.receive().body)
    return told


def leave_midway(server):
    with Caller(server.public) as caller:
        caller.call("lab/ok", PROMPT, key=CLIENT, stream=True)


def admin_pages(server):
    pages = []
    for path in ("/metrics", "/healthz", "/readyz", "/admin", "/admin/models", "/admin/upstreams", f"/{ADMIN}"):
        for key in (None, ADMIN, WRONG):
            pages.append(request(server.admin, "GET", path, key=key).body)
    return pages


def commands(server):
    bad = server.directory / "bad.yaml"
    written = server.config_file.read_text()
    bad.write_text(written.replace("retries: 0", "retries: many").replace(PEPPER, PEPPER + " é"))
    done = [
        server.cli("keys", "list", "--all", "--json"),
        server.cli("keys", "list"),
        server.cli("usage"),
        server.cli("usage", "--json"),
        server.cli("keys", "create", "x" * 200, check=False),
        server.ask("models"),
        server.ask("upstreams", "--json"),
    ]
    for words in (["check", "--print", server.config_file], ["check", bad], ["serve", "--config", bad]):
        done.append(server.run(*words))
    return [out for one in done for out in (one.stdout, one.stderr)]


def process_list(server):
    place = pathlib.Path(f"/proc/{server.process.pid}")
    names = [(thread / "comm").read_bytes() for thread in (place / "task").iterdir()]
    return [(place / "cmdline").read_bytes(), (place / "environ").read_bytes(), *names]


def test_no_secret_is_in_anything_that_is_said(server, engine):
    assert call(server.public, "lab/ok", PROMPT, key=FROM_ENVIRONMENT).status == 200
    told = bodies_of_errors(server)
    leave_midway(server)
    made = server.create_key("stored")
    eventually(lambda: call(server.public, "lab/ok", PROMPT, key=made).status == 200)
    # A reload finds the key of the environment again, and a bad one says nothing it should not.
    written = server.config_file.read_text()
    server.write_config_text(written.replace("retries: 0", "retries: 1"))
    eventually(lambda: server.log.where(msg="config reloaded") or "reload" in server.log.text())
    server.write_config_text(written.replace(PEPPER, CLIENT + "\tx"))
    eventually(lambda: "pepper" in server.log.text())
    server.write_config_text(written)
    assert call(server.public, "lab/ok", PROMPT, key=FROM_ENVIRONMENT).status == 200
    told += admin_pages(server) + commands(server) + process_list(server)
    server.stop()
    told += [server.access.text(), server.log.text()]

    text = "\n".join(one.decode(errors="replace") if isinstance(one, bytes) else one for one in told)
    assert len(text) > 10_000, "it has looked at something"
    assert traces(text, [*SECRETS, made]) == []
    # An upstream's answer goes to its caller, and into no log.
    assert traces(server.access.text() + server.log.text(), [ANSWER]) == []
    # The canaries did get where they were to go.
    assert any(PROMPT in one.body.decode(errors="replace") for one in engine.calls)
    assert any(one.headers.get("authorization") == f"Bearer {UPSTREAM}" for one in engine.calls)


def test_a_secret_from_the_environment_is_not_in_the_process_list(server):
    environment = pathlib.Path(f"/proc/{server.process.pid}/environ").read_bytes()
    assert FROM_ENVIRONMENT.encode() not in environment
    assert b"CANARY_OTHER=not a secret" in environment


def test_no_core_file_is_written(server):
    limits = pathlib.Path(f"/proc/{server.process.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]


def test_no_field_of_a_request_alters_the_upstream_nor_takes_its_key_elsewhere(weir):
    """LiteLLM 24952, 37053, 31467; MLflow CVE-2026-71211: a client named the upstream, and the
    provider's key was sent there."""
    with Engine("lab/chat", name="ours") as ours, Engine("lab/chat", name="strangers") as stranger:
        elsewhere = stranger.url
        server = weir(
            models=[{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
            keys=[{"name": "test", "key": CLIENT}],
            upstreams=[{"name": "gpu", "url": ours.url, "api_key": UPSTREAM}],
        )
        names = ("api_base", "base_url", "api_url", "url", "endpoint", "host", "custom_llm_provider", "upstream",
                 "proxy", "proxies", "api_key", "azure_endpoint", "aws_bedrock_runtime_endpoint")  # fmt: skip
        for name in names:
            assert call(server.public, "lab/chat", key=CLIENT, **{name: elsewhere}).status == 200
            nested = {"litellm_params": {name: elsewhere}, "extra_body": {name: elsewhere}, "metadata": {name: elsewhere}}
            assert call(server.public, "lab/chat", key=CLIENT, **nested).status == 200
        host = elsewhere.removeprefix("http://")
        headers = ("Forwarded", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Server", "Proxy",
                   "X-Upstream", "X-Api-Base", "X-Target-Url", "X-Host", "Referer", "X-Portkey-Custom-Host",
                   "Helicone-Target-Url", "Destination", "Location", "api-base")  # fmt: skip
        for name in headers:
            for value in (elsewhere, host, f"host={host}"):
                assert call(server.public, "lab/chat", key=CLIENT, headers=[(name, value)]).status == 200
        for target in (f"{elsewhere}/v1/chat/completions", f"/v1/chat/completions?api_base={elsewhere}",
                       f"//{host}/v1/chat/completions", f"/v1/chat/completions/../../{host}"):  # fmt: skip
            with contextlib.suppress(Closed, OSError), Caller(server.public) as caller:
                caller.call("lab/chat", target=target, key=CLIENT)
                caller.ending()
        for model in (f"{elsewhere}/lab/chat", f"http://{UPSTREAM}@{host}/", f"gpu/../{host}", "openai/lab/chat"):
            assert call(server.public, model, key=CLIENT).status in (400, 404)
        # A redirect would take the key along.
        ours.scripts["lab/chat"] = as_json({}, status=307, headers=(("Location", f"{elsewhere}/v1/chat/completions"),))
        assert call(server.public, "lab/chat", key=CLIENT).status >= 500

        assert stranger.all_calls == [] and stranger.connections == 0
        assert {one.headers["host"] for one in ours.all_calls} == {ours.url.removeprefix("http://")}
        assert {one.headers["authorization"] for one in ours.calls} == {f"Bearer {UPSTREAM}"}


