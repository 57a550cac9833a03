"""No JSON body that Weir accepts is read differently by two readers, Weir among them."""

import os
import shutil

import pytest

from differential.compare import compare
from differential.json_bodies import body
from differential.readers import (
    canonical, converse, from_json_program, go_program, json_lines, orjson_json, python_json, weir_json,
)  # fmt: skip
from support.node import place_script

SEEDS = int(os.environ.get("WEIR_DIFFERENTIAL_SEEDS", "2000"))


def same(reading, weirs):
    model, streamed = weirs
    return reading[1] == model and (reading[2] == canonical(True)) == streamed


def test_accepted_bodies_are_read_one_way(tmp_path_factory, tmp_path):
    first = int(os.environ.get("WEIR_DIFFERENTIAL_FIRST", 1))
    print(f"seeds from {first}: WEIR_DIFFERENTIAL_FIRST={first} repeats them")
    bodies = [body(seed) for seed in range(first, first + SEEDS)]
    weirs = weir_json(bodies)
    accepted = [at for at, reading in enumerate(weirs) if reading is not None]
    asked = [bodies[at] for at in accepted]
    lines = json_lines(asked)

    node = ["node", place_script(tmp_path_factory, "read_bodies.mjs")]
    readers = {"python": python_json(asked), "orjson": orjson_json(asked),
               "node": from_json_program(converse(node, lines))}  # fmt: skip
    if program := go_program(tmp_path):
        readers["go"] = from_json_program(converse([program], lines))

    compare("bodies", first, bodies, weirs, readers, same)


@pytest.mark.skipif(shutil.which("go") is None, reason="no go on the PATH: its reader is left out")
def test_go_is_among_the_readers():
    pass
