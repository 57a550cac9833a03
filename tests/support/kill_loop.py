"""kill -9 under write load, again and again, against a shadow log of what was acknowledged.

Writers change keys by `weir keys …`; a change is acknowledged when its command has returned 0, or has
printed the key's text. Clients call models; a call is acknowledged when it was answered. The server, and
half the time the commands under way, are killed at random moments, and what is then in the store and
what the restarted server accepts is held against the shadow.
"""

import contextlib
import json
import random
import sqlite3
import subprocess
import threading
import time

from support.caller import Caller
from support.demo import MODELS, SIMULATOR
from support.eventually import DEADLINE_S
from support.process import BINARY
from support.wire import Closed, Wire, head

MODEL = "demo/chat"
WRITERS = 2
CALLERS = 2
MOST_CHANGES = 4  # of a cycle, before the kill
LONGEST_WAIT_S = 0.03  # from the last of them to the kill
SAMPLE = 40  # keys of earlier cycles asked again each time

ACTIVE, DISABLED, GONE = 200, 403, 401
SECTIONS = {"models": MODELS, "usage": {"flush_interval": "50ms"}, **SIMULATOR}


class Key:
    """A key as its writer knows it. `may` is what its text may be answered; two when in doubt."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.may = {ACTIVE}


class Writer(threading.Thread):
    """Changes keys of its own until stopped."""

    def __init__(self, loop, number):
        super().__init__(daemon=True)
        self.loop = loop
        self.dice = random.Random(loop.dice.random())
        self.number = number
        self.keys = []  # living
        self.made = 0

    def run(self):
        while not self.loop.stopping.is_set():
            self._change()

    def _change(self):
        certain = [key for key in self.keys if len(key.may) == 1]
        if not certain or self.dice.random() < 0.3:
            return self._create()
        key = self.dice.choice(certain)
        verb = self.dice.choice(["enable"] if key.may == {DISABLED} else ["rotate", "revoke", "revoke", "disable"])
        after = {"enable": ACTIVE, "disable": DISABLED, "rotate": GONE, "revoke": GONE}[verb]
        key.may = key.may | {after}
        options = ("--overlap", "0", "--json") if verb == "rotate" else ()
        done, output = self.loop.command("keys", verb, key.name, *options)
        if done:
            key.may = {after}
        if after == GONE and done:
            self.keys.remove(key)
        if verb == "rotate":
            self._take(key.name, output)

    def _create(self):
        self.made += 1
        name = f"key-{self.loop.cycle}-{self.number}-{self.made}"
        self._take(name, self.loop.command("keys", "create", name, "--json")[1])

    def _take(self, name, output):
        """The key whose text was printed: whatever became of the command, it is in the store."""
        with contextlib.suppress(ValueError):
            key = Key(name, json.loads(output)["key"])
            self.keys.append(key)
            self.loop.keys.append(key)


class KillLoop:
    """`start` starts a server with the given sections of config. Fails with what was lost."""

    def __init__(self, start, seed=None):
        self.seed = random.randrange(1 << 30) if seed is None else seed
        self.dice = random.Random(self.seed)
        self.cycle = 0
        self.keys = []  # every text there ever was
        self.acknowledged = 0
        self.in_doubt = 0
        self.commands = set()
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.changed = threading.Semaphore(0)
        self.problems = []
        self.answered = []  # moments, of this cycle
        self.sent = 0
        self.calls = 0
        self.lost_calls = 0
        self.booked = 0
        self.restarts = []  # seconds from start to first 200
        self.writers = [Writer(self, number) for number in range(WRITERS)]
        self.server = start(**SECTIONS)

    def run(self, cycles):
        for self.cycle in range(1, cycles + 1):
            self._one_cycle()
            assert not self.problems, f"cycle {self.cycle}, seed {self.seed}: {self.problems[:5]}"
        self._check_keys(self.keys)
        assert not self.problems, f"at the end, seed {self.seed}: {self.problems[:5]}"

    def summary(self):
        worst = max(self.restarts)
        median = sorted(self.restarts)[len(self.restarts) // 2]
        return (
            f"{self.cycle} kills (seed {self.seed}): {self.acknowledged} changes of keys acknowledged, none lost; "
            f"{self.in_doubt} in doubt; {len(self.keys)} keys made; {self.calls} calls answered, the usage of "
            f"{self.lost_calls} of them lost; start to first 200: median {median * 1000:.0f} ms, "
            f"longest {worst * 1000:.0f} ms"
        )

    # One cycle.

    def _one_cycle(self):
        fresh = len(self.keys)
        self._write_and_call()
        killed = time.monotonic()
        self.server.kill()
        if self.dice.random() < 0.5:
            self._kill_commands()
        self._join()
        if self.dice.random() < 0.2:
            self._kill_while_starting()
        self._check_file()
        began = time.monotonic()
        self.server.start()
        self._check_keys([*self.keys[fresh:], *self._older(fresh)], began)
        self._check_usage(killed)

    def _write_and_call(self):
        self.stopping.clear()
        self.answered = []
        self.sent = 0
        self.writers = [self._again(writer) for writer in self.writers]
        callers = [threading.Thread(target=self._call, daemon=True) for _ in range(CALLERS)]
        self.threads = [*self.writers, *callers]
        for thread in self.threads:
            thread.start()
        for _ in range(self.dice.randint(0, MOST_CHANGES)):
            if not self.changed.acquire(timeout=DEADLINE_S):
                self.problems.append("no change was acknowledged")
        # A random moment is what this is about.
        threading.Event().wait(self.dice.random() * LONGEST_WAIT_S)

    def _again(self, writer):
        again = Writer(self, writer.number)
        again.keys = writer.keys
        return again

    def _join(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(DEADLINE_S)
            if thread.is_alive():
                self.problems.append(f"{thread} hangs")
        while self.changed.acquire(blocking=False):
            pass

    def _kill_while_starting(self):
        self.server.start(wait=False)
        threading.Event().wait(self.dice.random() * LONGEST_WAIT_S)
        self.server.kill()

    # Run by threads.

    def command(self, *words):
        """(whether it was acknowledged, what it printed)"""
        process = subprocess.Popen(
            [BINARY, *words, "--config", self.server.config_file],
            cwd=self.server.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with self.lock:
            self.commands.add(process)
        output, problem = process.communicate()
        with self.lock:
            self.commands.discard(process)
        if process.returncode == 0:
            self.acknowledged += 1
            self.changed.release()
        elif process.returncode > 0:
            self.problems.append(f"{words} failed: {problem}")
        else:
            self.in_doubt += 1
        return process.returncode == 0, output

    def _kill_commands(self):
        with self.lock:
            for process in self.commands:
                process.kill()

    def _call(self):
        with contextlib.suppress(OSError, Closed), Caller(self.server.public) as caller:
            while not self.stopping.is_set():
                with self.lock:
                    self.sent += 1
                caller.call(MODEL, "hello", max_tokens=1)
                reply = caller.ending()
                if reply.status != 200:
                    self.problems.append(f"a call was answered {reply.status} {reply.body}")
                elif reply.whole:
                    self.answered.append(time.monotonic())

    # Compared with the shadow.

    def _older(self, fresh):
        older = self.keys[:fresh]
        doubtful = [key for key in older if len(key.may) > 1]
        return [*doubtful, *self.dice.sample(older, min(SAMPLE, len(older)))]

    def _check_file(self):
        # Read and write, since SQLite recovers the log of the killed process.
        with contextlib.closing(sqlite3.connect(self.server.directory / "weir.db")) as file:
            verdict = file.execute("PRAGMA integrity_check").fetchall()
            halves = file.execute(
                "SELECT count(*) FROM keys WHERE seq NOT IN (SELECT key_seq FROM key_secrets)"
            ).fetchall()
        if verdict != [("ok",)] or halves != [(0,)]:
            self.problems.append(f"the file is damaged: {verdict}, {halves}")

    def _check_keys(self, keys, began=None):
        with Wire(self.server.public) as wire:
            for key in keys:
                wire.send(head("GET", "/v1/models", key=key.text))
                status = wire.receive().status
                if status == 200 and began:
                    self.restarts.append(time.monotonic() - began)
                    began = None
                if status not in key.may:
                    self.problems.append(f"{key.name}: acknowledged as {key.may}, answered {status}")
                key.may = {status}  # no doubt any longer
        for writer in self.writers:
            writer.keys = [key for key in writer.keys if key.may != {GONE}]

    def _check_usage(self, killed):
        before, self.booked = self.booked, self._booked()
        kept = self.booked - before
        if not 0 <= kept <= self.sent:
            self.problems.append(f"usage has {kept} calls of {self.sent} sent")
        missing = sorted(self.answered)[max(kept, 0) :]
        self.calls += len(self.answered)
        self.lost_calls += len(missing)
        if missing:
            self.problems.append(f"a call answered {killed - missing[0]:.2f} s before the kill is not in usage")

    def _booked(self):
        if not (self.server.directory / "weir-usage.db").exists():
            return 0
        with contextlib.closing(sqlite3.connect(self.server.directory / "weir-usage.db")) as file:
            return file.execute("SELECT coalesce(sum(requests), 0) FROM usage").fetchone()[0]
