"""`weir completion` in real shells, and the manual."""

import shutil
import subprocess

import pytest

from support.eventually import DEADLINE_S
from support.process import BINARY, ROOT


def script(shell):
    done = subprocess.run([BINARY, "completion", shell], capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def bash_completions(line):
    """The words that bash offers at the end of the line."""
    words = line.split(" ")
    command = (
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return subprocess.run(
        ["bash", "-c", command, "bash", "/dev/stdin", *words], input=script("bash"), capture_output=True, text=True, check=True
    ).stdout.splitlines()


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("weir ", {"serve", "keys", "models", "completion"}, {"create", "reference"}),
        ("weir k", {"keys"}, {"serve"}),
        ("weir keys ", {"create", "list", "rotate", "revoke"}, {"serve"}),
        ("weir keys create --r", {"--rpm"}, {"--admin"}),
        ("weir models --sub-type text-to-", {"text-to-image", "text-to-speech", "text-to-video"}, {"chat"}),
        ("weir models --type ", {"text", "image", "audio", "video"}, {"--type"}),
        ("weir completion ", {"bash", "zsh", "fish"}, set()),
    ],
)
def test_bash_completes(line, offered, not_offered):
    found = set(bash_completions(line))
    assert offered <= found
    assert not not_offered & found


def test_bash_completes_files(tmp_path):
    (tmp_path / "weir.yaml").touch()
    assert bash_completions(f"weir serve --config {tmp_path}/we") == [f"{tmp_path}/weir.yaml"]
    assert f"{tmp_path}/weir.yaml" in bash_completions(f"weir check {tmp_path}/we")


def test_bash_completes_files_with_blanks_and_stars(tmp_path):
    for name in ("my config.yaml", "my * config.yaml"):
        (tmp_path / name).touch()
    for command in ("weir serve --config", "weir check"):
        found = bash_completions(f"{command} {tmp_path}/my")
        assert sorted(found) == [f"{tmp_path}/my * config.yaml", f"{tmp_path}/my config.yaml"]


def test_bash_takes_no_command_for_a_directory():
    command = "source /dev/stdin; complete -p weir"
    done = subprocess.run(["bash", "-c", command], input=script("bash"), capture_output=True, text=True, check=True)
    assert "filenames" not in done.stdout  # of files alone, or `weir mod` becomes `weir models/`


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_well_formed(shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, "-n", "/dev/stdin"], input=script(shell), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_another_shell_is_refused():
    done = subprocess.run([BINARY, "completion", "tcsh"], capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 1
    assert "tcsh" in done.stderr and "bash, zsh, fish" in done.stderr


def test_the_manual_has_every_command():
    page = (ROOT / "packaging/man/weir.1").read_text()
    for command in script("fish").split('__weir_at "weir"\' -a ')[1:]:
        assert f".SS weir {command.split()[0]}" in page
