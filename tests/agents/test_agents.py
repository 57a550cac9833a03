"""Coding agents, as their users run them, in front of a model whose upstream speaks chat completions only.

WEIR_AGENTS is where npm put them. Their requests are real, the model's answers are scripted.
"""

import json
import os
import pathlib
import subprocess

import pytest

from support.engine import DONE, Engine, as_json, as_stream, event
from support.process import KEY, Weir

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
USAGE = {"prompt_tokens": 700, "completion_tokens": 9, "total_tokens": 709}
SECRET = "the-river-is-blue"
PATIENCE_S = 300
TRANSLATED = ["messages", "responses", "generate_content", "stream_generate_content"]


def agents():
    place = os.environ.get("WEIR_AGENTS")
    if not place:
        pytest.skip("WEIR_AGENTS is not set")
    return pathlib.Path(place)


def run(words, directory, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        words, cwd=directory, env={**kept, "HOME": str(directory), **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


class Claude:
    TOOL = "Bash"
    path = "/v1/messages"

    @staticmethod
    def arguments(command):
        return {"command": command, "description": "Reads a file."}

    @staticmethod
    def ask(port, directory, prompt, key=KEY, model="lab/chat"):
        program = agents() / "@anthropic-ai" / "claude-code" / "bin" / "claude.exe"
        return run(
            [program, "-p", prompt, "--allowedTools", "Bash"], directory,
            ANTHROPIC_BASE_URL=f"http://127.0.0.1:{port}", ANTHROPIC_AUTH_TOKEN=key, ANTHROPIC_MODEL=model,
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1", DISABLE_AUTOUPDATER="1", CLAUDE_CODE_MAX_RETRIES="0",
        )  # fmt: skip


class Codex:
    TOOL = "exec_command"
    path = "/v1/responses"

    @staticmethod
    def arguments(command):
        return {"cmd": command}

    @staticmethod
    def ask(port, directory, prompt, key=KEY, model="lab/chat"):
        home = directory / ".codex"
        home.mkdir(exist_ok=True)
        provider = {"name": "Weir", "base_url": f"http://127.0.0.1:{port}/v1", "env_key": "WEIR_KEY", "wire_api": "responses",
                    "request_max_retries": 0, "stream_max_retries": 0}  # fmt: skip
        lines = [f"{name} = {json.dumps(value)}" for name, value in provider.items()]
        top = [f'model = "{model}"', 'model_provider = "weir"', "[model_providers.weir]"]
        (home / "config.toml").write_text("\n".join([*top, *lines]) + "\n")
        words = [agents() / ".bin" / "codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
        return run([*words, prompt], directory, CODEX_HOME=str(home), WEIR_KEY=key)


class Opencode:
    TOOL = "bash"
    path = "/v1/chat/completions"

    @staticmethod
    def arguments(command):
        return {"command": command}

    @staticmethod
    def ask(port, directory, prompt, key=KEY, model="lab/chat"):
        options = {"baseURL": f"http://127.0.0.1:{port}/v1", "apiKey": key}
        provider = {"npm": "@ai-sdk/openai-compatible", "name": "Weir", "options": options, "models": {model: {"name": model}}}
        config = {"provider": {"weir": provider}, "autoupdate": False, "share": "disabled", "small_model": f"weir/{model}"}
        return run(
            [agents() / "opencode-linux-x64" / "bin" / "opencode", "run", "--auto", "-m", f"weir/{model}", prompt], directory,
            OPENCODE_CONFIG_CONTENT=json.dumps(config), OPENCODE_DISABLE_MODELS_FETCH="1", OPENCODE_DISABLE_AUTOUPDATE="1",
        )  # fmt: skip


class QwenCode:
    TOOL = "run_shell_command"
    path = "/v1/chat/completions"

    @staticmethod
    def arguments(command):
        return {"command": command, "is_background": False}

    @staticmethod
    def ask(port, directory, prompt, key=KEY, model="lab/chat"):
        return run(
            ["node", agents() / "@qwen-code" / "qwen-code" / "cli.js", "--yolo", "--auth-type", "openai", "-p", prompt], directory,
            OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1", OPENAI_API_KEY=key, OPENAI_MODEL=model,
        )  # fmt: skip


class Cline:
    TOOL = "run_commands"
    path = "/v1/chat/completions"

    @staticmethod
    def arguments(command):
        return {"commands": [command]}

    @staticmethod
    def ask(port, directory, prompt, key=KEY, model="lab/chat"):
        program = agents() / ".bin" / "cline"
        known = run([program, "auth", "openai", "-k", key, "-m", model, "-b", f"http://127.0.0.1:{port}/v1"], directory)
        assert known.returncode == 0, known
        return run([program, prompt], directory)


class GeminiCli:
    TOOL = "run_shell_command"
    path = "/v1beta/models/lab/chat:streamGenerateContent"

    @staticmethod
    def arguments(command):
        return {"command": command}

    @staticmethod
    def ask(port, directory, prompt, key=KEY, model="lab/chat"):
        home = directory / ".gemini"
        home.mkdir(exist_ok=True)
        settings = {
            "security": {"auth": {"selectedType": "gemini-api-key"}}, "general": {"disableAutoUpdate": True},
            "privacy": {"usageStatisticsEnabled": False},
        }  # fmt: skip
        (home / "settings.json").write_text(json.dumps(settings))
        return run(
            [agents() / ".bin" / "gemini", "--yolo", "-m", model, "-p", prompt], directory,
            GOOGLE_GEMINI_BASE_URL=f"http://127.0.0.1:{port}", GEMINI_API_KEY=key, GEMINI_CLI_TRUST_WORKSPACE="true",
        )  # fmt: skip


ALL = {"Claude Code": Claude, "Codex": Codex, "opencode": Opencode, "Qwen Code": QwenCode, "Cline": Cline, "gemini-cli": GeminiCli}
AGENTS = [pytest.param(agent, id=name) for name, agent in ALL.items()]


def chunk(delta, finish=None):
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "choices": choices})


USAGE_CHUNK = event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "choices": [], "usage": USAGE})


def says(*words):
    return as_stream(*[chunk({"content": word}) for word in words], chunk({}, "stop"), USAGE_CHUNK, DONE)


def calls(name, arguments):
    text = json.dumps(arguments)
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    pieces = [text[at : at + 5] for at in range(0, len(text), 5)]
    more = [chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in pieces]
    return as_stream(chunk({"tool_calls": [first]}), *more, chunk({}, "tool_calls"), USAGE_CHUNK, DONE)


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture
def server(engine, tmp_path):
    place = tmp_path / "weir"
    place.mkdir()
    upstream = {"name": "gpu", "url": engine.url, "translate": TRANSLATED}
    server = Weir(place, models=MODELS, upstreams=[upstream])
    yield server
    server.stop()


@pytest.fixture
def desk(tmp_path):
    """The agent's home and working directory."""
    place = tmp_path / "desk"
    place.mkdir()
    (place / "note.txt").write_text(SECRET + "\n")
    return place


@pytest.mark.parametrize("agent", AGENTS)
def test_it_reads_the_answer(server, engine, desk, agent):
    engine.scripts["lab/chat"] = says("The river ", "goes to the sea.")
    done = agent.ask(server.public, desk, "Where does the river go?")
    assert "The river goes to the sea." in done.stdout, done
    assert done.returncode == 0
    assert {sent.path for sent in engine.calls} == {"/chat/completions"}


# Without opencode, which did not end within PATIENCE_S after its tool.
@pytest.mark.parametrize("agent", [one for one in AGENTS if one.id != "opencode"])
def test_it_runs_a_tool_and_tells_the_model_what_came_of_it(server, engine, desk, agent):
    def script(sent):
        tools = [turn for turn in sent.json()["messages"] if turn["role"] == "tool"]
        if not tools:
            return calls(agent.TOOL, agent.arguments("cat note.txt"))
        return says("It says: ", "yes." if SECRET in json.dumps(tools[-1]["content"]) else "nothing.")

    engine.scripts["lab/chat"] = script
    done = agent.ask(server.public, desk, "Read note.txt.")
    assert "It says: yes." in done.stdout, done
    tools = engine.calls[0].json()["tools"]
    assert agent.TOOL in [tool["function"]["name"] for tool in tools]


@pytest.mark.parametrize("agent", AGENTS)
def test_its_user_reads_why_a_key_is_refused(server, engine, desk, agent):
    done = agent.ask(server.public, desk, "Are you there?", key="sk-wrong-0123456789abcdef")
    assert "Invalid token" in done.stdout + done.stderr, done
    assert done.returncode != 0
    assert engine.calls == []
    assert len(server.access.where(status=401)) <= 2  # a call and, with some, a title for the session


@pytest.mark.parametrize("agent", AGENTS)
def test_its_user_reads_that_there_is_no_such_model(server, desk, agent):
    done = agent.ask(server.public, desk, "Are you there?", model="no/such-model")
    shown = done.stdout + done.stderr
    assert "no/such-model" in shown and "not exist" in shown, done
    assert done.returncode != 0


@pytest.mark.parametrize("agent", AGENTS)
def test_its_user_reads_the_upstreams_reason(server, engine, desk, agent):
    error = {"message": "The image is not a picture of a river.", "type": "invalid_request_error"}
    engine.scripts["lab/chat"] = as_json({"error": error}, status=400)
    done = agent.ask(server.public, desk, "Are you there?")
    assert error["message"] in done.stdout + done.stderr, done
    assert done.returncode != 0


@pytest.mark.parametrize("agent", AGENTS)
def test_an_answer_that_is_cut_off_is_no_answer(server, engine, desk, agent):
    engine.scripts["lab/chat"] = as_stream(chunk({"content": "The river"}), end="cut")
    done = agent.ask(server.public, desk, "Where does the river go?")
    # gemini-cli in a pipe has no other sign.
    assert done.returncode != 0 or "[ERROR]" in done.stderr, done
