"""Scripts that public Node packages run in. WEIR_NODE_MODULES is where npm put them."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from support.eventually import DEADLINE_S

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "clients" / "node"


def place_script(tmp_path_factory, name):
    """The script beside a link to its packages: that is where Node looks for them."""
    packages = os.environ.get("WEIR_NODE_MODULES")
    if not packages:
        pytest.fail("WEIR_NODE_MODULES is not set: run this suite through scripts/test")
    place = tmp_path_factory.mktemp("node")
    shutil.copy(SCRIPTS / name, place)
    (place / "node_modules").symlink_to(packages)
    return place / name


def run_script(script, base_url, key, question, **environment):
    """The script's answer to its input, which it reads as JSON."""
    done = subprocess.run(
        ["node", script, base_url, key],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
