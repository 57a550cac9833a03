"""A client that calls models over exact bytes, and says of each answer how it ended."""

import dataclasses
import json
import re
import uuid

from support.process import KEY
from support.wire import Closed, Reply, Wire, head

CHAT = "/v1/chat/completions"


class Told:
    """Equals the body of an error with this number and one of these messages, which may go on, in any API's shape."""

    def __init__(self, number, *messages):
        self.number, self.messages = number, messages

    def __eq__(self, body):
        told = json.loads(body)
        if isinstance(told, str):
            return told.startswith(self.messages)
        numbers = {"code": told["code"]} if "code" in told else {}
        texts = [member["message"] for member in (told, told.get("error")) if member and "message" in member]
        return numbers in ({}, {"code": self.number}) and bool(texts) and all(
            text.startswith(self.messages) for text in texts
        )

    def __repr__(self):
        return f"an error {self.number}, {self.messages!r}"


# The contract's sentence for every 503 and 504, and the beginnings of those in other shapes.
OVERLOADED = Told(
    50505, "Model service overloaded. Please try again later.", "The upstream of this model ",
    "Every upstream of this model is busy", "No upstream of this model is available now.",
    "No secure connection to the upstream", "The answer of the upstream ", "The server has no room ",
    "The server is stopping.",
)  # fmt: skip
TIMED_OUT = Told(504, "Gateway Timeout", "The upstream of this model ", "The call took longer than ")


def chat_body(model, text="hello there", **fields):
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}], **fields}).encode()


def multipart(*parts, boundary="weir-test-boundary"):
    """(content type, body) of fields and files: (name, value) or (name, file name, bytes)."""
    body = b""
    for part in parts:
        more = f'; filename="{part[1]}"\r\nContent-Type: application/octet-stream' if len(part) == 3 else ""
        value = part[-1] if isinstance(part[-1], bytes) else part[-1].encode()
        lead = f'--{boundary}\r\nContent-Disposition: form-data; name="{part[0]}"{more}\r\n\r\n'
        body += lead.encode() + value + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def post_head(target, length, key=KEY, headers=(), content_type="application/json"):
    pairs = [("Content-Type", content_type), ("Content-Length", str(length)), *headers]
    return head("POST", target, pairs, key)


# The beginnings of the event with which a stream ends that is not complete.
BREAKS = (b'data: {"error":', b"event: error\n", b"event: response.failed\n")


@dataclasses.dataclass
class Ending(Reply):
    """An answer, and whether it ended as its head promised."""

    framed: bool = True

    @property
    def whole(self):
        """Whether a client may take it for complete: framed to its end, and no stream that ends with an error."""
        events, _ = self.events()
        return self.framed and not (events and events[-1].startswith(BREAKS))

    def events(self):
        """The events of a stream, each with its blank line; what is after the last, if anything."""
        *events, left = re.split(rb"(?<=\n\n)", self.body)
        return events, left


class Caller(Wire):
    """One connection that calls."""

    def call(self, model, text="hello there", target=CHAT, key=KEY, headers=(), **fields):
        self.post(target, chat_body(model, text, **fields), key, headers)

    def post(self, target, body, key=KEY, headers=(), content_type="application/json"):
        self.send(post_head(target, len(body), key, headers, content_type) + body)

    def ending(self, seen=None):
        """The next answer, as far as it goes; `seen` is set when some of its body is here."""
        reply = self.receive_head()
        body = bytearray()
        try:
            for piece in self.pieces(reply):
                body += piece
                if seen:
                    seen.set()
            return Ending(reply.status, reply.headers, bytes(body))
        except Closed:
            self.unread = b""
            return Ending(reply.status, reply.headers, bytes(body), framed=False)

    def receive_head(self):
        while True:
            reply = self.receive("HEAD")
            if reply.status >= 200:
                return reply

    def pieces(self, reply):
        """The pieces of the body, as they come; Closed if it ends too early."""
        if reply.header("transfer-encoding") == "chunked":
            while size := int(self._take_until(b"\r\n"), 16):
                yield self._take(size)
                assert self._take(2) == b"\r\n"
            assert self._take_until(b"\r\n") == b"\r\n"
        else:
            left = int(reply.header("content-length") or 0)
            while left:
                if not self.unread and not self._more():
                    raise Closed(f"{left} bytes are missing")
                piece = self._take(min(left, len(self.unread)))
                left -= len(piece)
                yield piece


class Stream(Caller):
    """A connection whose answer is read event by event."""

    def open(self, model, **options):
        self.call(model, stream=True, **options)
        return self.begin()

    def begin(self):
        """Reads the head of the answer to what was sent."""
        self.reply = self.receive_head()
        assert self.reply.status == 200, self.reply
        self._pieces = self.pieces(self.reply)
        self._left = b""
        return self

    def next_event(self):
        """The next event with its blank line; nothing at the end. Waits for no byte behind it."""
        while b"\n\n" not in self._left:
            piece = next(self._pieces, None)
            if piece is None:
                assert self._left == b"", self._left
                return None
            self._left += piece
        event, _, self._left = self._left.partition(b"\n\n")
        return event + b"\n\n"

    def rest(self):
        """All events to the end."""
        return list(iter(self.next_event, None))


def call(port, model, text="hello there", **options):
    """One call on a connection of its own."""
    with Caller(port) as caller:
        caller.call(model, text, **options)
        return caller.ending()


def post(port, target, body, **options):
    with Caller(port) as caller:
        caller.post(target, body, **options)
        return caller.ending()


def trace():
    """A header that finds the call's access line again."""
    return ("X-Trace-Id", f"t-{uuid.uuid4().hex}")


def access_line(server, header):
    """The line of the call that carried this header; false until it is there."""
    lines = server.access.where(trace_id=header[1])
    assert len(lines) <= 1
    return lines and lines[0]


def usage_rows(server, *options):
    """The rows printed by `weir usage --json`, each a mapping. By key and model unless asked otherwise: a
    test that runs at midnight has two days."""
    grouped = options if "--by" in options else ("--by", "key,model", *options)
    return json.loads(server.cli("usage", "--json", *grouped).stdout)["rows"]
