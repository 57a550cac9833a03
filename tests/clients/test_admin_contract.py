"""Schemathesis, every check, against the admin API's own description.

The examples are bounded (WEIR_ADMIN_EXAMPLES) and drawn from a fixed seed, as those of the public API.
"""

import os
import pathlib
import subprocess
import sys

import pytest

from support.eventually import eventually
from support.process import Weir

HERE = pathlib.Path(__file__).parent
EXAMPLES = os.environ.get("WEIR_ADMIN_EXAMPLES", "10")
ADMIN = "admin-key-0123456789"
ENGINE = {"name": "demo", "kind": "simulator"}
# A stream without an end, and logins, whose failures make an address wait: tests/scenario/test_admin_api.py.
APART = ["/events", "/session"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = tmp_path_factory.mktemp("admin")
    server = Weir(place, models=[{"id": "lab/chat", "type": "text"}], upstreams=[ENGINE], server={"admin_key": ADMIN})
    eventually(lambda: "demo/chat" in server.ids(), what="the engine's models")
    yield server
    server.stop()


def test_the_admin_api_is_as_it_is_described(server, tmp_path):
    description = tmp_path / "openapi.yaml"
    reply = server.admin_get("/admin/v1/openapi.yaml")
    assert reply.status == 200
    description.write_bytes(reply.body)
    done = subprocess.run(
        [
            pathlib.Path(sys.executable).parent / "schemathesis",
            "--config-file", HERE / "schemathesis-admin.toml",
            "run", description,
            "--url", f"http://127.0.0.1:{server.admin}/admin/v1",
            "--header", f"Authorization: Bearer {ADMIN}",
            *(word for path in APART for word in ("--exclude-path", path)),
            "--checks", "all",
            "--exclude-checks", "ignored_auth",  # wrong keys from one address are answered 429 after five
            "--max-examples", EXAMPLES,
            "--seed", "20261",
            "--generation-database", "none",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
