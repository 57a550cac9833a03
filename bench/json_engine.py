"""The common part of engines for benches: a server of threads that lists one model and answers JSON."""

import http.server
import json
import socketserver

MODEL = "bench-chat"


class JsonHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reply_chat(self, text, usage):
        message = {"role": "assistant", "content": text}
        self.reply({"id": "x", "model": MODEL, "choices": [{"index": 0, "message": message}], "usage": usage})

    def do_GET(self):
        self.reply({"object": "list", "data": [{"id": MODEL, "object": "model"}]})


class JsonEngine(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass
