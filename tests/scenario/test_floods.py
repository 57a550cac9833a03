"""Clients that connect and do nothing, or hardly anything, cost other clients nothing: at the limit the
oldest connection without a request in progress is closed for a new one."""

import contextlib
import resource
import socket
import ssl
import threading

import pytest

from support.caller import Caller
from support.engine import Engine, Script, as_json
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.wire import Closed, Wire, head

CHAT = "lab/chat"
LIMIT = 6
GET = head("GET", "/v1/models", key=KEY)


@pytest.fixture
def engine():
    with Engine(CHAT) as engine:
        yield engine


@pytest.fixture(params=["plain", "tls"])
def start(request, weir, certificates, engine):
    """start(**server) starts a server of one thread, with and without TLS."""

    def make(tls=None, **server):
        server = {"threads": 1, **server}
        options = {}
        if request.param == "tls":
            server["tls"] = certificates.settings(**(tls or {}))
            options["tls"] = certificates.client()
        return weir(
            models=[{"id": CHAT, "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
            upstreams=[{"name": "gpu", "url": engine.url}],
            server=server,
            **options,
        )

    make.tls = request.param == "tls"
    return make


@pytest.fixture
def stack():
    with contextlib.ExitStack() as stack:
        yield stack


def raw(stack, port, sent=b""):
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S))
    if sent:
        connection.sendall(sent)
    return connection


def ended(connection):
    """Waits until the server has closed it, in whatever way."""
    try:
        while connection.recv(4096):
            pass
    except (ConnectionResetError, ssl.SSLEOFError):
        pass
    return True


def is_open(connection):
    connection.settimeout(0)
    try:
        return connection.recv(1) != b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(DEADLINE_S)


def yielded(server, stage):
    for line in server.admin_get("/metrics").body.decode().splitlines():
        if line.startswith("weir_http_connections_yielded_total") and f'stage="{stage}"' in line and '"api"' in line:
            return float(line.rpartition(" ")[2])
    return 0


def test_silent_connections_give_their_places_to_those_that_ask(start, stack):
    server = start(max_connections=LIMIT)
    silent = [raw(stack, server.public) for _ in range(LIMIT)]
    for index in range(LIMIT):
        asking = stack.enter_context(Wire(server.public))
        asking.send(GET)
        assert asking.receive().status == 200
        assert ended(silent[index])
        assert all(is_open(other) for other in silent[index + 1 :])
    assert yielded(server, "silent") == LIMIT


PARTS = {
    "one byte": b"G",
    "a blank line": b"\r\n",
    "half a head": b"GET /v1/models HTTP/1.1\r\nHost: a\r\n",
    "all but the last byte": GET[:-1],
}


@pytest.mark.parametrize("sent", PARTS.values(), ids=PARTS.keys())
def test_a_part_of_a_head_holds_no_place(start, stack, sent):
    server = start(max_connections=LIMIT)
    for _ in range(3 * LIMIT):
        stack.enter_context(Wire(server.public)).send(sent)
    assert server.get("/v1/models").status == 200


def test_silent_ones_go_first_then_parts_of_a_head_then_idle_ones(start, stack):
    server = start(max_connections=3)
    idle = stack.enter_context(Wire(server.public))
    idle.send(GET)
    assert idle.receive().status == 200
    partial = stack.enter_context(Wire(server.public))
    partial.send(GET[:-1])
    silent = stack.enter_context(Wire(server.public))
    # A silent one may be spared for a moment after it came, while there is a partial one.
    for victims in ((), (silent, partial), (idle,)):
        newcomer = stack.enter_context(Wire(server.public))
        newcomer.send(GET)
        assert newcomer.receive().status == 200
        assert all(ended(victim.socket) for victim in victims)
    assert [yielded(server, stage) for stage in ("silent", "partial", "idle")] == [1, 1, 1]


def test_a_request_in_progress_keeps_its_place(start, stack, engine):
    server = start(max_connections=2)
    hold = threading.Event()
    engine.scripts[CHAT] = as_json({"choices": []}, hold=hold)
    callers = [stack.enter_context(Caller(server.public)) for _ in range(2)]
    for caller in callers:
        caller.call(CHAT)
    eventually(lambda: len(engine.calls_for(CHAT)) == 2)
    if start.tls:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            Wire(server.public)
    else:
        refused = stack.enter_context(Wire(server.public))
        refused.send(GET)
        reply = refused.receive()
        assert (reply.status, reply.json()["code"]) == (503, 50505)
        assert int(reply.header("Retry-After")) >= 1
        assert refused.closed()
    hold.set()
    for caller in callers:
        assert caller.ending().status == 200


def test_a_thread_without_one_to_close_asks_the_others(start, stack):
    server = start(max_connections=8, threads=4)
    for _ in range(8):
        raw(stack, server.public)
    for _ in range(24):
        assert server.get("/v1/models").status == 200


# Yielding during TLS handshakes.


@pytest.fixture
def start_tls(start):
    if not start.tls:
        pytest.skip("only with TLS")
    return start


def client_hello(server):
    """The first record of a client."""
    outgoing = ssl.MemoryBIO()
    client = server.tls.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


BEGINNINGS = {
    "nothing": lambda _: b"",
    "one byte": lambda hello: hello[:1],
    "a record's head": lambda hello: hello[:5],
    "all but the last byte": lambda hello: hello[:-1],
    "a record with a part of the ClientHello": lambda hello: hello[:3] + b"\0\x01" + hello[5:6],
}


@pytest.mark.parametrize("part", BEGINNINGS.values(), ids=BEGINNINGS.keys())
def test_handshakes_that_have_not_said_hello_refuse_nobody(start_tls, stack, part):
    server = start_tls(tls={"max_handshakes": 2})
    for _ in range(20):
        raw(stack, server.public, part(client_hello(server)))
    for _ in range(10):
        assert server.get("/v1/models").status == 200


@pytest.mark.parametrize("part", BEGINNINGS.values(), ids=BEGINNINGS.keys())
def test_handshakes_hold_no_place_before_hello(start_tls, stack, part):
    server = start_tls(tls={"max_handshakes": LIMIT // 2}, max_connections=LIMIT)
    for _ in range(3 * LIMIT):
        raw(stack, server.public, part(client_hello(server)))

    def served():
        try:
            return server.get("/v1/models").status == 200
        except (ssl.SSLError, OSError, Closed):
            return False

    eventually(served)


def test_handshakes_that_were_answered_and_never_end_give_way(start_tls, stack):
    server = start_tls(tls={"max_handshakes": 2})
    stalled = [raw(stack, server.public, client_hello(server)) for _ in range(2)]
    for connection in stalled:
        assert connection.recv(1)  # answered

    def served():
        try:
            return server.get("/v1/models").status == 200
        except (ssl.SSLError, OSError, Closed):
            return False

    eventually(served)
    assert ended(stalled[0])


def in_bytes(hello):
    return [hello[at : at + 1] for at in range(len(hello))]


def in_records(hello):
    body = hello[5:]
    parts = [body[at : at + 50] for at in range(0, len(body), 50)]
    return [hello[:3] + len(part).to_bytes(2, "big") + part for part in parts]


@pytest.mark.parametrize("split", [in_bytes, in_records], ids=lambda split: split.__name__)
def test_a_client_hello_in_pieces_is_a_client_hello(start_tls, stack, split):
    server = start_tls()
    connection = raw(stack, server.public)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = server.tls.wrap_bio(incoming, outgoing, server_hostname="localhost")
    first = True
    while True:
        try:
            client.do_handshake()
            break
        except ssl.SSLWantReadError:
            pieces = split(outgoing.read()) if first else [outgoing.read()]
            first = False
            for piece in pieces:
                connection.sendall(piece)
            incoming.write(connection.recv(65536))
    client.write(GET)
    connection.sendall(outgoing.read())
    answer = b""
    while b"200 OK" not in answer:
        incoming.write(connection.recv(65536))
        with contextlib.suppress(ssl.SSLWantReadError):
            answer += client.read(65536)


def test_a_client_that_leaves_within_its_hello_leaves_nothing_behind(start_tls, stack):
    server = start_tls()
    connection = raw(stack, server.public, client_hello(server)[:-1])
    connection.shutdown(socket.SHUT_WR)
    assert ended(connection)
    assert server.get("/v1/models").status == 200


# Descriptors.


def limited(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def restarted(weir, soft, hard, **server):
    running = weir(server=server)
    running.stop()
    running.start(preexec_fn=limited(soft, hard))
    return running


def test_the_soft_limit_on_descriptors_is_raised(weir):
    server = restarted(weir, 64, 512)
    assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (512, 512)
    line = server.log.where(msg="descriptors")[0]
    assert (line["limit_before"], line["limit"]) == (64, 512)
    assert 100 < line["max_connections"] < 512
    assert not server.log.where(level="warn")


def test_more_connections_than_descriptors_are_a_warning(weir, stack):
    server = restarted(weir, 64, 256, max_connections=10_000)
    line = eventually(lambda: server.log.where(level="warn", setting=10_000))[0]
    assert line["limit"] == 256
    assert line["max_connections"] < 256
    for _ in range(300):
        raw(stack, server.public)
    for _ in range(10):
        assert server.get("/v1/models").status == 200
    assert not server.log.where(msg="cannot accept")


# An upstream's interim responses.

FINAL = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
INTERIM = {
    "a few": (b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 5, 200),
    "one that is large": (b"HTTP/1.1 103 Early Hints\r\nLink: " + b"a" * 60_000 + b"\r\n\r\n", 200),
    "two that are large": (b"HTTP/1.1 103 Early Hints\r\nLink: " + b"a" * 60_000 + b"\r\n\r\n", 503),
    "too many": (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, 503),
}


@pytest.mark.parametrize("name", INTERIM)
def test_interim_responses_have_a_limit(weir, engine, name):
    before, status = INTERIM[name]
    before *= 2 if name.startswith("two") else 1
    engine.scripts[CHAT] = Script(raw=before + FINAL)
    server = weir(
        models=[{"id": CHAT, "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}],
        upstreams=[{"name": "gpu", "url": engine.url}],
        calls={"retries": 0},
    )
    with Caller(server.public) as caller:
        caller.call(CHAT)
        assert caller.ending().status == status
