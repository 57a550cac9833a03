"""A small HTTP/1.1 client that sends exactly the bytes it is given and hides nothing it gets."""

import contextlib
import dataclasses
import json
import socket
import ssl

from support.eventually import DEADLINE_S

# Ports of TLS servers, with a client's context. A port may be reused after its server has ended.
tls_ports = {}


def speaks_plain(port):
    tls_ports.pop(port, None)


@dataclasses.dataclass
class Reply:
    status: int
    headers: list  # (lower-case name, value) as received
    body: bytes

    def header(self, name):
        """The value of a header, or nothing; more than one of a name is a failure."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) <= 1, f"{name} is there {len(values)} times"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    def ids(self):
        return [row["id"] for row in self.json()["data"]]


class Closed(Exception):
    """The server closed the connection before a whole answer was there."""


class Wire:
    """One connection."""

    def __init__(self, port, tls=None):
        """`tls`: a client's context; without it TLS is spoken to the ports in `tls_ports`."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)
        if context := tls or tls_ports.get(port):
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        try:
            got = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            got = b""
        self.unread += got
        return bool(got)

    def closed(self):
        """Waits until the server closes; false if it sends something instead."""
        return not self.unread and not self._more()

    def _take(self, count):
        while len(self.unread) < count:
            if not self._more():
                raise Closed(f"{len(self.unread)} of {count} bytes")
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def _take_until(self, end):
        while end not in self.unread:
            if not self._more():
                raise Closed(self.unread)
        return self._take(self.unread.index(end) + len(end))

    def receive(self, method="GET"):
        """The next answer to a request of this method."""
        lines = self._take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        assert version == "HTTP/1.1", lines[0]
        pairs = [line.split(":", 1) for line in lines[1:] if line]
        reply = Reply(int(status), [(name.lower(), value.strip()) for name, value in pairs], b"")
        if method == "HEAD" or reply.status in (204, 304) or reply.status < 200:
            return reply
        reply.body = self._body(reply)
        return reply

    def _body(self, reply):
        if reply.header("transfer-encoding") == "chunked":
            body = b""
            while size := int(self._take_until(b"\r\n"), 16):
                body += self._take(size)
                self._take(2)
            self._take_until(b"\r\n")
            return body
        if (length := reply.header("content-length")) is not None:
            return self._take(int(length))
        with contextlib.suppress(Closed):
            self._take(1 << 62)
        body, self.unread = self.unread, b""
        return body


def head(method, target, headers=(), key=None):
    """The bytes of a request without a body."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    pairs = headers.items() if isinstance(headers, dict) else headers
    lines += [f"{name}: {value}" for name, value in pairs]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def request(port, method, target, headers=(), key=None):
    """One request on a connection of its own."""
    with Wire(port) as wire:
        wire.send(head(method, target, headers, key))
        return wire.receive(method)
