"""An upstream for bench/translation. Usage: translation_engine.py PORT

Streams a chat completion, or a response: many words at once, or one after the other, each of which is the monotonic clock
in nanoseconds as it was sent. A WebSocket is answered 426, as by Weir.
"""

import http.server
import json
import sys
import time

WORDS = 400
PACED_EVENTS = 3
PACE_S = 0.02


def chat(text, finish=None):
    delta = {"content": text} if text else {}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {"id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1764500000, "model": "bench-chat", "choices": choices}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def named(kind, **members):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n".encode()


def response(status, output=()):
    usage = {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9} if status == "completed" else None
    return {"id": "resp_1", "object": "response", "created_at": 1764500000, "status": status, "model": "bench-chat",
            "output": list(output), "usage": usage}  # fmt: skip


def message(text):
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


class ChatStream:
    begin = b""
    end = chat("", "stop") + b"data: [DONE]\n\n"
    event = staticmethod(chat)


class ResponseStream:
    begin = b"".join([
        named("response.created", response=response("in_progress")),
        named("response.output_item.added", output_index=0, item={**message(""), "status": "in_progress", "content": []}),
        named("response.content_part.added", item_id="msg_1", output_index=0, content_index=0, part=message("")["content"][0]),
    ])  # fmt: skip
    end = b"".join([
        named("response.output_text.done", item_id="msg_1", output_index=0, content_index=0, text="word"),
        named("response.output_item.done", output_index=0, item=message("word")),
        named("response.completed", response=response("completed", [message("word")])),
    ])  # fmt: skip

    @staticmethod
    def event(text):
        return named("response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta=text)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def whole(self, status, body):
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_GET(self):
        if "upgrade" in self.headers:
            return self.whole(426, {"error": {"message": "WebSocket is not supported."}})
        return self.whole(200, {"object": "list", "data": [{"id": "bench-chat", "object": "model"}]})

    def chunk(self, raw):
        self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
        self.wfile.flush()

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        stream = ResponseStream if self.path.endswith("/responses") else ChatStream
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if b"paced" in asked:
            self.chunk(stream.begin or b": begin\n\n")
            for _ in range(PACED_EVENTS):
                time.sleep(PACE_S)
                self.chunk(stream.event(str(time.monotonic_ns())))
        else:
            self.chunk(stream.begin + stream.event(" word") * WORDS)
        self.chunk(stream.end)
        self.wfile.write(b"0\r\n\r\n")


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.daemon_threads = True
    server.serve_forever()
