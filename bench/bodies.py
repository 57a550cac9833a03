"""Bodies made to be dear: CPU per megabyte of hostile forms and JSON against ordinary ones.

A part of bench/edge. Both kinds are valid, are sent with their length, and are forwarded whole.
"""

import json
import random
import socket
import statistics
import threading

from servers import KEY, Server, cpu_seconds, free_port, running

SIZE = 1 << 20
TIMES = 3  # the bar: of what ordinary bodies take
CHAT, FORM = "/v1/chat/completions", "/v1/audio/transcriptions"
BOUNDARY = "-" * 26 + "weir" * 5
WORDS = "the river rises when snow melts and a weir holds it back for mill and field".split()


# ---- bodies: (name, Content-Type, bytes)


def chat(content):
    return json.dumps({"model": "bench-chat", "messages": [{"role": "user", "content": content}]}).encode()


def prose():
    dice = random.Random(1)
    text = []
    while sum(map(len, text)) < SIZE:
        text.append(" ".join(dice.choice(WORDS) for _ in range(12)) + ".\n")
    return "".join(text)


def filled(piece, separator=b","):
    """A request whose member `x` is an array of so many pieces."""
    count = SIZE // (len(piece) + len(separator))
    return b'{"model":"bench-chat","messages":[],"x":[' + separator.join([piece] * count) + b"]}"


def json_bodies():
    members = b"{" + b",".join(b'"k%04d":%d' % (i, i) for i in range(500)) + b"}"
    ordinary = [("prose", chat(prose())), ("one long word", chat("A" * SIZE))]
    hostile = [
        ("brackets", filled(b"[[[]]]")),
        ("objects", filled(b"{}")),
        ("numbers", filled(b"-1.5e-9")),
        ("literals", filled(b"null")),
        ("short texts", filled(b'""')),
        ("members", filled(members)),
        ("escapes", chat("").replace(b'""', b'"' + rb"\u00e9\n" * (SIZE // 8) + b'"')),
        ("four-byte characters", chat("").replace(b'""', '"{}"'.format("\U0001f30a" * (SIZE // 4)).encode())),
        ("white space", b'{"model":"bench-chat","messages":[]' + b" \n" * (SIZE // 2) + b"}"),
    ]
    return [[(name, "application/json", body) for name, body in each] for each in (ordinary, hostile)]


def form(content, boundary=BOUNDARY, parts=b""):
    line = b"--" + boundary.encode()
    head = line + b'\r\nContent-Disposition: form-data; name="model"\r\n\r\nbench-speech\r\n' + parts
    file = line + b'\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    return head + file + content + b"\r\n" + line + b"--\r\n"


def forms():
    dice = random.Random(2)
    line = b"--" + BOUNDARY.encode()
    small = b"".join(
        line + b'\r\nContent-Disposition: form-data; name="p%04d"\r\n\r\n' % i + b"x" * 900 + b"\r\n" for i in range(900)
    )
    near = b"\r\n" + line[:-1] + b"!"
    ordinary = [("sound", form(dice.randbytes(SIZE)), BOUNDARY), ("text", form(prose().encode()), BOUNDARY)]
    hostile = [
        ("70 dashes, runs of 71", form((b"-" * 71 + b"x") * (SIZE // 72), "-" * 70), "-" * 70),
        ("70 dashes, lines of 71", form((b"\r\n" + b"-" * 71) * (SIZE // 73), "-" * 70), "-" * 70),
        ("nearly its boundary", form(near * (SIZE // len(near))), BOUNDARY),
        ("ends of lines", form(b"\r\n" * (SIZE // 2)), BOUNDARY),
        ("returns", form(b"\r" * SIZE), BOUNDARY),
        ("900 parts", form(b"x", parts=small), BOUNDARY),
    ]
    return [
        [(name, f"multipart/form-data; boundary={boundary}", body) for name, body, boundary in each]
        for each in (ordinary, hostile)
    ]


# ---- an upstream that reads and answers


class Sink:
    """Reads each request to its end and answers with the same bytes."""

    ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            threading.Thread(target=self.serve, args=self.listening.accept()[:1], daemon=True).start()

    def serve(self, client):
        with client:
            held = b""
            while True:
                while (end := held.find(b"\r\n\r\n")) < 0:
                    piece = client.recv(1 << 16)
                    if not piece:
                        return
                    held += piece
                fields = dict(line.split(": ", 1) for line in held[:end].decode().split("\r\n")[1:])
                left = int({name.lower(): value for name, value in fields.items()}.get("content-length", 0))
                left -= len(held) - end - 4
                while left > 0:
                    left -= len(client.recv(min(left, 1 << 20)))
                held = b""
                client.sendall(self.ANSWER)


# ---- measuring


class Sender:
    """One connection to Weir that sends bodies one after the other."""

    def __init__(self, port):
        self.client = socket.create_connection(("127.0.0.1", port))

    def send(self, path, content_type, body):
        head = (
            f"POST {path} HTTP/1.1\r\nHost: weir\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.client.sendall(head.encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.client.recv(1 << 16)
        status = answer.split(b" ", 2)[1]
        length = int(answer.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        while len(answer.split(b"\r\n\r\n", 1)[1]) < length:
            answer += self.client.recv(1 << 16)
        if status != b"200":
            raise SystemExit(f"bench: a body was refused: {answer!r}")


def start_weir(options, directory, upstream):
    folder = directory / "bodies"
    folder.mkdir()
    port = free_port()
    config = folder / "weir.yaml"
    config.write_text(f"""\
server: {{listen: "127.0.0.1:{port}", admin_listen: "127.0.0.1:{free_port()}", threads: 1}}
log: {{access_log: {folder}/access.log}}
store: sqlite:{folder}/weir.db
keys: [{{name: bench, key: {KEY}}}]
upstreams: [{{name: sink, kind: openai, url: "http://127.0.0.1:{upstream}"}}]
models:
  - {{id: bench-chat, sub_types: [chat], upstreams: [{{name: sink}}]}}
  - {{id: bench-speech, sub_types: [speech-to-text], upstreams: [{{name: sink}}]}}
""")
    command = [options.weir, "serve", "--config", str(config)]
    return Server("weir", command, port, "/v1/models", folder / "weir.log", 0, headers=None)


def measure_bodies(options, directory):
    report = {}
    calls = 20 if options.quick else 60
    with running([start_weir(options, directory, Sink().port)]) as (server,):
        sender = Sender(server.port)

        def per_megabyte(path, content_type, body):
            before = cpu_seconds(server.pids())
            for _ in range(calls):
                sender.send(path, content_type, body)
            return (cpu_seconds(server.pids()) - before) / (calls * len(body) / 1e6) * 1e6

        for kind, path, (ordinary, hostile) in (("JSON", CHAT, json_bodies()), ("forms", FORM, forms())):
            rounds = [
                {name: per_megabyte(path, *body) for name, *body in ordinary + hostile}
                for _ in range(options.rounds + 1)
            ][1:]  # the first warms up
            usual = [statistics.mean(one[name] for name, *_ in ordinary) for one in rounds]
            report[kind] = {
                name: {
                    "us_per_mb": statistics.median(one[name] for one in rounds),
                    "times": statistics.median(one[name] / base for one, base in zip(rounds, usual, strict=True)),
                    "hostile": any(name == each for each, *_ in hostile),
                }
                for name in rounds[0]
            }
    return report


def print_bodies(report):
    print("\nCPU per megabyte of a body, against the mean of the ordinary ones")
    for kind, rows in report.items():
        for name, row in rows.items():
            print(f"  {kind:<6} {name:<24} {row['us_per_mb']:8.0f} µs   {row['times']:5.2f} times", end="")
            bad = "ok" if row["times"] <= TIMES else "MISSED"
            print(f"  (bar {TIMES}: {bad})" if row["hostile"] else "")
