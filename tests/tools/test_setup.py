"""scripts/lib/setup.sh: what is built anew when the system's headers change."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

BEFORE = "libfmt-dev 9.1.0\nlibssl-dev 3.0.15\n"

CMAKE = """#!/bin/sh
echo "$@" >>"$CALLS"
"""


@pytest.fixture
def build(tmp_path):
    """Runs setup.sh's build() in a clone whose cmake writes down its arguments."""
    commands = tmp_path / "commands"
    (tmp_path / "clone/scripts/lib").mkdir(parents=True)
    (tmp_path / "clone/build/dev").mkdir(parents=True)
    (tmp_path / "clone/build/dev/build.ninja").touch()
    shutil.copy(ROOT / "scripts/lib/setup.sh", tmp_path / "clone/scripts/lib")
    commands.mkdir()
    (commands / "cmake").write_text(CMAKE)
    (commands / "dpkg-query").write_text('#!/bin/sh\ncat "$PACKAGES"\n')
    for command in commands.iterdir():
        command.chmod(0o755)

    def run(packages):
        (tmp_path / "packages").write_text(packages)
        (tmp_path / "calls").write_text("")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", ". scripts/lib/setup.sh; build dev weir"],
            cwd=tmp_path / "clone",
            env={
                **os.environ,
                "PATH": f"{commands}:{os.environ['PATH']}",
                "CALLS": str(tmp_path / "calls"),
                "PACKAGES": str(tmp_path / "packages"),
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return ["clean" in call for call in (tmp_path / "calls").read_text().splitlines()]

    return run


def test_nothing_is_built_anew_while_headers_stay(build):
    assert build(BEFORE) == [False]
    assert build(BEFORE) == [False]


@pytest.mark.parametrize(
    "after",
    ["libfmt-dev 9.1.1\nlibssl-dev 3.0.15\n", "libssl-dev 3.0.15\n", "libfmt-dev 9.1.0\nlibssl-dev 3.0.9\n"],
    ids=["upgraded", "removed", "downgraded"],
)
def test_all_is_built_anew_after_a_change_of_headers(build, after):
    build(BEFORE)
    assert build(after) == [True, False]
    assert build(after) == [False]


def test_a_new_package_changes_nothing_that_was_built(build):
    build(BEFORE)
    assert build(BEFORE + "libgtest-dev 1.12.1\n") == [False]


def test_a_machine_without_dpkg_builds(build):
    assert build("") == [False]
    assert build("") == [False]
