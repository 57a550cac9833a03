"""Text from elsewhere on the operator's terminal: it may not steer it, reorder a line or hide."""

import json
import re

import pytest

from support.caller import call
from support.engine import Engine
from support.eventually import eventually
from support.upstream import Answer, Upstream, as_json

# A C1 control, an override of direction, a zero-width space, a line separator.
NASTY = "lab/\x9b31m\u202egpj\u200b\u2028x"
SHOWN = r"lab/\u{9b}31m\u{202e}gpj\u{200b}\u{2028}x"
HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f]")


def assert_harmless(text):
    assert not HIDDEN.search(text), text


@pytest.fixture
def server(weir):
    with Engine(NASTY) as engine:
        gpu = {"name": "gpu", "url": f"http://127.0.0.1:{engine.port}"}
        server = weir(upstreams=[gpu], usage={"flush_interval": "50ms"})
        eventually(lambda: server.ids() == [NASTY])
        yield server


def test_ids_are_spelled_out_in_tables_and_kept_in_json(server):
    assert call(server.public, NASTY).status == 200
    eventually(lambda: SHOWN in server.cli("usage").stdout)
    for words in (["models"], ["models", "--explain", NASTY]):
        table = server.ask(*words).stdout
        assert SHOWN in table
        assert_harmless(table)
    assert_harmless(server.cli("usage").stdout)
    assert [row["id"] for row in json.loads(server.ask("models", "--json").stdout)] == [NASTY]
    assert json.loads(server.ask("models", "--explain", NASTY, "--json").stdout)["asked"] == NASTY
    assert [row["model"] for row in json.loads(server.cli("usage", "--json").stdout)["rows"]] == [NASTY]


def test_log_lines_are_harmless_and_keep_their_values(server):
    assert call(server.public, NASTY).status == 200
    eventually(lambda: server.access.where(model=NASTY))
    server.stop()
    for log in (server.access, server.log):
        assert log.raw
        assert_harmless("\n".join(log.raw))


def test_names_of_keys_are_spelled_out(server):
    name = "app\u202e\x85"
    shown = r"app\u{202e}\u{85}"
    told = [server.cli("keys", "create", name).stdout]
    told += [server.cli("keys", word, name).stdout for word in ("disable", "enable", "rotate")]
    told.append(server.cli("keys", "list").stdout)
    told.append(server.cli("keys", "revoke", name).stdout)
    told.append(server.cli("keys", "revoke", name + "x", check=False).stderr)
    for text in told:
        assert shown in text
        assert_harmless(text)
    assert name in [row["name"] for row in server.key_rows("--all")]


def test_words_and_errors_of_upstreams_are_spelled_out(weir):
    row = {"id": "a", "type": "odd\u202eword\x9b"}
    with Upstream({"/v1/models": as_json({"data": [row]})}) as upstream:
        server = weir(upstreams=[{"name": "gpu", "url": f"http://127.0.0.1:{upstream.port}"}])
        eventually(lambda: server.ids() == ["a"])
        assert_harmless(server.ask("upstreams").stdout)
        assert_harmless(server.ask("models").stdout)


def test_a_server_that_is_not_weir_cannot_steer_the_terminal(server):
    told = "first \x1b[2J\x9b31m\u202e"
    routes = {"/readyz": Answer(told.encode(), status=503), "/admin/explain": Answer(b"\x1b[2J")}
    with Upstream(routes) as other:
        done = server.cli("health", "--admin", f"127.0.0.1:{other.port}", check=False)
        assert r"first \x1b[2J\u{9b}31m\u{202e}" in done.stderr
        assert_harmless(done.stderr)
        done = server.cli("models", "--explain", "a", "--json", "--admin", f"127.0.0.1:{other.port}", check=False)
        assert done.returncode != 0
        assert_harmless(done.stdout + done.stderr)


def test_a_config_is_shown_without_what_it_hides(weir, tmp_path):
    server = weir(models=[{"id": NASTY, "sub_types": ["chat"]}])
    printed = server.run("check", "--print", server.config_file)
    assert printed.returncode == 0
    assert_harmless(printed.stdout)
    again = tmp_path / "again.yaml"
    again.write_text(printed.stdout.replace("***", "sk-0123456789abcdef0123"))
    assert server.run("check", "--print", again).stdout == printed.stdout
    bad = tmp_path / "bad\u202e.yaml"
    bad.write_text(json.dumps({"store": "x\u202e\x9b"}, ensure_ascii=False))
    done = server.run("check", bad)
    assert r"bad\u{202e}.yaml:1: store: " in done.stderr
    assert_harmless(done.stderr)
