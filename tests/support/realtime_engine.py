"""An upstream that speaks the realtime protocol over WebSockets, one script per session."""

import http
import json
import queue
import threading

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response
from websockets.sync.server import serve

from support.eventually import DEADLINE_S


def answer(text="hello", usage=(7, 2), **more):
    """The events of one response."""
    total = {"total_tokens": sum(usage), "input_tokens": usage[0], "output_tokens": usage[1]}
    response = {"object": "realtime.response", "id": "resp_1", "output": []}
    yield {"type": "response.created", "response": {**response, "status": "in_progress", "usage": None}}
    yield {"type": "response.output_text.delta", "response_id": "resp_1", "delta": text}
    yield {"type": "response.done", "response": {**response, "status": "completed", "usage": total, **more}}


class Session:
    """One session at the engine. `seen` has what Weir has sent; `closed` is (code, reason) once it has ended."""

    def __init__(self, connection):
        self.connection = connection
        self.path, self.headers = connection.request.path, connection.request.headers
        self.seen = queue.Queue()
        self.over = threading.Event()
        self.closed = None

    def send(self, event):
        self.connection.send(event if isinstance(event, (str, bytes)) else json.dumps(event))

    def receive(self):
        raw = self.connection.recv()
        self.seen.put(raw)
        return json.loads(raw)

    def next_seen(self):
        return json.loads(self.seen.get(timeout=DEADLINE_S))

    def wait_over(self):
        assert self.over.wait(DEADLINE_S), "the session at the engine goes on"
        return self.closed


def usual(session):
    session.send({"type": "session.created", "session": {"type": "realtime", "model": session.model}})
    while True:
        event = session.receive()
        if event["type"] == "session.update":
            session.send({"type": "session.updated", "session": event["session"]})
        elif event["type"] == "response.create":
            for each in answer():
                session.send(each)


class RealtimeEngine:
    """`script(session)` plays each session, and closes it by returning; `refuses` is the status of a handshake instead."""

    def __init__(self, script=usual, name="talk", models=("theirs",)):
        self.name, self.script, self.models = name, script, models
        self.refuses = None
        self.sessions = queue.Queue()
        self._server = serve(
            self._play, "127.0.0.1", 0, process_request=self._head, subprotocols=["realtime"], max_size=None,
            select_subprotocol=lambda _, offered: "realtime" if "realtime" in offered else None,
        )  # fmt: skip
        self.port = self._server.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join(DEADLINE_S)

    def next_session(self):
        return self.sessions.get(timeout=DEADLINE_S)

    def _head(self, _, request):
        if request.path == "/v1/models":
            return self._json(200, {"object": "list", "data": [{"id": id, "object": "model"} for id in self.models]})
        if self.refuses:
            return self._json(self.refuses, {"error": {"message": "not here", "type": "invalid_request_error"}})
        return None

    @staticmethod
    def _json(status, body):
        raw = json.dumps(body).encode()
        fields = Headers([("Content-Type", "application/json"), ("Content-Length", str(len(raw)))])
        return Response(status, http.HTTPStatus(status).phrase, fields, raw)

    def _play(self, connection):
        session = Session(connection)
        session.model = self.models[0]
        self.sessions.put(session)
        try:
            self.script(session)
            connection.close()
        except ConnectionClosed:
            pass
        finally:
            session.closed = (connection.close_code, connection.close_reason)
            session.over.set()
