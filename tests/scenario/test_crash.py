"""kill -9 at any moment loses no acknowledged change of a key."""

import random
import subprocess
import threading

from support.process import BINARY

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]
ROUNDS = 6


def test_what_was_acknowledged_survives_kill_9_of_the_server(weir):
    server = weir(models=MODELS)
    alive, dead = [], []
    for round_ in range(ROUNDS):
        alive.append(server.create_key(f"stays-{round_}"))
        dead.append(server.create_key(f"goes-{round_}"))
        server.cli("keys", "revoke", f"goes-{round_}")
        server.kill()
        server.start()

        assert [server.get("/v1/models", key=key).status for key in alive] == [200] * len(alive)
        assert [server.get("/v1/models", key=key).status for key in dead] == [401] * len(dead)


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
