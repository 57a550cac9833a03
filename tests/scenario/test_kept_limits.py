"""No restart forgets a window of a limit: kill -9, a stop, a takeover, another file size. And
whatever becomes of the file that keeps them, the server serves."""

import os
import stat
import threading

import pytest

from support.damage import a_folder, foreign, open_to_all
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.wire import Closed, Wire, head

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]
NAME = "weir.db.limits"
CLIENTS = 4


@pytest.fixture
def limited(weir):
    def start(limit, setting="requests_per_day", **sections):
        return weir(models=MODELS, keys=[{"name": "test", "key": KEY, setting: limit}], **sections)

    return start


def path(server):
    return server.directory / NAME


def admitted(server, requests):
    statuses = [server.get("/v1/models").status for _ in range(requests)]
    assert set(statuses) <= {200, 429}
    return statuses.count(200)


def storm(server):
    """Clients that ask until they are told to stop, or the server is gone. Returns how to end it:
    a call that returns the number of answers with 200."""
    over, counts, lock = threading.Event(), [], threading.Lock()

    def client():
        got = 0
        try:
            while not over.is_set():
                with Wire(server.public) as wire:
                    while not over.is_set():
                        wire.send(head("GET", "/v1/models", key=KEY))
                        reply = wire.receive()
                        got += reply.status == 200
                        if reply.header("connection") == "close":
                            break
        except (OSError, Closed):
            pass
        with lock:
            counts.append(got)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()

    def end():
        over.set()
        for thread in threads:
            thread.join()
        return sum(counts)

    return end


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_limit_that_is_used_up_stays_so_after_a_restart(limited, how):
    server = limited(5)
    assert admitted(server, 7) == 5
    getattr(server, how)()
    server.start()
    assert admitted(server, 3) == 0


def test_what_is_left_of_a_limit_is_what_is_left_after_kills(limited):
    server = limited(20)
    total = 0
    for _ in range(5):
        total += admitted(server, 3)
        server.kill()
        server.start()
    assert total == 15
    assert admitted(server, 10) == 5


def test_kills_under_load_admit_no_more_than_the_limit(limited):
    """An answer that a kill cut off was counted, too, so that there may be fewer."""
    limit = 3000
    server = limited(limit)
    answered = 0
    for _ in range(int(os.environ.get("WEIR_KILL_CYCLES", "20"))):
        before = answered
        end = storm(server)
        threading.Event().wait(0.02)
        server.kill()
        answered += end()
        server.start()
        if answered == before:
            break
    answered += admitted(server, 50)
    assert answered <= limit


def test_takeovers_under_load_admit_no_more_than_the_limit(limited):
    """Both servers count while the old one drains."""
    limit = 2000
    server = limited(limit, server={"takeover_socket": "takeover.sock", "drain_idle_timeout": "10s"})
    servers = [server]
    end = storm(server)
    try:
        for _ in range(3):
            servers.append(servers[-1].successor())
        probes = []

        def used_up():
            probes.append(servers[-1].get("/v1/models").status)
            return probes[-1] == 429

        eventually(used_up)
    finally:
        answered = end()
        for old in servers[:-1]:
            old.process.wait(DEADLINE_S)
        servers[-1].stop()
    # A connection may be closed over a request that was counted.
    assert limit - CLIENTS * len(servers) <= answered + probes.count(200) <= limit


def test_the_file_is_for_its_owner_alone(limited):
    assert stat.S_IMODE(path(limited(5)).stat().st_mode) == 0o600


@pytest.mark.parametrize("size", ["64KiB", "32MiB"])
def test_another_size_keeps_the_counts(limited, size):
    server = limited(5)
    assert admitted(server, 4) == 4
    server.stop()
    before = path(server).stat().st_size
    server.write_config(**{**server.config, "usage": {"limit_file_bytes": size}})
    server.start()
    assert path(server).stat().st_size != before
    assert admitted(server, 4) == 1


def newer(file):
    text = bytearray(file.read_bytes())
    text[13:14] = b"9"
    file.write_bytes(text)


def damaged(file):
    text = bytearray(file.read_bytes())
    text[16:24] = b"\xff" * 8
    file.write_bytes(text)


def a_link(file):
    file.rename(file.with_suffix(".elsewhere"))
    file.symlink_to(file.with_suffix(".elsewhere"))


@pytest.mark.parametrize("become", [foreign, newer, damaged, open_to_all, a_folder, a_link])
def test_a_file_that_is_none_is_left_alone_and_reported(limited, become):
    server = limited(5)
    server.stop()
    become(path(server))
    before = None if path(server).is_dir() else path(server).read_bytes()
    server.start()
    (line,) = server.log.where(msg="limits are counted in memory only and begin anew with the next start")
    assert line["file"] == str(path(server))
    assert line["detail"]
    assert admitted(server, 7) == 5
    if before is not None:
        assert path(server).read_bytes() == before


def test_a_file_that_was_cut_keeps_what_is_left_of_it(limited):
    server = limited(5)
    server.stop()
    os.truncate(path(server), 100_000)
    server.start()
    assert server.log.where(msg="the file of limits was cut; a part of their counts is lost")
    assert admitted(server, 7) == 5
    server.kill()
    server.start()
    assert admitted(server, 3) == 0


@pytest.mark.parametrize("left", [0, 4096, 1 << 20])
def test_a_file_that_is_cut_under_a_running_server_stops_nothing(limited, left):
    server = limited(20)
    assert admitted(server, 5) == 5
    os.truncate(path(server), left)
    assert admitted(server, 5) == 5
    eventually(lambda: server.log.where(msg="the file of limits cannot be written; a restart may forget counts"))
    assert admitted(server, 15) == 10


def test_a_file_that_is_removed_under_a_running_server_stops_nothing(limited):
    server = limited(20)
    path(server).unlink()
    assert admitted(server, 25) == 20


def test_a_full_file_is_reported_and_limits_hold_in_memory(weir):
    names = [f"key-{number}" for number in range(40)]
    texts = {name: f"sk-{name}-0123456789abcdef0123456789abcdef" for name in names}
    keys = [{"name": name, "key": texts[name], "requests_per_day": 1} for name in names]
    server = weir(models=MODELS, keys=keys, usage={"limit_file_bytes": "32KiB"})  # 26 windows
    for text in texts.values():
        assert [server.get("/v1/models", key=text).status for _ in range(2)] == [200, 429]
    eventually(lambda: [line for line in server.log.all if "raise usage.limit_file_bytes" in str(line)])
