"""Conversations of clients as files: their requests as they were sent, and the status and shape of each answer.

A file holds no key: `KEYS` stands for each. Fields that differ from machine to machine, or from run to run, are left out.
"""

import contextlib
import http.client
import json
import socket
import threading
import time

from support.client_table import SPENT, WRONG
from support.eventually import DEADLINE_S
from support.process import KEY

KEYS = {KEY: "{key}", WRONG: "{wrong key}", SPENT: "{spent key}"}
LEFT_OUT = {
    "host", "content-length", "connection", "accept-encoding", "traceparent", "tracestate", "x-client-request-id",
    "idempotency-key", "x-stainless-arch", "x-stainless-os", "x-stainless-runtime-version", "transfer-encoding",
}  # fmt: skip
SLOW = "lab/slow"  # its stream does not end: the client leaves after the first text


class Tap:
    """Relays the connections of a client to a server, and keeps what the client sends. Use with `with`."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._sent = []  # for each connection: [(time, bytes)]
        self._threads = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(DEADLINE_S)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._target))
                pieces = []
                self._sent.append(pieces)
                for source, sink, kept in ((client, server, pieces), (server, client, None)):
                    thread = threading.Thread(target=self._pump, args=(source, sink, kept), daemon=True)
                    thread.start()
                    self._threads.append(thread)

    @staticmethod
    def _pump(source, sink, kept):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if kept is not None:
                    kept.append((time.monotonic(), piece))
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def requests(self):
        """All requests, those of a situation in the order in which they began. REQUIRES: the client has ended."""
        found = [request for pieces in self._sent for request in requests_in(pieces)]
        return sorted((request for _, request in sorted(found, key=lambda one: one[0])), key=situation_of)


def situation_of(request):
    """Clients that meet several situations at once would be recorded in another order each time."""
    body = request.get("body", {})
    keys = [value for name, value in request["headers"].items() if name in ("authorization", "x-api-key")]
    return (body.get("model", ""), request["target"], keys, len(body.get("messages", body.get("input", ""))))


def requests_in(pieces):
    """(time, request) of each request in the bytes of a connection."""
    raw = b"".join(piece for _, piece in pieces)
    at = 0
    while at < len(raw):
        head_end = raw.index(b"\r\n\r\n", at)
        first, *lines = raw[at:head_end].decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body, end = body_at(raw, head_end + 4, fields)
        yield time_of(pieces, at), kept_request(method, target, fields, body)
        at = end


def body_at(raw, at, fields):
    if fields.get("transfer-encoding") != "chunked":
        end = at + int(fields.get("content-length", 0))
        return raw[at:end], end
    body = b""
    while True:
        line_end = raw.index(b"\r\n", at)
        size = int(raw[at:line_end].split(b";")[0], 16)
        body += raw[line_end + 2 : line_end + 2 + size]
        at = line_end + 2 + size + 2
        if size == 0:
            return body, at


def time_of(pieces, at):
    passed = 0
    for when, piece in pieces:
        passed += len(piece)
        if at < passed:
            return when
    raise AssertionError("no piece has it")


def kept_request(method, target, fields, body):
    kept = {name: hide(value) for name, value in sorted(fields.items()) if name not in LEFT_OUT}
    request = {"method": method, "target": target, "headers": kept}
    return {**request, "body": json.loads(body)} if body else request


def hide(value):
    for key, name in KEYS.items():
        value = value.replace(key, name)
    return value


def show(value):
    for key, name in KEYS.items():
        value = value.replace(name, key)
    return value


def replay(port, request):
    """The status and the shape of Weir's answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    headers = {name: show(value) for name, value in request["headers"].items()}
    body = json.dumps(request["body"]) if "body" in request else None
    with contextlib.closing(connection):
        connection.request(request["method"], request["target"], body, headers)
        answer = connection.getresponse()
        kind = answer.headers.get_content_type()
        if kind == "text/event-stream":
            leaves = request["body"].get("model") == SLOW
            return {"status": answer.status, "events": shapes_of_events(answer, leaves)}
        return {"status": answer.status, "type": kind, "shape": shape_of(json.loads(answer.read()))}


def shapes_of_events(answer, leaves):
    """Each kind of event once, by its name and its members."""
    kinds = []
    name = ""
    for raw in answer:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data = line.removeprefix("data:").strip()
            kind = " ".join([name or "data", *members_of(data)])
            if kind not in kinds:
                kinds.append(kind)
            name = ""
            if leaves and "The river" in data:
                break
    return kinds


def members_of(data):
    return sorted(json.loads(data)) if data.startswith("{") else [data]


def shape_of(value):
    if isinstance(value, dict):
        return {name: shape_of(one) for name, one in sorted(value.items())}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}[type(value)]
