"""The commands that are run by hand and by scripts."""

import json
import subprocess

import pytest

from support.eventually import DEADLINE_S, SLOWDOWN, eventually
from support.process import BINARY
from support.upstream import Upstream, as_json, openai_list

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}, {"id": "lab/embed", "sub_types": ["embedding"]}]
GRACE = f"{int(4 * SLOWDOWN)}s"  # long enough that a command which is run again and again falls into it


def run(*words, directory=None):
    return subprocess.run([BINARY, *words], cwd=directory, capture_output=True, text=True, timeout=DEADLINE_S)


def check(tmp_path, text):
    file = tmp_path / "checked.yaml"
    file.write_text(text)
    return run("check", file)


GOOD = """\
server:
  listen: 127.0.0.1:0
upstreams:
  - name: gpu1
    kind: vllm
    url: http://127.0.0.1:8000
models:
  - id: Qwen/Qwen3-8B
    sub_types: [chat]
    upstreams: [{name: gpu1, model: qwen3-8b}]
"""


def test_version_says_what_it_is():
    done = run("version")
    assert done.returncode == 0
    assert done.stdout.startswith("weir ")


@pytest.mark.parametrize("text", ["", "# nothing\n", GOOD])
def test_check_accepts_a_good_file_and_an_empty_one(tmp_path, text):
    done = check(tmp_path, text)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace("kind: vllm", "kind: vlm"), 5, ["kind", "vlm", "vllm"]),
        (GOOD.replace("[chat]", "[chatty]"), 9, ["sub_types", "chatty"]),
        (GOOD.replace("name: gpu1, model", "name: gpu2, model"), 10, ["gpu2"]),
        (GOOD.replace("http://127", "ftp://127"), 6, ["url", "ftp"]),
        (GOOD.replace("listen: 127.0.0.1:0", "listen: 127.0.0.1:99999"), 2, ["listen", "99999"]),
        (GOOD.replace("  listen:", "  listne:"), 2, ["listne", "listen"]),
        (GOOD + "log:\n  level: loud\n", 12, ["level", "loud"]),
        (GOOD + "discovery:\n  timeout: 5\n", 12, ["timeout", "5"]),
        (GOOD + "discovery:\n  timeout: -5s\n", 12, ["timeout"]),
        (GOOD + "keys:\n  - name: a\n    key: ${WEIR_NO_SUCH_VARIABLE}\n", 13, ["WEIR_NO_SUCH_VARIABLE"]),
        (GOOD + "models: []\n", 11, ["models"]),
        (GOOD + "store: mysql:weir\n", 11, ["store", "mysql"]),
        ("server: [", 1, []),
    ],
)
def test_check_names_file_line_setting_and_value(tmp_path, text, line, words):
    done = check(tmp_path, text)

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"checked.yaml:{line}:" in said
    for word in words:
        assert word in said


def test_check_shows_no_key(tmp_path):
    done = check(tmp_path, "keys:\n  - name: a\n    key: sk-secret-secret-secret-0123456789\n    models: 7\n")
    assert done.returncode != 0
    assert "sk-secret" not in done.stdout + done.stderr


def test_check_of_a_missing_file_says_so(tmp_path):
    done = run("check", tmp_path / "none.yaml")
    assert done.returncode != 0
    assert "none.yaml" in done.stderr


def test_serve_with_a_bad_config_ends_at_once_with_the_same_words(tmp_path):
    file = tmp_path / "weir.yaml"
    file.write_text("server:\n  threads: many\n")
    done = run("serve", "--config", file, directory=tmp_path)
    assert done.returncode != 0
    assert "weir.yaml:2:" in done.stderr
    assert "many" in done.stderr


def test_an_address_in_use_is_one_clear_sentence(weir, tmp_path):
    server = weir(models=MODELS)
    file = tmp_path / "second.yaml"
    file.write_text(f"server:\n  listen: 127.0.0.1:{server.public}\n  admin_listen: 127.0.0.1:0\n"
                    f"store: sqlite:{tmp_path}/second.db\n")  # fmt: skip
    done = run("serve", "--config", file, directory=tmp_path)
    assert done.returncode != 0
    assert str(server.public) in done.stderr


def test_models_is_a_table_for_people_and_json_for_scripts(weir):
    server = weir(models=MODELS)
    table = server.ask("models").stdout
    listed = json.loads(server.ask("models", "--json").stdout)
    embedding = json.loads(server.ask("models", "--sub-type", "embedding", "--json").stdout)

    assert "lab/chat" in table and "embedding" in table
    assert [row["id"] for row in listed] == ["lab/chat", "lab/embed"]
    assert [row["id"] for row in embedding] == ["lab/embed"]


def test_upstreams_shows_each_and_how_it_is(weir):
    with Upstream({"/v1/models": openai_list("a", "b")}) as upstream:
        server = weir(upstreams=[{"name": "gpu1", "kind": "openai", "url": upstream.url, "api_key": "hidden-key"}])
        eventually(lambda: server.ids() == ["a", "b"])
        table = server.ask("upstreams").stdout
        data = server.ask("upstreams", "--json").stdout

        assert "gpu1" in table and "openai" in table
        assert [row["name"] for row in json.loads(data)] == ["gpu1"]
        assert "hidden-key" not in table + data


def test_an_upstream_that_has_gone_is_failing_and_then_lost(weir):
    with Upstream({"/v1/models": openai_list("a")}) as upstream:
        server = weir(
            upstreams=[{"name": "gpu1", "kind": "openai", "url": upstream.url}],
            discovery={"refresh_interval": "1s", "timeout": "500ms", "backoff_max": "1s", "grace": GRACE},
        )
        eventually(lambda: server.ids() == ["a"])

    def reach():
        return json.loads(server.ask("upstreams", "--json").stdout)[0]["reach"]

    eventually(lambda: reach() == "failing")
    eventually(lambda: reach() == "lost")
    assert "lost" in server.ask("upstreams").stdout


def test_an_unknown_command_and_option_are_refused():
    for words in (["dance"], ["serve", "--colour"], []):
        done = run(*words)
        assert done.returncode != 0
        assert done.stderr or done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["keys", "create", "ada", "--expires", "soon"], ["--expires", '"soon"', "a date"]),
        (["keys", "create", "ada", "--sub-types", "chatty"], ["--sub-types", '"chatty"', "embedding"]),
        (["keys", "create", "ada", "--model-limits", "tpm=1"], ["model-limits"]),
        (["keys", "create", "ada", "--networks", "the office"], ["the office"]),
        (["keys", "create", "test"], ["config file", "test"]),
        (["keys", "revoke", "test"], ["config file", "test"]),
        (["keys", "disable", "nobody"], ["nobody"]),
        (["keys", "rotate", "nobody"], ["nobody"]),
        (["keys", "rotate", "ada", "--overlap", "a while"], ["--overlap", '"a while"', "30m"]),
        (["models", "--type", "words"], ["--type", '"words"', "video"]),
        (["models", "--sub-type", "chatty"], ["--sub-type", '"chatty"', "reranker"]),
        (["usage", "--from", "yesterday"], ["yesterday"]),
        (["usage", "--by", "colour"], ["colour"]),
    ],
)
def test_a_wrong_word_is_named_with_what_was_expected(weir, words, said):
    done = weir(models=MODELS).cli(*words, check=False)
    assert done.returncode != 0
    assert not done.stdout
    for word in said:
        assert word in done.stderr


def test_limits_of_models_are_shown_as_they_were_given(weir):
    server = weir(models=MODELS)
    server.create_key("ada", "--rpm", "600", "--model-limits", "lab/* tpm=1000 concurrency=2", "--expires", "48h")
    server.create_key("bob", "--model-limits", "lab/chat rpm=5", "--expires", "2099-12-31")

    table = server.cli("keys", "list").stdout
    ada, bob = server.key_rows()
    assert "RPM 600; lab/*: TPM 1000" in table and "lab/chat: RPM 5" in table
    assert ada["requests_per_minute"] == 600
    assert [(row["models"], row["tokens_per_minute"]) for row in ada["model_limits"]] == [("lab/*", 1000)]
    assert bob["expires_at"].startswith("2099-12-31")


def test_health_is_an_exit_code_for_scripts(weir):
    server = weir(models=MODELS)
    assert (server.ask("health").returncode, server.ask("health").stdout) == (0, "ready\n")
    admin = f"127.0.0.1:{server.admin}"
    server.stop()
    done = run("health", "--admin", admin, directory=server.directory)
    assert done.returncode != 0
    assert f"no server answers at {admin}" in done.stderr


def test_what_is_not_weir_is_told_from_it(tmp_path):
    with Upstream({"/admin/models": as_json({"rows": 7}), "/admin/upstreams": as_json([])}) as other:
        admin = f"127.0.0.1:{other.port}"
        for words, said in (
            (["models"], "sent an unexpected answer"),
            (["upstreams"], "sent an unexpected answer"),
            (["health"], "is not ready"),
        ):
            done = run(*words, "--admin", admin, directory=tmp_path)
            assert done.returncode != 0
            assert said in done.stderr and admin in done.stderr
        other.routes["/admin/models"] = as_json({}, status=403)
        assert "server.admin_key" in run("models", "--admin", admin, directory=tmp_path).stderr
        del other.routes["/admin/models"]
        assert "is that Weir's admin address?" in run("models", "--admin", admin, directory=tmp_path).stderr


@pytest.mark.parametrize(
    ("page", "word"), [("config", "listen"), ("errors", "stopping"), ("metrics", "weir_"), ("routes", "/v1/models")]
)
def test_a_page_of_the_reference_is_printed(page, word):
    done = run("reference", page)
    assert done.returncode == 0
    assert word in done.stdout


def test_a_page_nobody_wrote_is_not_found():
    done = run("reference", "poems")
    assert done.returncode != 0
    assert "config, errors, metrics or routes" in done.stderr
