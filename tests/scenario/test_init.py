"""`weir init` writes a config that serves what was found."""

import os
import pty
import stat
import subprocess

import yaml

from support.engine import Engine
from support.eventually import DEADLINE_S
from support.process import BINARY

SECRET = "sk-provider-0123456789"


def environment(engine):
    return {**os.environ, "OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": f"http://127.0.0.1:{engine.port}/v1"}


def run(directory, *words, env=None):
    return subprocess.run(
        [BINARY, *words], cwd=directory, env=env, capture_output=True, text=True, timeout=DEADLINE_S, stdin=subprocess.DEVNULL
    )


def test_what_was_found_is_in_a_config_that_is_good(tmp_path):
    with Engine("hosted/chat") as engine:
        env = environment(engine)
        done = run(tmp_path, "init", env=env)
        assert done.returncode == 0, done.stderr
        assert "OPENAI_API_KEY" in done.stdout and "weir serve --config weir.yaml" in done.stdout
        file = tmp_path / "weir.yaml"
        text = file.read_text()
        assert SECRET not in text + done.stdout + done.stderr
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        upstreams = {entry["name"]: entry for entry in yaml.safe_load(text)["upstreams"]}
        assert upstreams["openai"]["api_key"] == "${OPENAI_API_KEY}"
        assert upstreams["openai"]["url"] == f"http://127.0.0.1:{engine.port}/v1"
        assert run(tmp_path, "check", "weir.yaml", env=env).returncode == 0


def test_no_file_is_replaced(tmp_path):
    (tmp_path / "mine.yaml").write_text("# mine\n")
    done = run(tmp_path, "init", "mine.yaml", "--yes")
    assert done.returncode == 1 and "mine.yaml exists" in done.stderr
    assert (tmp_path / "mine.yaml").read_text() == "# mine\n"


def test_a_terminal_is_asked(tmp_path):
    ours, its = pty.openpty()
    with Engine("hosted/chat") as engine:
        process = subprocess.Popen([BINARY, "init"], cwd=tmp_path, env=environment(engine), stdin=its, stderr=its, stdout=subprocess.PIPE)
        os.close(its)
        # A wrong address is asked for again; more answers than there are questions, for whatever engines are here.
        os.write(ours, b"nonsense\n127.0.0.1:9999\n" + b"no\n" * 20)
        out, _ = process.communicate(timeout=DEADLINE_S)
    os.close(ours)
    assert process.returncode == 0 and b"wrote weir.yaml" in out
    config = yaml.safe_load((tmp_path / "weir.yaml").read_text())
    assert config["server"]["listen"] == "127.0.0.1:9999"
    assert not config.get("upstreams")
