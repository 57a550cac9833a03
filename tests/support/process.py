"""Starts the binary under test (WEIR_BIN) with a generated config, and watches what it says."""

import copy
import json
import os
import pathlib
import re
import signal
import subprocess
import threading

import yaml

from support import wire
from support.eventually import DEADLINE_S, SLOWDOWN, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("WEIR_BIN", ROOT / "build/release/weir")).resolve()
# No turn of an event loop takes longer, whatever a test does. It is time of the thread itself, so that a
# machine that is busy with something else does not count, and four times what counts as a stall
# (weir_loop_stalls_total), so that a slow machine does not either.
STALL_S = 0.2 * SLOWDOWN
KEY = "sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDEF"


class Lines:
    """A stream's lines, collected as they come. JSON objects are parsed, others kept as text."""

    def __init__(self, stream):
        self.all = []
        self.raw = []  # the same lines, none of them parsed
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            text = line.decode(errors="replace").rstrip("\n")
            try:
                record = json.loads(text)
            except ValueError:
                record = text
            self.raw.append(text)
            self.all.append(record if isinstance(record, dict) else text)

    def where(self, **fields):
        """The JSON lines that have these fields."""
        return [
            line
            for line in list(self.all)
            if isinstance(line, dict) and all(line.get(name) == value for name, value in fields.items())
        ]

    def text(self):
        return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in list(self.all))

    def join(self):
        self._thread.join(DEADLINE_S)


def config_of(directory, **sections):
    """A config on free ports with one unlimited key, overridden section by section."""
    config = {
        "server": {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "threads": 2},
        "store": f"sqlite:{directory}/weir.db",
        "keys": [{"name": "test", "key": KEY}],
    }
    for name, section in sections.items():
        if isinstance(section, dict) and isinstance(config.get(name), dict):
            config[name] = {**config[name], **section}
        else:
            config[name] = section
    return config


class Weir:
    """One server process. `public` and `admin` are its ports, and `ollama` if its config has that section."""

    def __init__(self, directory, environment=None, wait=True, tls=None, **sections):
        """`tls`: with which context its clients speak TLS; `server.tls` is the caller's."""
        self.tls = tls
        self.directory = pathlib.Path(directory)
        self.config_file = self.directory / "weir.yaml"
        self.environment = {**os.environ, **(environment or {})}
        self.write_config(**sections)
        self.start(wait)

    def write_config(self, **sections):
        """Replaces the config file in one step, as an editor or a deployment does."""
        self.config = config_of(self.directory, **sections)
        self.write_config_text(yaml.safe_dump(self.config, sort_keys=False))

    def write_config_text(self, text):
        fresh = self.config_file.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o600)  # the key is written out in it
        fresh.replace(self.config_file)

    def start(self, wait=True, words=(), **options):
        assert BINARY.exists(), f"{BINARY} is not there: run scripts/build, or set WEIR_BIN"
        self.process = subprocess.Popen(
            [BINARY, "serve", "--config", self.config_file, *words],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        self.access = Lines(self.process.stdout)
        self.log = Lines(self.process.stderr)
        if wait:
            self.wait_until_listening()

    def successor(self, wait=True):
        """A second process with the same config that takes over from this one."""
        other = copy.copy(self)
        other.start(wait, words=["--take-over"])
        return other

    def wait_until_listening(self):
        def listening():
            if self.process.poll() is not None:
                self.log.join()
                raise RuntimeError(f"weir ended with {self.process.returncode}:\n{self.log.text()}")
            return self.log.where(msg="listening")

        line = eventually(listening, what="the log line `listening`")[0]
        self.public = int(line["listen"].rpartition(":")[2])
        self.admin = int(line["admin_listen"].rpartition(":")[2])
        wire.speaks_plain(self.admin)
        for keyless in self.log.where(msg="listening for clients without a key"):
            self.ollama = int(keyless["listen"].rpartition(":")[2])
            wire.speaks_plain(self.ollama)
        if self.tls:
            wire.tls_ports[self.public] = self.tls
        else:
            wire.speaks_plain(self.public)

    # Requests.

    def request(self, method, target, headers=(), key=KEY):
        return wire.request(self.public, method, target, headers, key)

    def get(self, target, headers=(), key=KEY):
        return self.request("GET", target, headers, key)

    def ids(self, query="", key=KEY):
        reply = self.get(f"/v1/models{query}", key=key)
        assert reply.status == 200, (reply.status, reply.body)
        return reply.ids()

    def admin_get(self, target):
        return wire.request(self.admin, "GET", target)

    def samples(self, name):
        """The values of a metric, whatever its labels."""
        lines = self.admin_get("/metrics").body.decode().splitlines()
        return [float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}(\{{| )", line)]

    # The command line beside the running server.

    def run(self, *words):
        return subprocess.run(
            [BINARY, *words],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    def cli(self, *words, check=True):
        done = self.run(*words, "--config", self.config_file)
        if check:
            assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    def ask(self, *words, check=True):
        """A command that asks the running server: its port is not the one in the config."""
        return self.cli(*words, "--admin", f"127.0.0.1:{self.admin}", check=check)

    def key_rows(self, *options):
        """The keys printed by `weir keys list --json`, each a mapping."""
        listed = json.loads(self.cli("keys", "list", "--json", *options).stdout)
        return listed["keys"] if isinstance(listed, dict) else listed

    def create_key(self, name, *options):
        """A new key's text: the only word of the output that looks like a key."""
        output = self.cli("keys", "create", name, *options).stdout
        keys = [word.strip("\"',") for word in output.split() if word.strip("\"',").startswith("sk-")]
        assert len(keys) == 1, output
        return keys[0]

    # The end.

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """Kills the process as a power failure would, without a drain."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends the server politely; a sanitizer report, a crash, a hang or a stall of one of its event
        loops is a failure."""
        stall = self.longest_turn()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            code = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.access.join()
        self.log.join()
        assert code in (0, -signal.SIGKILL), f"weir ended with {code}:\n{self.log.text()}"
        assert stall <= STALL_S, f"an event loop was away for {stall:.3f} s of its own time:\n{self.log.text()}"

    def longest_turn(self):
        """Seconds that the longest turn of an event loop has taken; 0 where it cannot be asked."""
        if self.process.poll() is not None or not hasattr(self, "admin"):
            return 0
        try:
            return max(self.samples("weir_loop_longest_turn_seconds"), default=0)
        except (OSError, wire.Closed):  # it may be draining, or full
            return 0
