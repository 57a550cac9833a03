"""No form that Weir accepts is read differently by two readers, Weir among them."""

import os
import shutil

import pytest

from differential.compare import compare
from differential.forms import form
from differential.readers import (
    converse, form_lines, from_program, go_program, starlette_forms, weir_forms, werkzeug_forms,
)  # fmt: skip
from support.node import place_script

SEEDS = int(os.environ.get("WEIR_DIFFERENTIAL_SEEDS", "2000"))
KNOWN_TO_WEIR = (b"model", b"n", b"batch_size")


def same(reading, weirs):
    """True if a reader finds the same values as Weir, for the fields that Weir knows."""
    found = {name: fields for name, fields in reading.items() if name in KNOWN_TO_WEIR}
    return found == {name: ([value], []) for name, value in weirs.items()}


def test_accepted_forms_are_read_one_way(tmp_path_factory, tmp_path):
    first = int(os.environ.get("WEIR_DIFFERENTIAL_FIRST", 1))
    print(f"seeds from {first}: WEIR_DIFFERENTIAL_FIRST={first} repeats them")
    forms = [form(seed) for seed in range(first, first + SEEDS)]
    weirs = weir_forms(forms)
    accepted = [at for at, reading in enumerate(weirs) if reading is not None]
    asked = [forms[at] for at in accepted]
    lines = form_lines(asked)

    node = ["node", place_script(tmp_path_factory, "read_bodies.mjs")]
    readers = {"starlette": starlette_forms(asked), "werkzeug": werkzeug_forms(asked),
               "busboy": from_program(converse(node, lines))}  # fmt: skip
    if program := go_program(tmp_path):
        readers["go"] = from_program(converse([program], lines))

    refusals = compare("forms", first, forms, weirs, readers, same)
    assert sum(refusals.values()) < len(accepted) / 100, refusals


@pytest.mark.skipif(shutil.which("go") is None, reason="no go on the PATH: its reader is left out")
def test_go_is_among_the_readers():
    pass
