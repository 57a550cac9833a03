"""Floods: clients that connect and do nothing, or hardly anything, beside clients that ask for a list.

A part of bench/edge. The flood is a process of its own, this file run as a program:

    floods.py PORT silent|byte CONNECTIONS PER_SECOND
"""

import concurrent.futures
import contextlib
import http.client
import os
import pathlib
import resource
import select
import socket
import ssl
import subprocess
import sys
import time

from servers import DEADLINE_S, KEY, free_port, nginx_config, on_core

LIST = "/v1/models"
GOOD_PER_S = 20
PATIENCE_S = 10
STAY_S = 9  # less than a server's own time-out: one-byte handshakes let go first
SERVED, TIMES = 0.99, 3  # the bars: of the good clients, and of the 99th percentile alone
ONE_BYTE = {"silent": b"", "byte": b"\x16"}
PLACES = 4096  # of Weir, fewer than a flood has connections
# (name, TLS, kind, connections, new ones per second, Weir's soft and hard limits on descriptors)
FLOODS = (
    ("2,000 one-byte handshakes a second", True, "byte", 12_000, 2_000, None),
    ("9,000 silent, 4,096 places", False, "silent", 9_000, 3_000, None),
    ("5,000 silent, 1,024 descriptors", False, "silent", 5_000, 3_000, (1024, None)),
    ("5,000 silent, never more than 1,024", False, "silent", 5_000, 3_000, (1024, 1024)),
)


# ---- the flood


class Flood:
    """Keeps so many connections, opening at most so many a second; those that are closed come again."""

    def __init__(self, port, sent, connections, per_second):
        self.port, self.sent, self.connections, self.per_second = port, sent, connections, per_second
        self.epoll = select.epoll()
        self.open = {}  # by descriptor, oldest first: (socket, since)
        self.closed = 0

    def run(self, ended):
        began, begun, told = time.monotonic(), 0, False
        while not ended():
            now = time.monotonic()
            for _ in range(min(int((now - began) * self.per_second) - begun, 200)):
                begun += 1
                if len(self.open) < self.connections:
                    self.connect(now)
            self.let_go(now)
            for descriptor, _ in self.epoll.poll(0.002, 1000):
                self.closed += 1
                self.open.pop(descriptor)[0].close()
            # It is at its height once there are all of them, or those that come replace those that go.
            if not told and (len(self.open) >= self.connections or now - began > STAY_S / 2):
                told = True
                print(len(self.open), flush=True)
        print(self.closed, flush=True)

    def connect(self, now):
        client = socket.socket()
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect(("127.0.0.1", self.port))
        with contextlib.suppress(OSError):
            client.send(self.sent)
        self.open[client.fileno()] = (client, now)
        self.epoll.register(client, select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR)

    def let_go(self, now):
        """One-byte handshakes come and go; silent connections stay."""
        while self.sent and self.open:
            descriptor, (client, since) = next(iter(self.open.items()))
            if now - since < STAY_S:
                return
            del self.open[descriptor]
            client.close()


def main():
    port, kind, connections, per_second = sys.argv[1:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    flood = Flood(int(port), ONE_BYTE[kind], min(int(connections), hard - 100), int(per_second))
    flood.run(lambda: select.select([sys.stdin], [], [], 0)[0])


@contextlib.contextmanager
def flooding(port, kind, connections, per_second):
    command = [sys.executable, __file__, str(port), kind, str(connections), str(per_second)]
    popen = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "preexec_fn": on_core(-1)}
    with subprocess.Popen(command, **popen) as process:
        if not process.stdout.readline():
            raise SystemExit("bench: the flood failed")
        try:
            yield
        finally:
            process.stdin.close()
            process.stdout.read()


# ---- good clients


def ask(server):
    """Seconds until the list was here; nothing if it never was."""
    began = time.monotonic()
    try:
        if server.tls:
            connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE_S, context=server.tls)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request("GET", LIST, headers={"Authorization": f"Bearer {KEY}"})
            answer = connection.getresponse()
            answer.read()
    except (OSError, http.client.HTTPException):
        return None
    return time.monotonic() - began if answer.status == 200 else None


def good_clients(server, count):
    """Each with a connection of its own, so many a second, whatever becomes of those before."""
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        asked = []
        for index in range(count):
            time.sleep(max(0, began + index / GOOD_PER_S - time.monotonic()))
            asked.append(pool.submit(ask, server))
        took = [each.result() for each in asked]
    served = sorted(each for each in took if each is not None)
    p99 = served[min(len(served) * 99 // 100, len(served) - 1)] if served else float("inf")
    return {"served": len(served) / count, "p99_ms": p99 * 1000}


# ---- servers


class Flooded:
    def __init__(self, name, command, port, tls, log, limits=None):
        self.name, self.port, self.tls = name, port, tls

        def prepare():
            on_core(0)()
            if limits:
                _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
                resource.setrlimit(resource.RLIMIT_NOFILE, (limits[0], limits[1] or hard))

        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=prepare)
        deadline = time.monotonic() + DEADLINE_S
        while ask(self) is None:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit(f"bench: {name} does not answer:\n{pathlib.Path(log).read_text()[-2000:]}")
            time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def make_certificate(folder):
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=localhost", "-days", "2", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    os.chmod(key, 0o600)
    return certificate, key


def client_context():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def start_weir(options, folder, files, limits):
    port = free_port()
    tls = f"\n  tls: {{certificate_file: {files[0]}, key_file: {files[1]}}}" if files else ""
    places = "" if limits else f"\n  max_connections: {PLACES}"
    config = folder / "weir.yaml"
    config.write_text(f"""\
server:
  listen: 127.0.0.1:{port}
  admin_listen: 127.0.0.1:{free_port()}
  threads: 1{places}{tls}
log: {{access_log: {folder}/access.log}}
store: sqlite:{folder}/weir.db
keys: [{{name: bench, key: {KEY}}}]
models: [{{id: bench-chat, sub_types: [chat]}}]
""")
    command = [options.weir, "serve", "--config", str(config)]
    return Flooded("weir", command, port, client_context() if files else None, folder / "weir.log", limits)


def start_nginx(options, folder, files):
    port = free_port()
    (folder / "list.json").write_text('{"object":"list","data":[]}')
    lines = f"location = {LIST} {{ if ($known = 0) {{ return 401; }} alias {folder}/list.json; }}"
    if files:
        lines += f"\n    ssl_certificate {files[0]};\n    ssl_certificate_key {files[1]};"
    text = nginx_config(folder, 1, port, access_log=True, server_lines=lines)
    if files:
        text = text.replace(f"127.0.0.1:{port} reuseport", f"127.0.0.1:{port} ssl reuseport")
    config = folder / "nginx.conf"
    config.write_text(text)
    folder.chmod(0o755)
    command = [options.nginx, "-c", str(config)]
    return Flooded("nginx", command, port, client_context() if files else None, folder / "nginx.log")


# ---- all of it


def measure_floods(options, directory):
    report = {}
    for number, (name, tls, kind, connections, per_second, limits) in enumerate(FLOODS):
        folder = directory / f"flood-{number}"
        folder.mkdir()
        files = make_certificate(folder) if tls else None
        if options.quick:
            connections, per_second = connections // 2, per_second // 2
        starts = [lambda: start_weir(options, folder, files, limits), lambda: start_nginx(options, folder, files)]
        report[name] = {}
        for start in starts:
            server = start()
            try:
                alone = good_clients(server, options.good)
                with flooding(server.port, kind, connections, per_second):
                    beside = good_clients(server, options.good)
            finally:
                server.stop()
            report[name][server.name] = {
                "alone": alone,
                "beside": beside,
                "times": beside["p99_ms"] / alone["p99_ms"],
            }
    return report


def print_floods(options, report):
    print(f"\n{options.good} good clients, {GOOD_PER_S} a second with a connection each, beside floods")
    for name, rows in report.items():
        for server, row in rows.items():
            served, times = row["beside"]["served"], row["times"]
            good = served >= SERVED and times <= TIMES
            print(f"  {name:<36} {server:<6} served {served:6.1%} (alone {row['alone']['served']:.0%})   "
                  f"p99 {row['beside']['p99_ms']:7.2f} ms against {row['alone']['p99_ms']:.2f} alone: {times:.2f} times",
                  end="")  # fmt: skip
            print(f"  (bars {SERVED:.0%}, {TIMES}: {'ok' if good else 'MISSED'})" if server == "weir" else "")


if __name__ == "__main__":
    main()
