"""Client by situation: the call works, or the user reads Weir's message, after no more requests than make sense.

Every client keeps its default settings. `EXCEPTIONS` is what is seen where a client can show no more;
docs/clients.md has the same table for users.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import pytest

from support.client_table import SITUATIONS, requests_of, situations
from support.eventually import DEADLINE_S, eventually
from support.node import place_script

SEE = pathlib.Path(__file__).parent / "table" / "see.py"


@dataclasses.dataclass(frozen=True)
class Client:
    runner: str
    name: str
    lists: bool = True  # has a call for the list of models


CLIENTS = {
    "openai, Python": Client("python", "openai"),
    "anthropic, Python": Client("python", "anthropic"),
    "LangChain, Python": Client("langchain", "langchain", lists=False),
    "LiteLLM": Client("langchain", "litellm", lists=False),
    "openai 4, Node": Client("node", "openai4"),
    "openai 6, Node": Client("node", "openai6"),
    "openai 7, Node": Client("node", "openai7"),
    "anthropic, Node": Client("node", "anthropic"),
    "AI SDK 7, openai": Client("node", "ai-sdk-openai", lists=False),
    "AI SDK 7, openai-compatible": Client("node", "ai-sdk-compatible", lists=False),
    "AI SDK 7, anthropic": Client("node", "ai-sdk-anthropic", lists=False),
    "LangChain, Node": Client("node", "langchain", lists=False),
    "go-openai": Client("go", "go-openai"),
    "anthropic, Go": Client("go", "anthropic"),
    "async-openai": Client("rust", "async-openai"),
    "openai, Java": Client("java", "openai"),
}
# Programs of languages that need a build.
BUILT = {"go": "WEIR_GO_CLIENTS", "rust": "WEIR_RUST_CLIENTS", "java": "WEIR_JAVA_CLIENTS"}
# The AI SDK tries every 429 and 5xx three times, whatever the fields of the answer say.
TRIES_A_LIMIT_AGAIN = {"requests": (3, 3)}
# go-openai tries nothing again.
REFUSED = {"shows": "Retry after 1 second.", "requests": (1, 1)}
EXCEPTIONS = {
    ("go-openai", "limit of a second"): REFUSED,
    ("async-openai", "upstream's error"): {"requests": (4, 4)},
} | {
    (client, "limit of a day"): TRIES_A_LIMIT_AGAIN
    for client in ("AI SDK 7, openai", "AI SDK 7, openai-compatible", "AI SDK 7, anthropic")
}
TABLE = [
    pytest.param(client, situation, id=f"{client}: {situation}")
    for client, one in CLIENTS.items()
    for situation, case in SITUATIONS.items()
    if one.lists or case.do != "list"
]


def command_of(client, tmp_path_factory):
    if client.runner in BUILT:
        program = os.environ.get(BUILT[client.runner])
        if not program:
            pytest.skip(f"{BUILT[client.runner]} is not set: scripts/test agents builds them")
        return [program, client.name]
    if client.runner == "node":
        return ["node", place_script(tmp_path_factory, "see.mjs"), client.name]
    python = sys.executable if client.runner == "python" else os.environ.get("WEIR_LANGCHAIN_PYTHON")
    if not python:
        pytest.fail("WEIR_LANGCHAIN_PYTHON is not set: run this suite through scripts/test")
    return [python, "-B", SEE, client.name]


def cases_of(client):
    """The cases that its program is given."""
    chosen = {name: one for name, one in SITUATIONS.items() if client.lists or one.do != "list"}
    return [{"name": name, "do": one.do, "model": one.model, "key": one.key} for name, one in chosen.items()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The message or answer that a client shows, and its requests, by situation; one client at a time."""
    known = {}

    def of(name):
        if name not in known:
            known.clear()
            known[name] = see(CLIENTS[name], tmp_path_factory)
        return known[name]

    return of


def see(client, tmp_path_factory):
    command = command_of(client, tmp_path_factory)
    cases = cases_of(client)
    with situations(tmp_path_factory.mktemp("table")) as server:
        asked = {"root": f"http://127.0.0.1:{server.public}", "cases": cases}
        done = subprocess.run(
            command, input=json.dumps(asked), capture_output=True, text=True,
            timeout=6 * DEADLINE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        eventually(lambda: server.access.where(model="lab/slow", reason="client_left"), what="the end of the cancelled call")
    # The access log is complete.
    counts = {case["name"]: requests_of(server, SITUATIONS[case["name"]]) for case in cases}
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["case"]: {**line, "requests": counts[line["case"]]} for line in lines}


@pytest.mark.parametrize(("client", "situation"), TABLE)
def test_the_user_sees(seen, client, situation):
    told = seen(client)[situation]
    expected = dataclasses.replace(SITUATIONS[situation], **EXCEPTIONS.get((client, situation), {}))
    if expected.shows:
        assert expected.shows in told.get("shown", ""), told
    else:
        assert expected.answer in told.get("ok", ""), told
    at_least, at_most = expected.requests
    assert at_least <= told["requests"] <= at_most, told
