"""Starts the binary under test (WEIR_BIN) with a generated config, and watches what it says."""

import json
import os
import pathlib
import signal
import subprocess
import threading

import yaml

from support import wire
from support.eventually import DEADLINE_S, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("WEIR_BIN", ROOT / "build/release/weir")).resolve()
KEY = "sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDEF"


class Lines:
    """A stream's lines, collected as they come. JSON objects are parsed, others kept as text."""

    def __init__(self, stream):
        self.all = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            text = line.decode(errors="replace").rstrip("\n")
            try:
                record = json.loads(text)
            except ValueError:
                record = text
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
    """One server process. `public` and `admin` are its ports."""

    def __init__(self, directory, environment=None, wait=True, **sections):
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
        fresh.replace(self.config_file)

    def start(self, wait=True):
        assert BINARY.exists(), f"{BINARY} is not there: run scripts/build, or set WEIR_BIN"
        self.process = subprocess.Popen(
            [BINARY, "serve", "--config", self.config_file],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.access = Lines(self.process.stdout)
        self.log = Lines(self.process.stderr)
        if wait:
            self.wait_until_listening()

    def wait_until_listening(self):
        def listening():
            if self.process.poll() is not None:
                self.log.join()
                raise RuntimeError(f"weir ended with {self.process.returncode}:\n{self.log.text()}")
            return self.log.where(msg="listening")

        line = eventually(listening, what="the log line `listening`")[0]
        self.public = int(line["listen"].rpartition(":")[2])
        self.admin = int(line["admin_listen"].rpartition(":")[2])

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

    # The command line beside the running server.

    def cli(self, *words, check=True):
        done = subprocess.run(
            [BINARY, *words, "--config", self.config_file],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
        if check:
            assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    def ask(self, *words):
        """A command that asks the running server: its port is not the one in the config."""
        return self.cli(*words, "--admin", f"127.0.0.1:{self.admin}")

    def create_key(self, name, *options):
        """A new key's text: the one word of the output that looks like a key."""
        output = self.cli("keys", "create", name, *options).stdout
        keys = [word.strip("\"',") for word in output.split() if word.strip("\"',").startswith("sk-")]
        assert len(keys) == 1, output
        return keys[0]

    # The end.

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As a power cut would: no chance to say goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends the server politely; a sanitizer report, a crash or a hang is a failure."""
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
