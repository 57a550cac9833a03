"""An answer that ends before its time is never taken for a whole one, and nothing follows it."""

import contextlib
import json
import socket
import ssl
import threading

import pytest

from support.caller import CHAT, Caller, access_line, call, chat_body, post_head, trace
from support.engine import Engine, Script
from support.eventually import eventually
from support.kernel import HELD_AT_MOST
from support.load import Flood
from support.process import KEY
from support.wire import head

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
LARGE = b'{"a":"' + b"x" * HELD_AT_MOST + b'"}'
BEGINNING = '{"a":"' + "x" * 5_000  # long enough to be no error
# A slow client that reads: each pause is far below the server's time limit, and their sum is above it.
PATIENCE_S, PAUSES, PACE_S = 3, 50, 0.1


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture(params=["plain", "tls"])
def served(request, weir, engine, certificates):
    """served(patience) starts a server that drops a client that reads nothing for so long."""

    def start(patience):
        section, client = {"write_stall_timeout": patience}, None
        if request.param == "tls":
            section["tls"], client = certificates.settings(), certificates.client()
        return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}], server=section, tls=client)

    return start


def rest(connection):
    """All bytes until the connection ends."""
    data = bytearray()
    with contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):  # TLS without its farewell
        while piece := connection.recv(1 << 20):
            data += piece
    return data


def test_nothing_follows_an_answer_that_stalled(served, engine):
    server = served("300ms")
    engine.scripts["lab/chat"] = Script((LARGE,))
    header = trace()
    with Caller(server.public) as caller:
        caller.call("lab/chat", headers=[header])
        caller.send(head("GET", "/v1/models", key=KEY))
        assert eventually(lambda: access_line(server, header))["reason"] == "client_stalled"
        caller.unread += rest(caller.socket)
    assert caller.unread.count(b"HTTP/1.1 ") == 1
    assert len(caller.unread) < len(LARGE)


def test_a_client_that_reads_slowly_gets_all(served, engine):
    server = served(f"{PATIENCE_S}s")
    engine.scripts["lab/chat"] = Script((LARGE,))
    step = len(LARGE) // PAUSES
    with Caller(server.public) as caller:
        # The server must still be writing while the last bytes are read.
        caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        caller.call("lab/chat")
        reply = caller.receive_head()
        pace, size = threading.Event(), 0
        for piece in caller.pieces(reply):
            if size // step != (size + len(piece)) // step:
                pace.wait(PACE_S)
            size += len(piece)
    assert size == len(LARGE)


def test_an_http_1_0_client_sees_that_its_answer_is_cut(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])
    engine.scripts["lab/chat"] = Script((b'{"id": ', b"1"), framing="chunked", end="cut")
    body = chat_body("lab/chat")
    asked = post_head(CHAT, len(body)).replace(b"HTTP/1.1", b"HTTP/1.0") + body
    with socket.create_connection(("127.0.0.1", server.public)) as client:
        client.sendall(asked)
        got = bytearray()
        try:
            while piece := client.recv(65536):
                got += piece
        except ConnectionResetError:
            return
    assert b" 200 " not in got.partition(b"\r\n")[0], "the end looks like a good one"


def test_a_length_beyond_a_signed_number_stays_as_it_is(weir, engine):
    server = weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])
    length = str(10**19 - 1)
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {length}", "", BEGINNING]
    engine.scripts["lab/chat"] = Script((threading.Event(),), raw="\r\n".join(lines).encode())
    with Caller(server.public) as caller:
        caller.call("lab/chat")
        assert caller.receive_head().header("content-length") == length


class CuttingServer:
    """Speaks TLS; ends an answer without a length as only a network failure would."""

    def __init__(self, context):
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                self._serve(self.listener.accept()[0])

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # ends the wait for the next connection
        self.listener.close()

    def _serve(self, sock):
        with contextlib.suppress(OSError), self.context.wrap_socket(sock, server_side=True) as connection:
            asked = connection.recv(65536)
            if asked.startswith(b"GET"):
                listed = json.dumps({"data": [{"id": "lab/chat"}]}).encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                connection.sendall(b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(listed), listed))
            else:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
            connection.shutdown(socket.SHUT_RDWR)  # of the socket, not of TLS


def test_an_upstream_that_the_network_cuts_off_has_not_answered(weir, certificates):
    upstream = CuttingServer(certificates.good)
    gpu = {"name": "gpu", "url": upstream.url, "ca_file": str(certificates.ca)}
    server = weir(models=MODELS, upstreams=[gpu])
    answer = call(server.public, "lab/chat")
    assert answer.status != 200 or not answer.whole
    upstream.close()


@pytest.mark.parametrize("speaks", ["plain", "tls"])
def test_who_pipelines_without_pause_leaves_others_their_turn(weir, certificates, speaks):
    section, client = {"threads": 1}, None
    if speaks == "tls":
        section["tls"], client = certificates.settings(), certificates.client()
    server = weir(server=section, tls=client)
    with Caller(server.public) as other, Flood(server.public, client):
        for _ in range(5):
            other.send(head("GET", "/v1/models", key=KEY))
            assert other.receive().status == 200
