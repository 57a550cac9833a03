"""Out of descriptors, wherever one is needed: no busy loop, no exit, no effect on requests in progress,
and normal service when descriptors are available again."""

import bisect
import contextlib
import itertools
import os
import pathlib
import resource
import signal
import socket
import threading
import time

import pytest

from support.caller import Caller, Stream, call, usage_rows
from support.engine import DONE, Engine, as_stream, event
from support.eventually import DEADLINE_S, SLOWDOWN, eventually
from support.process import KEY
from support.wire import Closed, Wire, head

# A sanitizer looks at memory through a pipe: without a descriptor it takes every object for none.
pytestmark = pytest.mark.skipif(SLOWDOWN > 1, reason="sanitizers need descriptors of their own")

CHAT = "lab/chat"
ROOM = 8  # descriptors that are free in the last round: more than one call and its neighbours take
CLIENTS = 6


@pytest.fixture
def engine():
    with Engine(CHAT) as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        models=[{"id": CHAT, "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
        upstreams=[{"name": "gpu", "url": engine.url}],
        # A connection per call, so that each needs a new descriptor.
        calls={"max_idle_connections": 0},
    )


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


@contextlib.contextmanager
def only(free, server):
    """Leaves so many descriptors: the limit is on their numbers, which have gaps."""
    used = sorted(int(name) for name in os.listdir(f"/proc/{server.process.pid}/fd"))
    limit = next(limit for limit in itertools.count() if limit - bisect.bisect_left(used, limit) > free) - 1
    limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (limit, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)


@contextlib.contextmanager
def none(server):
    """No descriptor is left, not even one that was in use and is closed."""
    limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)


def processor_s(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refused_accepts(server):
    return len(server.log.where(msg="cannot accept"))


def crowd(server):
    """Clients that connect and send a call, accepted or not."""
    callers = [Caller(server.public) for _ in range(CLIENTS)]
    for caller in callers:
        caller.call(CHAT)
    return callers


def endings(callers):
    """The answer to each; nothing for one whose connection was closed."""
    for caller in callers:
        try:
            yield caller.ending().status
        except (Closed, OSError):
            yield None


def test_without_descriptors_nothing_spins_and_nothing_is_lost(server):
    with Wire(server.public) as old:
        old.send(head("GET", "/v1/models", key=KEY))
        assert old.receive().status == 200
        began = time.monotonic()
        with none(server):
            callers = crowd(server)
            eventually(lambda: refused_accepts(server) >= 3)
            # Open connections are served as usual.
            for _ in range(20):
                old.send(head("GET", "/v1/models", key=KEY))
                assert old.receive().status == 200
            tries, took = refused_accepts(server), time.monotonic() - began
        # Each listener retries ten times a second; there are two, and that of administration.
        assert tries <= 3 * (took * 10 + 2)
        # Connections that were not accepted are accepted now.
        assert list(endings(callers)) == [200] * CLIENTS
    for caller in callers:
        caller.socket.close()


def test_an_upstream_is_not_blamed_for_what_is_missing_here(server):
    calls = 20  # many times what opens a breaker
    with Caller(server.public) as caller:
        caller.call(CHAT)
        assert caller.ending().status == 200
        with none(server):
            for _ in range(calls):
                caller.call(CHAT)
                assert caller.ending().status == 503
        caller.call(CHAT)
        assert caller.ending().status == 200


def test_at_every_place_where_a_descriptor_is_taken(server, engine):
    """One more is free in each round: the accept, the next one, then an upstream's socket, then what
    comes beside it. Reload and lists go on meanwhile."""
    # Counted with the file of usage open: a write of usage that finds no descriptor closes it for a while.
    assert call(server.public, CHAT).status == 200
    eventually(lambda: usage_rows(server), what="the file of usage is open")
    base = descriptors(server)
    for free in range(ROOM):
        with only(free, server):
            callers = crowd(server)
            server.signal(signal.SIGHUP)
            statuses = []
            # Those that were accepted are answered, in words that fit; the others wait.
            for caller in callers:
                caller.socket.settimeout(0.3 * SLOWDOWN)
                with contextlib.suppress(Closed, OSError):
                    statuses.append(caller.ending().status)
        assert set(statuses) <= {200, 503, 504}, (free, statuses)
        for caller in callers:
            caller.socket.close()
        eventually(lambda: call(server.public, CHAT).status == 200, what=f"a call after round {free}")
        eventually(lambda: descriptors(server) <= base + 2, what="as many descriptors as before")


def test_a_stream_goes_on_while_there_are_no_descriptors(server, engine):
    gate = threading.Event()
    engine.scripts[CHAT] = as_stream(event({"choices": []}), gate, event({"choices": []}), DONE)
    with Stream(server.public) as stream:
        stream.open(CHAT)
        stream.next_event()
        with only(0, server):
            callers = crowd(server)
            eventually(lambda: refused_accepts(server) >= 1)
            gate.set()
            assert len(stream.rest()) == 2
        for caller in callers:
            caller.socket.close()


def test_another_server_can_take_over_once_there_are_descriptors_again(weir):
    old = weir(server={"takeover_socket": "takeover.sock"})
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asker,
        socket.socket() as client,
    ):
        began, used = time.monotonic(), processor_s(old)
        with none(old):
            asker.connect(str(old.directory / "takeover.sock"))
            # One thread accepts the successor and administration.
            client.connect(("127.0.0.1", old.admin))
            eventually(lambda: refused_accepts(old) >= 3)
            took, used = time.monotonic() - began, processor_s(old) - used
        assert used < took / 2, "it spins"
    new = old.successor()
    try:
        assert old.process.wait(DEADLINE_S) == 0
        assert new.get("/v1/models").status == 200
    finally:
        new.stop()
