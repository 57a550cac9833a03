"""`weir keys set` changes the limits of a stored key, and `weir keys show` says how much is in use."""

import json

import pytest

from support.caller import call
from support.engine import Engine
from support.eventually import eventually
from support.process import KEY

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]


@pytest.fixture
def server(weir):
    with Engine("lab/chat") as engine:
        yield weir(
            models=MODELS,
            upstreams=[{"name": "gpu", "url": engine.url}],
            keys=[{"name": "test", "key": KEY, "requests_per_minute": 50}],
        )


def shown(server, name):
    """{(limit, model): (max, used)}"""
    rows = json.loads(server.cli("keys", "show", name, "--json").stdout)["limits"]
    return {(row["limit"], row.get("model")): (row["max"], row.get("used")) for row in rows}


def made(server, *options):
    key = server.create_key("app", *options)
    eventually(lambda: server.get("/v1/models", key=key).status != 401)
    return key


def test_a_limit_is_set_changed_and_removed(server):
    key = made(server)
    assert "is limited to RPD 3" in server.cli("keys", "set", "app", "--rpd", "3").stdout
    # Lists made while there was no limit are not counted.
    eventually(lambda: server.get("/v1/models", key=key).status == 429)
    assert shown(server, "app") == {("requests_per_day", None): (3, 3)}

    server.cli("keys", "set", "app", "--requests-per-day", "5", "--tpm", "1000")
    statuses = []

    def used_up():
        statuses.append(server.get("/v1/models", key=key).status)
        return statuses.count(200) == 2 and statuses[-1] == 429

    eventually(used_up)  # the counts are kept
    assert shown(server, "app") == {("requests_per_day", None): (5, 5), ("tokens_per_minute", None): (1000, 0)}

    server.cli("keys", "set", "app", "--rpd", "unlimited")
    eventually(lambda: server.get("/v1/models", key=key).status == 200)
    assert set(shown(server, "app")) == {("tokens_per_minute", None)}
    assert "is unlimited" in server.cli("keys", "set", "app", "--unlimited").stdout
    assert shown(server, "app") == {}
    assert "is unlimited" in server.cli("keys", "show", "app").stdout


def test_what_was_set_is_what_is_listed(server):
    made(server, "--rpm", "7", "--model-limits", "lab/* tpm=100")
    server.cli("keys", "set", "app", "--concurrency", "2", "--model-limits", "a/* rpm=1", "--model-limits", "b rpd=2")
    (row,) = server.key_rows()
    assert (row["requests_per_minute"], row["max_in_flight"]) == (7, 2)
    assert [(entry["models"], entry["requests_per_minute"]) for entry in row["model_limits"]] == [("a/*", 1), ("b", 0)]
    server.cli("keys", "set", "app", "--model-limits", "none")
    (row,) = server.key_rows()
    assert row["model_limits"] == []
    assert row["requests_per_minute"] == 7


def test_use_is_shown_with_a_server_and_without(server):
    key = made(server, "--rpm", "60", "--tpd", "100000", "--concurrency", "4", "--model-limits", "lab/* rpd=9")
    before = shown(server, "app")[("requests_per_minute", None)][1]
    for _ in range(3):
        assert call(server.public, "lab/chat", key=key).status == 200  # 2 + 4 tokens
    expected = {
        ("requests_per_minute", None): (60, before + 3),
        ("tokens_per_day", None): (100000, 18),
        ("max_in_flight", None): (4, None),
        ("requests_per_day", "lab/*"): (9, 0),
        ("requests_per_day", "lab/chat"): (9, 3),
    }
    eventually(lambda: shown(server, "app") == expected)
    table = server.cli("keys", "show", "app").stdout
    assert table.splitlines()[0].split() == ["LIMIT", "MODEL", "MAX", "USED", "LEFT", "RESET"]
    server.kill()
    now = shown(server, "app")
    assert {**now, ("requests_per_minute", None): None} == {**expected, ("requests_per_minute", None): None}


def test_a_key_of_the_config_is_shown_but_not_set(server):
    for _ in range(4):
        assert server.get("/v1/models").status == 200
    assert shown(server, "test") == {("requests_per_minute", None): (50, 4)}
    assert shown(server, "config:test") == shown(server, "test")
    refused = server.cli("keys", "set", "test", "--rpm", "5", check=False)
    assert refused.returncode != 0
    assert "config file" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["app"], "no limit is given"),
        (["app", "--rpm", "many"], "many"),
        (["app", "--rpm", "-1"], "-1"),
        (["app", "--rpm", "1000001"], "1000000"),
        (["app", "--model-limits", "x"], "it sets no limit"),
        (["nobody", "--rpm", "1"], "there is no key nobody"),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(server, words, said):
    made(server, "--rpm", "7")
    before = server.key_rows()
    refused = server.cli("keys", "set", *words, check=False)
    assert refused.returncode != 0
    assert said in refused.stderr
    assert server.key_rows() == before


def test_a_key_that_is_not_there_is_not_shown(server):
    refused = server.cli("keys", "show", "nobody", check=False)
    assert refused.returncode != 0
    assert "there is no key nobody" in refused.stderr
