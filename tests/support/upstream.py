"""A fake upstream: an HTTP server on a free port whose answers are values, good or bad."""

import contextlib
import dataclasses
import http.server
import json
import socket
import threading


@dataclasses.dataclass
class Answer:
    """The answer of a path. The faults are those of real upstreams."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    hold: threading.Event = None  # say nothing until this is set
    piece: int = 0  # send the body in pieces of so many bytes
    cut_after: int = None  # close the connection after so many bytes of the body
    headers: tuple = ()  # more of them, as (name, value)


def as_json(value, **options):
    return Answer(json.dumps(value).encode(), **options)


def openai_list(*ids, **fields):
    """The list that OpenAI-compatible servers give."""
    rows = [{"id": id_, "object": "model", "created": 1700000000, "owned_by": "lab", **fields} for id_ in ids]
    return as_json({"object": "list", "data": rows})


class Upstream:
    """Answers `routes[path]`, 404 for the rest; remembers what it was asked. Use with `with`."""

    def __init__(self, routes=None, port=0):
        self.routes = dict(routes or {})
        self.asked = []  # (method, target, headers by lower-case name, body)
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                upstream.asked.append((self.command, self.path, headers, body))
                with contextlib.suppress(OSError):  # the client may have given up
                    upstream._answer(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def _answer(self, handler):
        # A query may have a route of its own (siliconflow asks per sub type).
        path = handler.path.partition("?")[0]
        answer = self.routes.get(handler.path, self.routes.get(path))
        if answer is None:
            answer = as_json({"error": "not found"}, status=404)
        if answer.hold is not None:
            answer.hold.wait()
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.content_type)
        handler.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            handler.send_header(name, value)
        handler.end_headers()
        body = answer.body if answer.cut_after is None else answer.body[: answer.cut_after]
        step = answer.piece or max(len(body), 1)
        for start in range(0, len(body), step):
            handler.wfile.write(body[start : start + step])
        if answer.cut_after is not None:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

    def asked_for(self, path):
        return [ask for ask in list(self.asked) if ask[1].partition("?")[0] == path]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for answer in self.routes.values():
            if answer.hold is not None:
                answer.hold.set()
        self.server.shutdown()
        self.server.server_close()


_closed = []  # sockets that keep their ports for as long as the tests run


def closed_port():
    """A port without a listener, which no other process can take."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    _closed.append(place)
    return place.getsockname()[1]
