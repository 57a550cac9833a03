"""Hundreds of upstreams in one process: the list of upstream N is at /uN/v1/models.

    growth_upstreams.py PORT UPSTREAMS MODELS

POST /change?N adds a model to one list and answers its id; GET /asked answers how many lists were sent,
and when the first list with the added model was.
"""

import asyncio
import json
import sys
import time


def list_of(upstream, models):
    rows = (
        f'{{"id":"vendor-{upstream}/Model-{i:05d}-8B-Instruct","object":"model","created":1700000000,"owned_by":"vendor"}}'
        for i in range(models)
    )
    return f'{{"object":"list","data":[{",".join(rows)}]}}'.encode()


class Upstreams(asyncio.Protocol):
    lists = []
    asked = 0
    changed = None
    changes = 0
    sent_at = 0.0

    def connection_made(self, transport):
        self.transport, self.received = transport, b""

    def data_received(self, data):
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self.answer(head.split(b" ", 2)[1].decode())

    def answer(self, target):
        kind = Upstreams
        if target == "/asked":
            body = json.dumps({"asked": kind.asked, "sent_at": kind.sent_at}).encode()
        elif target.startswith("/change?"):
            kind.changed = int(target.removeprefix("/change?"))
            kind.changes += 1
            kind.sent_at = 0.0
            added = f"vendor/Added-{kind.changes}"
            kind.lists[kind.changed] = kind.lists[kind.changed][:-2] + f',{{"id":"{added}","object":"model"}}]}}'.encode()
            body = json.dumps({"id": added}).encode()
        elif target.endswith("/v1/models") and target.startswith("/u"):
            upstream = int(target[2:].partition("/")[0])
            kind.asked += 1
            if upstream == kind.changed and not kind.sent_at:
                kind.sent_at = time.monotonic()
            body = kind.lists[upstream]
        else:
            self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
            return
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def main():
    port, upstreams, models = map(int, sys.argv[1:])
    Upstreams.lists = [list_of(i, models) for i in range(upstreams)]
    server = await asyncio.get_running_loop().create_server(Upstreams, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


asyncio.run(main())
