"""Clients that never pause, and count how every connection and every answer ended."""

import asyncio
import collections
import contextlib
import socket
import threading

from support.caller import Stream
from support.eventually import DEADLINE_S
from support.process import KEY
from support.wire import Closed, Wire, head

GET = head("GET", "/v1/models", key=KEY)
WELL = ("answered", "streamed", "told")


class Load:
    """`fresh` threads with a connection per request, `kept` threads that keep theirs for as long as
    the server does, and `streams` threads with one stream after another. Use with `with`."""

    def __init__(self, port, fresh=2, kept=2, streams=0, model=None):
        self.port = port
        self.model = model
        # There from the start: the first of a kind would be looked up by a function, in which another
        # thread may have its turn, whose count is then lost.
        self.counts = collections.Counter(dict.fromkeys(WELL, 0))
        self._stop = threading.Event()
        loops = [self._fresh] * fresh + [self._kept] * kept + [self._streams] * streams
        self._threads = [threading.Thread(target=self._run, args=(loop,), daemon=True) for loop in loops]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def lost(self):
        """Failures by kind; empty if there were none."""
        return {kind: count for kind, count in self.counts.items() if kind not in WELL}

    def _run(self, loop):
        while not self._stop.is_set():
            try:
                loop()
            except ConnectionRefusedError:
                self.counts["refused"] += 1
            except ConnectionResetError:
                self.counts["reset"] += 1
            except BrokenPipeError:
                self.counts["broken pipe"] += 1
            except Closed:
                self.counts["closed without an answer"] += 1
            except TimeoutError:
                self.counts["timed out"] += 1

    def _ask(self, wire):
        wire.send(GET)
        reply = wire.receive()
        self.counts["answered" if reply.status == 200 else f"status {reply.status}"] += 1
        return reply

    def _fresh(self):
        with Strict(self.port) as wire:
            self._ask(wire)

    def _kept(self):
        with Strict(self.port) as wire:
            while not self._stop.is_set():
                if self._ask(wire).header("connection") == "close":
                    self.counts["told"] += 1
                    assert wire.closed()
                    return

    def _streams(self):
        with Stream(self.port) as stream:
            events = stream.open(self.model).rest()
            self.counts["streamed" if events[-1] == b"data: [DONE]\n\n" else "stream cut"] += 1


class Strict(Wire):
    """A reset is not taken for a close."""

    def _more(self):
        got = self.socket.recv(65536)
        self.unread += got
        return bool(got)

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Flood:
    """One connection that pipelines requests and reads answers without pause, from before `with` begins
    until it ends; a server that closes it fails the test. One thread does both, for a TLS connection
    is no two threads' to use."""

    BATCH = head("GET", "/nowhere") * 5_000

    def __init__(self, port, tls=None):
        self.port = port
        self.tls = tls
        self._flows, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._flows.wait(DEADLINE_S)
        return self

    def __exit__(self, failure, *_):
        flowed = self._thread.is_alive()
        self._stop.set()
        self._thread.join(DEADLINE_S)
        if failure is None:
            assert flowed, "the server ended the connection"
            assert not self._thread.is_alive(), "the server answers no more"

    async def _run(self):
        name = "localhost" if self.tls else None
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, server_hostname=name)
        sending = asyncio.create_task(self._send(writer))
        while not self._stop.is_set() and await reader.read(1 << 20):
            self._flows.set()
        sending.cancel()
        writer.transport.abort()

    async def _send(self, writer):
        while True:
            writer.write(self.BATCH)
            await writer.drain()
