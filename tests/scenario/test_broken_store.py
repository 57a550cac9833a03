"""A store that fails never turns a valid key away and never stops a call, says what is wrong, and
has everything once it works again."""

import contextlib
import resource
import sqlite3

import pytest

from support.caller import call, usage_rows
from support.demo import MODELS, SIMULATOR
from support.eventually import DEADLINE_S, eventually

CHAT = "demo/chat"
CALLS = 30


@pytest.fixture
def server(weir):
    return weir(models=MODELS, usage={"flush_interval": "50ms"}, **SIMULATOR)


def booked(server, key):
    return sum(row["requests"] for row in usage_rows(server, "--key", key))


def flush_failures(server):
    return sum(server.samples("weir_usage_flush_failures_total"))


class Asker:
    """Calls with a key, and counts what usage will have to show."""

    def __init__(self, server, key):
        self.server = server
        self.key = key
        self.served = 0

    def status(self):
        status = call(self.server.public, CHAT, key=self.key).status
        self.served += status == 200
        return status


def test_a_disk_on_which_no_file_can_grow_stops_no_call_and_loses_no_usage(server):
    """RLIMIT_FSIZE simulates a full disk: every write of the server fails, and of no other process."""
    app = Asker(server, server.create_key("app"))
    eventually(lambda: app.status() == 200)

    limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    assert [app.status() for _ in range(CALLS)] == [200] * CALLS
    eventually(lambda: flush_failures(server) > 0)
    assert app.status() == 200
    # Changes by other processes are still seen.
    server.cli("keys", "revoke", "app")
    eventually(lambda: app.status() == 401)
    later = Asker(server, server.create_key("later"))
    eventually(lambda: later.status() == 200)
    assert eventually(lambda: server.log.where(level="error"))

    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
    id_of_app = next(row["id"] for row in server.key_rows("--all") if row["name"] == "app")
    eventually(lambda: booked(server, id_of_app) == app.served)
    eventually(lambda: booked(server, "later") == later.served)


def alone(connection, log):
    """True if all data is in the file, none in its log, and only this connection may write."""
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        return False
    connection.execute("BEGIN IMMEDIATE")
    if log.stat().st_size == 0:
        return True
    connection.execute("ROLLBACK")
    return False


def turn_to_garbage(path):
    """All in one file, then nonsense over all of it, as a failing disk would have it. The server must not
    write in between: what it had put into the log would still be read."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=DEADLINE_S)) as keeper:
        eventually(lambda: alone(keeper, path.with_name(f"{path.name}-wal")))
        size = path.stat().st_size
        with open(path, "r+b") as file:
            file.write(b"\xa5" * size)


def test_a_store_that_turned_to_garbage_turns_no_valid_key_away(server):
    key = server.create_key("app")
    eventually(lambda: call(server.public, CHAT, key=key).status == 200)
    turn_to_garbage(server.directory / "weir.db")
    for _ in range(CALLS):
        assert call(server.public, CHAT, key=key).status == 200
        assert server.get("/v1/models", key=key).status == 200
    refused = server.cli("keys", "create", "another", check=False)
    assert refused.returncode != 0
    assert "weir.db" in refused.stderr


def test_usage_that_turned_to_garbage_holds_up_neither_calls_nor_keys(server):
    key = server.create_key("app")
    eventually(lambda: call(server.public, CHAT, key=key).status == 200)
    eventually(lambda: booked(server, "app") > 0)
    turn_to_garbage(server.directory / "weir-usage.db")
    for _ in range(CALLS):
        assert call(server.public, CHAT, key=key).status == 200
    eventually(lambda: flush_failures(server) > 0)
    assert [line for line in server.log.where(level="error") if "weir-usage.db" in line.get("detail", "")]
    other = server.create_key("other")
    eventually(lambda: call(server.public, CHAT, key=other).status == 200)
    server.cli("keys", "revoke", "app")
    eventually(lambda: call(server.public, CHAT, key=key).status == 401)
