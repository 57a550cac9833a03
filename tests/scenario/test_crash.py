"""kill -9 at any moment loses no acknowledged change of a key."""

import os
import random
import subprocess
import threading

from support.kill_loop import KillLoop
from support.process import BINARY

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]
CYCLES = int(os.environ.get("WEIR_KILL_CYCLES", "12"))


def test_nothing_acknowledged_is_lost_to_kill_9_under_write_load(weir):
    """A few cycles of what tests/soak/kill_loop does by the hundred."""
    KillLoop(weir).run(CYCLES)


def test_what_was_acknowledged_survives_kill_9_of_the_command(weir):
    """The commands are killed at random moments: those that printed a key had stored it."""
    server = weir(models=MODELS)
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    printed = []
    for number in range(20):
        command = subprocess.Popen(
            [BINARY, "keys", "create", f"key-{number}", "--config", server.config_file],
            cwd=server.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        killer = threading.Timer(dice.random() * 0.05, command.kill)
        killer.start()
        output = command.communicate()[0]
        killer.cancel()
        printed += [word.strip("\"',") for word in output.split() if word.strip("\"',").startswith("sk-")]
    server.kill()
    server.start()
    whole = [key for key in printed if len(key) >= 30]

    assert [server.get("/v1/models", key=key).status for key in whole] == [200] * len(whole), f"seed {seed}"
