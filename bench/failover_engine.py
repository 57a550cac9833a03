"""An engine for bench/failover that can vanish: `failover_engine.py PORT`.

It lists one model and answers each call after 50 ms. SIGUSR1 makes its host vanish: packets to all of its
sockets are dropped before TCP sees them, so that nothing is acknowledged or refused. SIGUSR2 does so to
the connections that are open, and new ones work.
"""

import ctypes
import os
import signal
import socket
import struct
import sys
import threading
import time

from json_engine import JsonEngine, JsonHandler

SO_ATTACH_FILTER = 26  # socket(7)
WORK_S = 0.05


def drop_all(sock):
    """A classic BPF program that keeps no byte of any packet."""
    program = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # ret 0
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))


class Handler(JsonHandler):
    def setup(self):
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self):
        self.server.connections.discard(self.connection)
        super().finish()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(WORK_S)
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        self.reply_chat("Hello.", usage)


class Engine(JsonEngine):
    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.connections = set()

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
