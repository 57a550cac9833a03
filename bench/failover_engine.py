"""An engine for bench/failover that can vanish: `failover_engine.py PORT`.

It lists one model and answers each call after 50 ms. SIGUSR1 makes its host vanish: packets to all of its
sockets are dropped before TCP sees them, so that nothing is acknowledged or refused. SIGUSR2 does so to
the connections that are open, and new ones work.
"""

import ctypes
import http.server
import json
import os
import signal
import socket
import socketserver
import struct
import sys
import threading
import time

SO_ATTACH_FILTER = 26  # socket(7)
WORK_S = 0.05
MODEL = "bench-chat"


def drop_all(sock):
    """A classic BPF program that keeps no byte of any packet."""
    program = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # ret 0
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self):
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, *_):
        pass

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply({"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(WORK_S)
        message = {"role": "assistant", "content": "Hello."}
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        self.reply({"id": "x", "model": MODEL, "choices": [{"index": 0, "message": message}], "usage": usage})


class Engine(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.connections = set()

    def handle_error(self, *_):
        pass

    def vanish(self, with_listener):
        for sock in [*self.connections, *([self.socket] if with_listener else [])]:
            drop_all(sock)


def main():
    engine = Engine(int(sys.argv[1]))
    signal.signal(signal.SIGUSR1, lambda *_: engine.vanish(True))
    signal.signal(signal.SIGUSR2, lambda *_: engine.vanish(False))
    threading.Thread(target=engine.serve_forever, daemon=True).start()
    while os.getppid() != 1:
        signal.sigtimedwait([], 1)


if __name__ == "__main__":
    main()
