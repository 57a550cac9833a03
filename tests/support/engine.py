"""A fake engine: an OpenAI and SiliconFlow style upstream on a free port.

It answers every kind of call with an answer that repeats part of the question and with usage that
can be counted. A test may replace the answer of a model by a `Script`, whose pieces it can hold
back one by one, and records for each call its request and when the peer disconnected.
"""

import base64
import collections
import contextlib
import dataclasses
import fcntl
import json
import re
import select
import socket
import struct
import termios
import threading
import time

# How long a send may make no progress before the call counts as stalled: an event, not a duration.
STALL_S = 0.3
POLL_S = 0.005
HUNG_UP = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Gone(Exception):
    """The other side hung up, or the engine stops."""


@dataclasses.dataclass
class Script:
    """The engine's behaviour for a call."""

    pieces: tuple = ()  # bytes to send and events to wait for, in order
    status: int = 200
    content_type: str = "application/json"
    headers: tuple = ()  # (name, value), besides type and framing
    framing: str = "length"  # or "chunked", a chunk per piece; or "close": ends with the connection
    hold: threading.Event = None  # say nothing until this is set
    early: bool = False  # begin before the body of the request is whole
    end: str = "keep"  # or "close", "reset", or "cut": closed without the end that was promised
    raw: bytes = None  # these bytes instead of all that

    def head(self):
        lines = [f"HTTP/1.1 {self.status} {'OK' if self.status == 200 else 'Not OK'}"]
        lines.append(f"Content-Type: {self.content_type}")
        if self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif self.framing == "length":
            lines.append(f"Content-Length: {sum(len(piece) for piece in self.pieces if is_bytes(piece))}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def is_bytes(piece):
    return isinstance(piece, bytes | bytearray)


def as_json(value, **options):
    return Script((json.dumps(value).encode(),), **options)


def as_stream(*events, **options):
    """Events (bytes with their final blank line) and holds between them, a chunk each."""
    return Script(events, **{"content_type": "text/event-stream", "framing": "chunked", **options})


def event(value):
    return b"data: " + (value if is_bytes(value) else json.dumps(value).encode()) + b"\n\n"


DONE = event(b"[DONE]")


class Call:
    """One request as it came in, and what became of it."""

    def __init__(self, connection, head):
        self.connection = connection
        self.raw_head = head
        self.body = b""
        self.began = time.monotonic()
        self.whole = threading.Event()  # all of the request is here
        self.head_sent = threading.Event()
        self.done = threading.Event()  # all of the answer is sent
        self.stalled = threading.Event()  # the other side takes no more
        self.sent = 0
        self.counted = False  # among those in flight
        request, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target = request.split(" ")[:2]
        pairs = [line.split(":", 1) for line in lines if line]
        self.headers = {name.lower(): value.strip() for name, value in pairs}

    @property
    def received(self):
        """Bytes of the body so far."""
        return len(self.body) or len(self.connection.unread)

    @property
    def left(self):
        """When the other side hung up, on the monotonic clock; nothing while it is there."""
        return self.connection.gone_at

    @property
    def path(self):
        return self.target.partition("?")[0].removeprefix("/v1")

    def json(self):
        return json.loads(self.body)

    def field(self, name):
        """A text field of a multipart body."""
        found = re.search(rb'name="' + name.encode() + rb'"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', self.body, re.DOTALL)
        return found and found[1].decode()

    @property
    def model(self):
        if self.headers.get("content-type", "").startswith("multipart/"):
            return self.field("model")
        with contextlib.suppress(ValueError, AttributeError):
            return self.json().get("model")
        return None


class Connection:
    """A socket whose incoming bytes are collected by a thread of its own, so that the moment the
    other side hangs up is known whatever the engine is doing."""

    def __init__(self, engine, sock, number):
        self.engine = engine
        self.socket = sock
        self.number = number
        self.unread = bytearray()
        self.gone_at = None
        self._news = threading.Condition()
        for loop in (self._collect, self._serve):
            threading.Thread(target=loop, daemon=True).start()

    def _collect(self):
        while True:
            try:
                data = self.socket.recv(1 << 16)
            except OSError:
                data = b""
            with self._news:
                if data:
                    self.unread += data
                else:
                    self.gone_at = time.monotonic()
                self._news.notify_all()
            if not data:
                return

    def _serve(self):
        # Bytes that are no request end the connection, as with any server.
        with contextlib.suppress(Gone, OSError, ValueError):
            while self._one_call():
                pass
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def _one_call(self):
        call = Call(self, bytes(self._take_until(b"\r\n\r\n")))
        self.engine.began(call)
        try:
            if call.headers.get("expect") == "100-continue":
                self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            script = self.engine.early_script(call)
            if script is None:
                call.body = self._body(call)
                call.whole.set()
                script = self.engine.script_of(call)
            return self._play(script, call)
        finally:
            self.engine.ended(call)

    def _wait(self, condition):
        with self._news:
            self._news.wait_for(lambda: condition() or self.gone_at)
            if not condition():
                raise Gone

    def _take(self, count):
        self._wait(lambda: len(self.unread) >= count)
        with self._news:
            data = bytes(self.unread[:count])
            del self.unread[:count]
        return data

    def _take_until(self, end):
        self._wait(lambda: end in self.unread)
        return self._take(self.unread.index(end) + len(end))

    def _body(self, call):
        if call.headers.get("transfer-encoding") == "chunked":
            body = bytearray()
            while size := int(self._take_until(b"\r\n"), 16):
                body += self._take(size)
                self._take(2)
            self._take_until(b"\r\n")
            return bytes(body)
        return self._take(int(call.headers.get("content-length", 0)))

    # Answering.

    def _hold(self, event):
        while not event.wait(POLL_S):
            if self.gone_at or self.engine.stopping:
                raise Gone

    def send(self, data, call):
        """Sends all of it, and says in the call how far it came and whether it stalled."""
        view = memoryview(data)
        writable = select.poll()
        writable.register(self.socket, select.POLLOUT)
        while view:
            if not writable.poll(STALL_S * 1000):
                call.stalled.set()
                if self.gone_at or self.engine.stopping:
                    raise Gone
                continue
            call.stalled.clear()
            count = self.socket.send(view[: 1 << 16])
            call.sent += count
            view = view[count:]

    def _play(self, script, call):
        if script.hold is not None:
            self._hold(script.hold)
        if script.raw is not None:
            self.send(script.raw, call)
        else:
            self.send(script.head(), call)
            call.head_sent.set()
            for number, piece in enumerate(script.pieces, 1):
                # The peer may wait only for its part of the last piece.
                if number == len(script.pieces):
                    self.engine.ended(call)
                self._play_piece(piece, script.framing, call)
            if script.framing == "chunked" and script.end != "cut":
                self.send(b"0\r\n\r\n", call)
        call.done.set()
        if script.end == "reset":
            deliver(self.socket)
            reset(self.socket)
        return script.end == "keep" and script.framing != "close"

    def _play_piece(self, piece, framing, call):
        if not is_bytes(piece):
            self._hold(piece)
        elif framing == "chunked":
            self.send(b"%x\r\n%b\r\n" % (len(piece), piece), call)
        else:
            self.send(piece, call)


def reset(sock):
    """Closes a connection with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RD)  # frees the thread that is reading
    sock.close()


def deliver(sock):
    """Waits until all that was sent has arrived, or the other side hung up: a reset overtakes what
    is under way."""
    hung_up = select.poll()
    hung_up.register(sock, HUNG_UP)
    while unacknowledged(sock) and not hung_up.poll(1):
        pass


def unacknowledged(sock):
    return struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]


class Engine:
    """Use with `with`. `models` is what it lists; `scripts[model]` is a Script, or makes one of a
    call; what has none gets the ordinary answer."""

    def __init__(self, *models, name="engine", send_buffer=None):
        self.name = name
        self.models = list(models)
        self.scripts = {}
        self.all_calls = []
        self.connections = 0
        self.in_flight = collections.Counter()  # by model
        self.peak = collections.Counter()  # the most there were at once, by model
        self.stopping = False
        self._lock = threading.Lock()
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        if send_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            self._close(connection)

    @staticmethod
    def _close(connection):
        with contextlib.suppress(OSError):
            connection.socket.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock = self._listener.accept()[0]
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(Connection(self, sock, self.connections))
                if self.stopping:  # accepted while __exit__ closed the others
                    self._close(self._open[-1])

    # Called by connections.

    def began(self, call):
        with self._lock:
            self.all_calls.append(call)

    def early_script(self, call):
        early = self.scripts.get(call.path)
        return early if isinstance(early, Script) and early.early else None

    def script_of(self, call):
        if call.method == "GET" and call.path == "/models":
            return as_json({"object": "list", "data": [model_row(model) for model in self.models]})
        model = call.model
        with self._lock:
            call.counted = True
            self.in_flight[model] += 1
            self.peak[model] = max(self.peak[model], self.in_flight[model])
        script = self.scripts.get(call.model) or self.scripts.get(call.path) or ordinary
        if not callable(script):
            return script
        try:
            return script(call)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return as_json({"error": {"message": f"bad body: {error!r}"}}, status=400)

    def ended(self, call):
        with self._lock:
            if call.counted:
                call.counted = False
                self.in_flight[call.model] -= 1

    # Called by tests.

    @property
    def calls(self):
        """Everything but lists, in the order of arrival."""
        return [call for call in list(self.all_calls) if call.method == "POST"]

    def calls_for(self, model):
        return [call for call in self.calls if call.whole.is_set() and call.model == model]


# Ordinary answers. One word is one token.


def model_row(model):
    return {"id": model, "object": "model", "created": 0, "owned_by": "lab"}


def words(value):
    """The words of all texts in a JSON value."""
    if isinstance(value, str):
        return value.split()
    if isinstance(value, dict):
        return [word for key, inner in value.items() if key != "role" for word in words(inner)]
    return [word for inner in value for word in words(inner)] if isinstance(value, list) else []


def usage(prompt, completion):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def ordinary(call):
    answer = ORDINARY.get(call.path)
    return answer(call) if answer else as_json({"error": {"message": "no such path"}}, status=404)


def reply_words(asked):
    return ["You", "said:", *words(asked)]


def chat(call):
    asked = call.json()
    text = reply_words(asked["messages"])[: asked.get("max_tokens", 1 << 30)]
    counted = usage(len(words(asked["messages"])), len(text))
    frame = {"id": "chat-1", "created": 0, "model": asked["model"]}
    if asked.get("stream"):
        return as_stream(*chat_events(frame, text, counted, asked.get("stream_options") or {}))
    message = {"role": "assistant", "content": " ".join(text)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return as_json({**frame, "object": "chat.completion", "choices": [choice], "usage": counted})


def chat_events(frame, text, counted, options):
    frame = {**frame, "object": "chat.completion.chunk"}
    deltas = [{"role": "assistant", "content": ""}] + [{"content": word + " "} for word in text] + [{"content": ""}]
    for number, delta in enumerate(deltas):
        finish = "stop" if number == len(deltas) - 1 else None
        yield event({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    if options.get("include_usage"):
        yield event({**frame, "choices": [], "usage": counted})
    yield DONE


def completion(call):
    asked = call.json()
    text = reply_words(asked["prompt"])
    choice = {"index": 0, "text": " ".join(text), "finish_reason": "stop"}
    counted = usage(len(words(asked["prompt"])), len(text))
    return as_json({"object": "text_completion", "model": asked["model"], "choices": [choice], "usage": counted})


def response(call):
    asked = call.json()
    text = reply_words(asked["input"])
    content = [{"type": "output_text", "text": " ".join(text), "annotations": []}]
    output = [{"type": "message", "role": "assistant", "status": "completed", "content": content}]
    prompt = len(words(asked["input"]))
    counted = {"input_tokens": prompt, "output_tokens": len(text), "total_tokens": prompt + len(text)}
    return as_json({"object": "response", "model": asked["model"], "output": output, "usage": counted})


def message(call):
    asked = call.json()
    text = reply_words(asked["messages"])
    counted = {"input_tokens": len(words(asked["messages"])), "output_tokens": len(text)}
    content = [{"type": "text", "text": " ".join(text)}]
    frame = {"id": "msg-1", "type": "message", "role": "assistant", "model": asked["model"]}
    return as_json({**frame, "content": content, "stop_reason": "end_turn", "usage": counted})


def embeddings(call):
    asked = call.json()
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    rows = [{"object": "embedding", "index": i, "embedding": [len(text), 0.5]} for i, text in enumerate(texts)]
    count = len(words(asked["input"]))
    counted = {"prompt_tokens": count, "total_tokens": count}
    return as_json({"object": "list", "model": asked["model"], "data": rows, "usage": counted})


def rerank(call):
    asked = call.json()
    rows = [{"index": i, "relevance_score": 1 / (i + 1)} for i, _ in enumerate(asked["documents"])]
    tokens = {"input_tokens": len(words([asked["query"], asked["documents"]])), "output_tokens": 0}
    return as_json({"id": "rerank-1", "results": rows, "meta": {"tokens": tokens}})


def images(call):
    asked = call.json() if call.path.endswith("generations") else {}
    count = max(asked.get("batch_size", 1), asked.get("n", 1))
    drawn = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    return as_json({"images": [{"url": "https://x/1.png"}] * count, "data": [{"b64_json": drawn}] * count})


def speech(call):
    text = call.json()["input"].encode()
    return Script((b"RIFF\0\0\0\0WAVE", text, bytes(range(256))), content_type="audio/wav", framing="chunked")


def transcription(call):
    return as_json({"text": f"{len(call.body)} bytes heard"})


def submitted(call):
    return as_json({"requestId": "job-7f3a"})


def job_status(call):
    asked = call.json()["requestId"]
    return as_json({"status": "Succeed", "reason": asked, "results": {"videos": [{"url": "https://x/1.mp4"}]}})


ORDINARY = {
    "/chat/completions": chat,
    "/completions": completion,
    "/responses": response,
    "/messages": message,
    "/embeddings": embeddings,
    "/rerank": rerank,
    "/images/generations": images,
    "/images/edits": images,
    "/audio/speech": speech,
    "/audio/transcriptions": transcription,
    "/video/submit": submitted,
    "/video/status": job_status,
}
