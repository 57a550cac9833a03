"""A TCP gate between Weir and an engine that fails in every way connections fail, on demand.

The gate holds back each answer until it has all of it, so a fault strikes at an exact byte: before
the request is taken, before the first byte of the answer, after its head and first event, or after
its end. A fault stays until it is cleared; what was only held up then goes on.
"""

import contextlib
import dataclasses
import os
import re
import select
import socket
import ssl
import threading

from support.engine import HUNG_UP, POLL_S, deliver, reset
from support.eventually import DEADLINE_S

FAULTS = (
    "refuse",
    "silence",
    "never read",
    "never answer",
    "reset",
    "cut in head",
    "cut in body",
    "slow",
    "capped",
    "delayed",
    "corrupt byte",
    "extra bytes",
    "bad framing",
    "flood",
    "tls",
)
PHASES = ("request", "first byte", "first event", "done")
REQUEST, FIRST_BYTE, FIRST_EVENT, AFTER_DONE = PHASES

SLOW_BYTES, SLOW_PAUSE_S = 10, 0.1  # one byte per 100 ms, for as many bytes
CAP_BYTES_PER_S, CAP_STEP = 100_000, 5_000
DELAY_S = 0.5
FLOOD = 1 << 20
PLANTED_BODY = b'{"planted":true}'
PLANTED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n" + PLANTED_BODY

# Moves that are not bytes to send.
FIN, RESET, REFUSE, HOLD, DELAY, READ, NOISE = "fin reset refuse hold delay read noise".split()


@dataclasses.dataclass(frozen=True)
class Slowly:
    data: bytes


@dataclasses.dataclass(frozen=True)
class Capped:
    data: bytes


class Over(Exception):
    """The connection has come to its end."""


@dataclasses.dataclass
class Answer:
    """An answer in the parts between which faults strike."""

    head: bytes
    first: bytes  # the first event, or the first half of a body
    rest: bytes

    @property
    def chunked(self):
        return b"transfer-encoding: chunked" in self.head.lower()


def split(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    middle = len(body) // 2
    if b"transfer-encoding: chunked" in head.lower():
        middle = body.index(b"\r\n") + 2 + int(body.split(b"\r\n", 1)[0], 16) + 2
    return Answer(head, body[:middle], body[middle:])


def half(data):
    return data[: len(data) // 2]


# The faults. Each gives the moves from its phase on; what came before has been sent.


def before_request(fault):
    return {
        "refuse": [REFUSE],
        "silence": [HOLD],
        "never read": [HOLD],
        "never answer": [READ, HOLD],
        "reset": [RESET],
        "cut in head": [PLANTED[:12], FIN],
        "cut in body": [PLANTED[:-5], FIN],
        "delayed": [DELAY],
        "extra bytes": [PLANTED],
        "flood": [b"HTTP/1.1 200 OK\r\nX-Flood: " + b"f" * FLOOD],
        "tls": [HOLD],  # a handshake that stalls
    }.get(fault, [])


def spoilt_request(fault, request):
    """The bytes sent to the engine instead of the request."""
    head, end, body = request.partition(b"\r\n\r\n")
    if fault == "slow":
        return Slowly(request)
    if fault == "capped":
        return Capped(request)
    if fault == "corrupt byte":
        return head + end + flipped(body)
    if fault == "bad framing":  # the engine waits for ten bytes that do not come
        longer = re.sub(rb"(?i)(content-length: *)(\d+)", lambda m: m[1] + b"%d" % (int(m[2]) + 10), head)
        return longer + end + body
    return request


def flipped(data):
    """The data with one bit of a byte in its middle changed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def spoilt_answer(fault, phase, answer):
    """The moves that are left of an answer when a fault strikes in this phase."""
    left = {
        FIRST_BYTE: [answer.head, answer.first, answer.rest],
        FIRST_EVENT: [answer.rest],
        AFTER_DONE: [],
    }[phase]
    in_head = phase == FIRST_BYTE
    rest = b"".join(left)
    if fault == "cut in head":
        return [answer.head[:20], FIN] if in_head else [FIN]
    if fault == "cut in body":
        return [answer.head + half(answer.first), FIN] if in_head else [half(rest), FIN]
    if fault == "corrupt byte":
        return [corrupted(phase, answer, rest)]
    if fault == "bad framing":
        return misframed(phase, answer, rest)
    if fault == "flood":
        return flooded(phase, answer, rest)
    moves = {
        "refuse": [REFUSE],
        "silence": [HOLD, rest],
        "never answer": [HOLD, rest],
        "reset": [RESET],
        "slow": [Slowly(rest)],
        "capped": [Capped(rest)],
        "delayed": [DELAY, rest],
        "extra bytes": [PLANTED, rest],
        "tls": [NOISE, rest],
    }
    return moves.get(fault, [rest])


def corrupted(phase, answer, rest):
    if phase == AFTER_DONE:
        return b"\0"
    if phase == FIRST_BYTE:
        return rest.replace(b"HTTP/1.1", b"HTTQ/1.1", 1)
    return b"G" + rest[1:] if answer.chunked else flipped(rest)


def misframed(phase, answer, rest):
    """A length that cannot be, or a chunk that has none."""
    if phase == AFTER_DONE:
        return [b"zz\r\n"]
    if phase == FIRST_EVENT:
        return [b"zz\r\n" + rest] if answer.chunked else [rest[:-1], FIN]
    if answer.chunked:
        return [answer.head + b"zz\r\n" + answer.first + answer.rest]
    return [re.sub(rb"(?i)content-length: *\d+", b"Content-Length: twelve", rest, count=1)]


def flooded(phase, answer, rest):
    """A megabyte where a line belongs: in the head, as an extension of a chunk, or after the end."""
    if phase == FIRST_BYTE:
        return [rest.replace(b"\r\n", b"\r\nX-Flood: " + b"f" * FLOOD + b"\r\n", 1)]
    if phase == FIRST_EVENT and answer.chunked:
        return [rest.replace(b"\r\n", b";f=" + b"f" * FLOOD + b"\r\n", 1)]
    return [rest + b"f" * FLOOD] if phase == AFTER_DONE else [rest]


class Gate:
    """Use with `with`. Give Weir `url` instead of the engine's. With `tls`, a server-side context,
    Weir's side is encrypted."""

    def __init__(self, engine, tls=None):
        self.engine = engine
        self.tls = tls
        self.good_tls = tls
        self.connections = 0
        self.requests = []  # (connection number, method) in the order of arrival
        self.fault = self.phase = None
        self.cleared = threading.Event()
        self.seen = None
        self.once = False
        self.links = set()
        # The port stays reserved while nothing listens on it.
        self._place = bound(0)
        self.port = self._place.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._listener = None

    def __enter__(self):
        self._listen()
        return self

    def __exit__(self, *_):
        self.cleared.set()
        self.refuse()
        self._place.close()
        for link in list(self.links):
            link.close()

    def arm(self, fault, phase, tls=None, seen=None, once=False):
        """From now on; `tls` stands in for the good context. `seen` is set when the client has the
        first event: the fault of that phase waits for it. `once`: for one request before it is read."""
        self.cleared.clear()
        self.seen = seen
        self.once = once
        self.fault, self.phase = fault, phase
        self.tls = tls or self.good_tls
        if (fault, phase) == ("refuse", REQUEST):
            self.refuse()

    def clear(self):
        self.fault = self.phase = None
        self.tls = self.good_tls
        self.cleared.set()
        if self._listener is None:
            self._listen()

    def posts(self):
        """The connections that calls came on, in order."""
        return [number for number, method in list(self.requests) if method == "POST"]

    def handshake_stalls(self):
        return (self.fault, self.phase) == ("tls", REQUEST) and self.tls is self.good_tls

    # Listening.

    def _listen(self):
        self._listener = bound(self.port)
        self._listener.listen(256)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def refuse(self):
        """Nobody listens any more, until the fault is cleared."""
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                sock = listener.accept()[0]
                self.connections += 1
                threading.Thread(target=Link(self, sock, self.connections).run, daemon=True).start()


def bound(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Small, so that a peer that is never read from is blocked; accepted sockets inherit it.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
    sock.bind(("127.0.0.1", port))
    return sock


class Link:
    """One connection through the gate."""

    def __init__(self, gate, sock, number):
        self.gate = gate
        self.number = number
        self.near = sock
        self.far = None
        self.request = b""  # read before its time
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self):
        self.gate.links.add(self)
        with contextlib.suppress(OSError, Over, ValueError):
            if self.gate.tls and not self.gate.handshake_stalls():
                self._handshake()
            while True:
                self._exchange()
        self.close()
        self.gate.links.discard(self)

    def close(self):
        for sock in (self.far, self.near):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()

    def _handshake(self):
        self.near.settimeout(DEADLINE_S)
        self.near = self.gate.tls.wrap_socket(self.near, server_side=True)
        self.near.settimeout(None)

    def _exchange(self):
        gate = self.gate
        if gate.phase != REQUEST:
            self._wait_for_request()
        if gate.phase == REQUEST:
            fault = gate.fault
            if gate.once:
                gate.fault = gate.phase = None
            self._make(before_request(fault))
        request = self._read_request()
        gate.requests.append((self.number, request[: request.index(b" ")].decode()))
        self._forward(spoilt_request(gate.fault, request) if gate.phase == REQUEST else request)
        answer = split(self._read_answer())
        fault, phase = gate.fault, gate.phase
        if phase in PHASES[1:] and request.startswith(b"POST"):
            whole = [answer.head, answer.first, answer.rest]
            self._make(whole[: {FIRST_BYTE: 0, FIRST_EVENT: 2, AFTER_DONE: 3}[phase]])
            if phase == FIRST_EVENT and gate.seen:
                self._wait_for(gate.seen)
            self._make(spoilt_answer(fault, phase, answer))
        else:
            self._make([answer.head + answer.first + answer.rest])

    # Moves.

    def _make(self, moves):
        for move in moves:
            if isinstance(move, bytes):
                self.near.sendall(move)
            elif isinstance(move, Slowly | Capped):
                self._send_slowly(self.near, move)
            else:
                getattr(self, f"_do_{move}")()

    def _do_fin(self):
        with contextlib.suppress(OSError):
            self.near.shutdown(socket.SHUT_WR)
        while self.near.recv(1 << 16):  # to close with unread bytes would be a reset
            pass
        raise Over

    def _do_reset(self):
        deliver(self.near)
        reset(self.near)
        raise Over

    def _do_refuse(self):
        self.gate.refuse()
        raise Over

    def _do_delay(self):
        self.gate.cleared.wait(DELAY_S)

    def _do_read(self):
        self.request = self._read_request()

    def _do_noise(self):
        os.write(self.near.fileno(), b"this is no TLS record\r\n")

    def _do_hold(self):
        self._wait_for(self.gate.cleared)
        if self.gate.tls and not isinstance(self.near, ssl.SSLSocket):
            self._handshake()

    def _wait_for(self, event):
        """Until it is set, or Weir hangs up."""
        while not event.wait(POLL_S):
            if hung_up(self.near):
                raise Over

    def _send_slowly(self, sock, move):
        data = move.data
        step, pause, count = 1, SLOW_PAUSE_S, SLOW_BYTES
        if isinstance(move, Capped):
            step, pause, count = CAP_STEP, CAP_STEP / CAP_BYTES_PER_S, len(data) // CAP_STEP
        for _ in range(count):
            sock.sendall(data[:step])
            data = data[step:]
            self.gate.cleared.wait(pause)
        sock.sendall(data)

    # Reading.

    def _wait_for_request(self):
        """Until there is something to read, or the engine hangs up."""
        if isinstance(self.near, ssl.SSLSocket) and self.near.pending():
            return
        watched = select.poll()
        watched.register(self.near, select.POLLIN)
        if self.far:
            watched.register(self.far, select.POLLIN)
        if self.near.fileno() not in dict(watched.poll()):
            raise Over

    def _read_request(self):
        if self.request:
            request, self.request = self.request, b""
            return request
        data = b""
        while (length := whole_length(data)) is None or len(data) < length:
            data += more(self.near)
        return data

    def _forward(self, request):
        if self.far is None:
            self.far = socket.create_connection(("127.0.0.1", self.gate.engine.port))
            self.far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if isinstance(request, bytes):
            self.far.sendall(request)
        else:
            self._send_slowly(self.far, request)

    def _read_answer(self):
        """The engine's whole answer; the end when Weir hangs up before."""
        watched = select.poll()
        watched.register(self.near, HUNG_UP)
        watched.register(self.far, select.POLLIN)
        data = b""
        while not answer_is_whole(data):
            if self.near.fileno() in dict(watched.poll()):
                raise Over
            data += more(self.far)
        return data


def hung_up(sock):
    poll = select.poll()
    poll.register(sock, HUNG_UP)
    return bool(poll.poll(0))


def more(sock):
    got = sock.recv(1 << 16)
    if not got:
        raise Over
    return got


def whole_length(data):
    """The length of the request that begins so; nothing while its head is incomplete."""
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end:
        return None
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return len(head) + 4 + (int(found[1]) if found else 0)


def answer_is_whole(data):
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    if b"transfer-encoding: chunked" in head.lower():
        return body.endswith(b"0\r\n\r\n") and (body == b"0\r\n\r\n" or body.endswith(b"\r\n0\r\n\r\n"))
    return len(data) >= whole_length(data)
