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


def test_a_base_url_is_a_value_and_nothing_else(tmp_path):
    url = 'http://127.0.0.1:1/a"b$' + "{HOME}"
    env = {**os.environ, "OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": url}
    done = run(tmp_path, "init", env=env)
    if done.returncode:
        assert not (tmp_path / "weir.yaml").exists()
        return
    assert run(tmp_path, "check", "weir.yaml", env=env).returncode == 0
    shown = run(tmp_path, "check", "--show", "weir.yaml", env=env).stdout
    assert os.environ["HOME"] not in shown


def test_a_provider_that_is_not_used_has_its_reason(tmp_path):
    done = run(tmp_path, "init", env={**os.environ, "XAI_API_KEY": "no key at all"})
    assert done.returncode == 0, done.stderr
    assert "not used: XAI_API_KEY: " in done.stdout
    assert "# Not used: XAI_API_KEY: " in (tmp_path / "weir.yaml").read_text()
    assert "no key at all" not in done.stdout + (tmp_path / "weir.yaml").read_text()


def ask(directory, answers, *words):
    """The exit status and the output of `weir init` at a terminal with these answers."""
    ours, its = pty.openpty()
    process = subprocess.Popen([BINARY, "init", *words], cwd=directory, stdin=its, stderr=its, stdout=subprocess.PIPE)
    os.close(its)
    os.write(ours, answers)
    out, _ = process.communicate(timeout=DEADLINE_S)
    os.close(ours)
    return process.returncode, out


def test_the_operators_port_is_another_than_the_clients(tmp_path):
    status, _ = ask(tmp_path, b"127.0.0.1:8081\n" + b"no\n" * 20)
    assert status == 0
    assert yaml.safe_load((tmp_path / "weir.yaml").read_text())["server"]["admin_listen"] == "127.0.0.1:8082"
    assert run(tmp_path, "check", "weir.yaml").returncode == 0


def test_the_end_of_the_answers_writes_no_file(tmp_path):
    status, _ = ask(tmp_path, b"\x04")
    assert status == 1
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_noticed_before_the_questions(tmp_path):
    done = run(tmp_path, "init", "none/weir.yaml")
    assert done.returncode == 1 and "cannot write none/weir.yaml" in done.stderr
