"""Servers under test: start, wait for, count CPU and memory of, take turns between, stop.

Shared by bench/list, bench/proxy and bench/edge. Everything listens on loopback and is in a temporary
folder.
"""

import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEY = "sk-bench-0123456789abcdefghijklmnopqrstuvwxyz"
DEADLINE_S = 20


_given_ports = set()


def free_port():
    """A free port that was not returned before, since its user may not listen yet."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given_ports:
            _given_ports.add(port)
            return port


def call(port, path, body=None, more_headers=None):
    """(status, body) of a GET, or of a POST of JSON if there is something to send."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Authorization": f"Bearer {KEY}"} | (more_headers or {})
    if body:
        headers["Content-Type"] = "application/json"
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for_200(process, port, path="/v1/models", request=None, headers=None):
    """Polls until the first 200 and returns its body; the process must stay alive meanwhile."""
    deadline = time.monotonic() + DEADLINE_S
    last = "no answer"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"bench: {process.args[0]} ended with {process.returncode} before it answered")
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, body = call(port, path, request, headers)
            if status == 200:
                return body
            last = f"{status} {body[:200].decode(errors='replace')}"
        time.sleep(0.0005)
    sys.exit(f"bench: no 200 from {process.args[0]} for {path} within {DEADLINE_S} s; last: {last}")


def cpu_seconds(pids):
    """Time the processes' threads have spent on a CPU so far, user and system, to the nanosecond.

    /proc/PID/schedstat's first field; /proc/PID/stat counts the same in ticks of 10 ms.
    """
    nanoseconds = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            nanoseconds += int((task / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


def cores(core):
    """The core of that number among those there are, -1 for the last; all of them for None."""
    there_are = sorted(os.sched_getaffinity(0))
    return set(there_are) if core is None else {there_are[core % len(there_are)]}


def on_core(core):
    """For Popen: keeps the process on one core, so that no round is about being moved around."""
    chosen = cores(core)
    return lambda: os.sched_setaffinity(0, chosen)


def core_for(threads):
    """The core for a server with so many threads: the first for a single one, any for several."""
    return 0 if threads == 1 else None


def descendants(pid):
    """The process's children, theirs, and so on."""
    listing = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    children = [int(child) for child in listing.split()]
    return children + [below for child in children for below in descendants(child)]


class Server:
    """One server under test: started at once, counted with its children, ended by `stop`.

    `log` is the file for its output, or None. `body` is what it answered to its first good
    `request` (None for a GET), which had the `headers`.
    """

    def __init__(self, name, command, port, path, log=None, core=None, request=None, headers=None, **popen):
        self.name, self.port, self.path, self.core = name, port, path, core
        self.headers = headers or {}
        with open(log or os.devnull, "wb") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=output, preexec_fn=on_core(core), **popen
            )
        try:
            self.body = wait_for_200(self.process, port, path, request, headers)
        except BaseException:
            self.stop()
            if log:
                sys.stderr.write(log.read_text(errors="replace")[-2000:])
            raise

    def pids(self):
        return [self.process.pid, *descendants(self.process.pid)]

    def move_to(self, core):
        """Moves all its threads to one core, or lets them run on any if None."""
        for pid in self.pids():
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), cores(core))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def running(servers):
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


def take_turns(servers, rounds, measure):
    """`measure(server)` by server name, a figure per round; they take turns so that noise hits all."""
    figures = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            figures[server.name].append(measure(server))
    return figures


def ratio(figures, one, other):
    """Median over the rounds of what `one` took for what `other` took right beside it."""
    return statistics.median(a / b for a, b in zip(figures[one], figures[other], strict=True))


def memory_kib(pids):
    """Resident and proportional set size, all processes together."""

    def field(file, name):
        lines = file.read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1])

    processes = [pathlib.Path(f"/proc/{pid}") for pid in pids]
    return {
        "rss": sum(field(process / "status", "VmRSS:") for process in processes),
        "pss": sum(field(process / "smaps_rollup", "Pss:") for process in processes),
    }


def settled_memory(pids):
    """Memory once two readings a quarter of a second apart agree."""
    last = None
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        now = memory_kib(pids)
        if now == last:
            break
        last = now
        time.sleep(0.25)
    return last


def nginx_config(directory, threads, port, access_log, http_lines="", server_lines=""):
    """An nginx that knows the key by a `map` ($known) and keeps connections open."""
    # Tuned as one would for this job: the log written in 64 KiB pieces, keep-alive connections
    # never cut by a request count.
    return f"""\
worker_processes {threads};
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/nginx-error.log warn;
events {{ worker_connections 16384; }}
http {{
  access_log {f"{directory}/access.log combined buffer=64k flush=1s" if access_log else "off"};
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  types {{ application/json json; }}
  map_hash_bucket_size 128;
  map $http_authorization $known {{
    default 0;
    "Bearer {KEY}" 1;
  }}
{http_lines}
  server {{
    listen 127.0.0.1:{port} reuseport;
{server_lines}
  }}
}}
"""


def start_nginx(options, directory, threads, name, text, port, path, request=None):
    """`text` is what nginx_config gave; the folder exists."""
    config = directory / "nginx.conf"
    config.write_text(text)
    # An unprivileged worker cannot read a private temporary directory.
    directory.chmod(0o755)
    command = [options.nginx, "-c", str(config)]
    return Server(name, command, port, path, directory / "nginx.log", core_for(threads), request)


def verdict(value, bar):
    return "ok" if value <= bar else "OVER"


def add_options(parser):
    """Adds the options about the programs that the benchmarks run."""
    parser.add_argument("--weir", default=str(ROOT / "build/release/weir"), help="the binary to measure")
    parser.add_argument("--without-weir", action="store_true", help="only the servers beside it")
    parser.add_argument("--programs", type=pathlib.Path, help="folder of bench_*; default: build them")
    parser.add_argument("--nginx", default=shutil.which("nginx") or "/usr/sbin/nginx")
    parser.add_argument("--threads", type=int, nargs="+", help="worker threads of each server; default 1 2")
    parser.add_argument("--quick", action="store_true", help="a look, not a figure to quote")
    parser.add_argument("--json", type=pathlib.Path, help="also write the report here")


def check_options(parser, options):
    if options.without_weir:
        options.weir = None
    elif not os.access(options.weir, os.X_OK):
        parser.error(f"{options.weir} is not there: run scripts/build, or pass --without-weir")
    if not os.access(options.nginx, os.X_OK):
        parser.error("nginx is not installed")


def warn_if_busy():
    """Warns on a busy machine, where ratios stay valid but 99th percentiles do not."""
    load, _, _ = os.getloadavg()
    if load > 0.5:
        print(f"The load average is {load:.1f}: something else is running, and long tails may be its doing.")


def build_programs(options):
    """Builds the C++ programs, unless their folder was given."""
    if options.programs:
        return
    tree = ROOT / "build" / "release"
    if not (tree / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", str(tree), "--target", "bench"], check=True, stdout=subprocess.DEVNULL)
    options.programs = tree / "bench"
