"""A key's life, through the command line while the server runs: each change within one second."""

import json
import re
import threading
import time

import pytest

from support.eventually import PROMISED_S, eventually
from support.process import KEY

MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"]},
    {"id": "lab/embed", "sub_types": ["embedding"]},
    {"id": "other/chat", "sub_types": ["chat"]},
]


def status(server, key):
    return server.get("/v1/models", key=key).status


def becomes(server, key, expected):
    eventually(lambda: status(server, key) == expected, what=f"status {expected}")


@pytest.fixture
def server(weir):
    return weir(models=MODELS)


def test_a_change_is_seen_within_a_second(server):
    """The fastest of five: a slow server is slow each time, a stalled machine is not."""
    key = server.create_key("ada")
    becomes(server, key, 200)
    took = []
    for verb, expected in (("disable", 403), ("enable", 200), ("disable", 403), ("enable", 200), ("revoke", 401)):
        server.cli("keys", verb, "ada")
        began = time.monotonic()
        becomes(server, key, expected)
        took.append(time.monotonic() - began)
    assert min(took) <= PROMISED_S, took


def test_a_created_key_opens_the_door(server):
    key = server.create_key("ada")

    assert re.fullmatch(r"sk-[A-Za-z0-9_-]{30,}", key)
    becomes(server, key, 200)


def test_a_disabled_key_is_403(server):
    key = server.create_key("ada")
    becomes(server, key, 200)

    server.cli("keys", "disable", "ada")

    becomes(server, key, 403)
    assert server.get("/v1/models", key=key).body == b'"Forbidden"'


def test_a_disabled_key_can_be_enabled_again(server):
    key = server.create_key("ada")
    server.cli("keys", "disable", "ada")
    becomes(server, key, 403)

    server.cli("keys", "enable", "ada")

    becomes(server, key, 200)


def test_a_revoked_key_is_401(server):
    key = server.create_key("ada")
    becomes(server, key, 200)

    server.cli("keys", "revoke", "ada")

    becomes(server, key, 401)


def test_a_rotated_key_overlaps_with_its_successor(server):
    old = server.create_key("ada")
    becomes(server, old, 200)

    output = server.cli("keys", "rotate", "ada", "--overlap", "1h").stdout
    new = next(word for word in output.split() if word.startswith("sk-"))

    assert new != old
    becomes(server, new, 200)
    assert status(server, old) == 200


def test_a_rotation_without_overlap_ends_the_old_key(server):
    old = server.create_key("ada")
    becomes(server, old, 200)

    output = server.cli("keys", "rotate", "ada", "--overlap", "0s").stdout
    new = next(word for word in output.split() if word.startswith("sk-"))

    becomes(server, new, 200)
    becomes(server, old, 401)


def test_keys_outlive_the_server(server):
    key = server.create_key("ada")
    becomes(server, key, 200)

    server.stop()
    server.start()

    assert status(server, key) == 200


def test_a_key_sees_exactly_what_it_may_call(server):
    narrow = server.create_key("narrow", "--models", "lab/*", "--sub-types", "chat")
    becomes(server, narrow, 200)

    assert server.ids(key=narrow) == ["lab/chat"]
    assert server.ids("?sub_type=embedding", key=narrow) == []
    assert server.get("/v1/models/lab/chat", key=narrow).status == 200
    assert server.get("/v1/models/other/chat", key=narrow).json()["code"] == 20012
    assert server.ids() == ["lab/chat", "lab/embed", "other/chat"]


def test_a_key_from_another_network_is_403(server):
    key = server.create_key("far", "--networks", "10.0.0.0/8")
    becomes(server, key, 403)


def test_an_expired_key_is_401(weir):
    server = weir(keys=[{"name": "old", "key": KEY, "expires": "2001-01-01"}], models=MODELS)
    assert status(server, KEY) == 401


def test_the_list_of_keys_shows_no_key(server):
    key = server.create_key("ada")
    for words in (("keys", "list"), ("keys", "list", "--json")):
        output = server.cli(*words).stdout
        assert "ada" in output
        assert key not in output
    assert isinstance(json.loads(server.cli("keys", "list", "--json").stdout), (list, dict))


def test_the_store_holds_no_key(server):
    key = server.create_key("ada")
    becomes(server, key, 200)
    server.stop()

    stored = b"".join(file.read_bytes() for file in server.directory.glob("weir.db*"))

    assert b"ada" in stored
    assert key.encode() not in stored
    assert key[3:-6].encode() not in stored


def test_an_unknown_name_is_a_clear_error(server):
    for words in (("keys", "revoke", "nobody"), ("keys", "disable", "nobody"), ("keys", "rotate", "nobody")):
        done = server.cli(*words, check=False)
        assert done.returncode != 0
        assert "nobody" in done.stderr


def test_a_name_is_taken_once(server):
    server.create_key("ada")
    done = server.cli("keys", "create", "ada", check=False)
    assert done.returncode != 0
    assert "ada" in done.stderr


def test_keys_come_from_the_environment_and_from_files(weir, tmp_path):
    file = tmp_path / "key"
    file.write_text("sk-from-a-file-0123456789abcdef0123456789\n")
    file.chmod(0o600)
    server = weir(
        environment={"WEIR_TEST_KEY": "sk-from-the-environment-0123456789abcdef"},
        models=MODELS,
        keys=[
            {"name": "env", "key": "${WEIR_TEST_KEY}"},
            {"name": "file", "key": "${file:%s}" % file},
            {"name": "off", "key": "sk-disabled-0123456789abcdef0123456789", "disabled": True},
        ],
    )

    assert status(server, "sk-from-the-environment-0123456789abcdef") == 200
    assert status(server, "sk-from-a-file-0123456789abcdef0123456789") == 200
    assert status(server, "sk-disabled-0123456789abcdef0123456789") == 403


def test_keys_differing_in_the_last_byte_are_two_keys(server):
    assert status(server, KEY) == 200
    assert status(server, KEY[:-1] + "x") == 401
    assert status(server, KEY[:-1]) == 401


def test_the_first_start_without_keys_makes_one_and_keeps_it_out_of_its_log(weir):
    server = weir(keys=[], models=MODELS)

    def printed():
        text = server.log.text() + "\n" + server.access.text()
        return re.findall(r"\bsk-[A-Za-z0-9_-]{30,}", text)

    file = server.directory / "weir.db.first-key"
    key = file.read_text().strip()
    assert status(server, key) == 200

    server.stop()
    server.start()

    assert status(server, key) == 200
    assert not printed()
    assert list(server.directory.glob("*first-key*")) == [file]


def test_many_keys_are_created_at_once_or_none(server):
    rows = json.loads(server.cli("keys", "create", "team", "--count", "300", "--rpm", "9", "--json").stdout)
    assert [row["name"] for row in rows] == [f"team-{number}" for number in range(1, 301)]
    assert len({row["key"] for row in rows}) == len({row["id"] for row in rows}) == 300
    assert all(row["requests_per_minute"] == 9 for row in rows)
    for row in (rows[0], rows[-1]):
        eventually(lambda row=row: server.get("/v1/models", key=row["key"]).status == 200)

    names = server.directory / "names"
    names.write_text("ada\n\n  Grace Hopper\n")
    table = server.cli("keys", "create", "--from", names).stdout.splitlines()
    assert table[0].split() == ["NAME", "ID", "KEY"]
    assert len(table) == 3 and table[2].startswith("Grace Hopper  key_")
    eventually(lambda: server.get("/v1/models", key=table[1].split()[-1]).status == 200)

    before = len(server.key_rows())
    names.write_text("new one\nada\n")
    taken = server.cli("keys", "create", "--from", names, check=False)
    assert taken.returncode != 0 and "ada" in taken.stderr
    for words in ([], ["a", "--count", "0"], ["--count", "2"], ["a", "--from", names], ["--from", server.directory]):
        assert server.cli("keys", "create", *words, check=False).returncode != 0, words
    assert len(server.key_rows()) == before


def test_many_processes_create_keys_and_none_is_refused(server):
    failed = []

    def create(writer):
        for number in range(6):
            done = server.cli("keys", "create", f"{writer}-{number}", check=False)
            if done.returncode:
                failed.append(done.stderr)

    threads = [threading.Thread(target=create, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(server.key_rows()) == 48
