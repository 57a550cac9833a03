"""Schemathesis, every check, against the asked contract and against our own description.

The examples are bounded (WEIR_EXAMPLES) and drawn from a fixed seed, so that a run is repeatable.
WEIR_CONTRACT may name one more description to be held to.
"""

import os
import pathlib
import subprocess
import sys
import urllib.parse

import pytest
import yaml

from support.eventually import eventually
from support.process import KEY, Weir

HERE = pathlib.Path(__file__).parent
EXAMPLES = os.environ.get("WEIR_EXAMPLES", "150")
MODELS = [
    {"id": "Qwen/Qwen3-8B", "sub_types": ["chat"], "context_length": 32768},
    {"id": "BAAI/bge-m3", "sub_types": ["embedding"]},
    {"id": "acme/painter", "sub_types": ["text-to-image", "image-to-image"]},
    {"id": "acme/moderator", "type": "text"},
]
# Calls reach the built-in engine: the examples of our description name its models.
ENGINE = {"name": "demo", "kind": "simulator"}
AT_ONCE = {"first_token": "0s", "token": "0s", "picture": "0s", "video": "0s"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = tmp_path_factory.mktemp("properties")
    server = Weir(place, models=MODELS, upstreams=[ENGINE], simulator=AT_ONCE)
    eventually(lambda: "demo/chat" in server.ids(), what="the engine's models")
    yield server
    server.stop()


def hold_to(description, base_url, scratch, *options):
    """Runs every check of every phase; the report is the failure message."""
    done = subprocess.run(
        [
            pathlib.Path(sys.executable).parent / "schemathesis",
            "--config-file", HERE / "schemathesis.toml",
            "run", description,
            "--url", base_url,
            "--header", f"Authorization: Bearer {KEY}",
            "--checks", "all",
            "--max-examples", EXAMPLES,
            "--seed", "20261",
            "--generation-database", "none",
            "--no-color",
            *options,
        ],
        cwd=scratch,
        capture_output=True,
        text=True,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def base_path(servers):
    """The path of the first of the servers that a description, or one path of it, names."""
    return urllib.parse.urlsplit(servers[0]["url"]).path.rstrip("/")


def test_the_asked_contract_holds(server, tmp_path):
    hold_to(HERE / "contract.yaml", f"http://127.0.0.1:{server.public}/v1", tmp_path)


def test_the_servers_own_description_holds(server, tmp_path):
    """A path may name servers of its own; Schemathesis takes one base a run."""
    description = tmp_path / "openapi.yaml"
    description.write_bytes(server.get("/openapi.yaml").body)
    document = yaml.safe_load(description.read_text())
    paths_of = {}
    for path, item in document["paths"].items():
        paths_of.setdefault(base_path(item.get("servers", document["servers"])), []).append(path)

    for base, paths in paths_of.items():
        chosen = [word for path in paths for word in ("--include-path", path)]
        hold_to(description, f"http://127.0.0.1:{server.public}{base}", tmp_path, *chosen)


@pytest.mark.skipif("WEIR_CONTRACT" not in os.environ, reason="WEIR_CONTRACT names no further description")
def test_the_given_contract_holds(server, tmp_path):
    description = pathlib.Path(os.environ["WEIR_CONTRACT"]).resolve()
    base = base_path(yaml.safe_load(description.read_text())["servers"])
    hold_to(description, f"http://127.0.0.1:{server.public}{base}", tmp_path)
