"""Dredd runs the contract, response by response. Two of its eight cannot be caused by a
request: 503 and 504, which test_overload.py and test_fault_matrix.py show."""

import json
import os
import pathlib
import re
import subprocess

import pytest

from support.eventually import DEADLINE_S
from support.process import KEY

HERE = pathlib.Path(__file__).resolve().parent
DISABLED = "sk-test-disabled-6789abcdefghijklmnopqrstuvwxyz"
SPENT = "sk-test-spent-456789abcdefghijklmnopqrstuvwxyz"


def test_dredd_finds_the_contracts_responses(weir):
    modules = os.environ.get("WEIR_NODE_MODULES")
    if not modules:
        pytest.fail("WEIR_NODE_MODULES is not set: run this suite through scripts/test")
    server = weir(
        models=[{"id": "Qwen/Qwen3-8B", "sub_types": ["chat"]}],
        keys=[
            {"name": "test", "key": KEY},
            {"name": "disabled", "key": DISABLED, "disabled": True},
            {"name": "spent", "key": SPENT, "requests_per_minute": 1},
        ],
    )
    assert server.get("/v1/models", key=SPENT).status == 200
    done = subprocess.run(
        [
            *("node", f"{modules}/dredd/bin/dredd", str(HERE / "contract.yaml")),
            *(f"http://127.0.0.1:{server.public}/v1", "--no-color", "--loglevel=error"),
            f"--hookfiles={HERE / 'node' / 'dredd_hooks.cjs'}",
        ],
        env={**os.environ, "WEIR_DREDD_KEYS": json.dumps({"good": KEY, "disabled": DISABLED, "spent": SPENT})},
        cwd=server.directory,
        capture_output=True,
        text=True,
        timeout=4 * DEADLINE_S,
    )
    failed = set(re.findall(r"^fail: GET \((\d+)\)", done.stdout, re.MULTILINE))
    assert "6 passing, 2 failing, 0 errors" in done.stdout, (done.stdout, done.stderr)
    assert failed == {"503", "504"}
