"""Other implementations that read bodies behind Weir, and how each reads a form or a JSON text.

A reader takes many bodies at once and returns for each a Reading, or None where it refuses the body.
"""

import asyncio
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess

import orjson
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEADLINE_S = 600


def converse(command, lines):
    """The answers of a program that reads a line and writes one, as JSON."""
    done = subprocess.run(command, input="\n".join([*lines, ""]), capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
    assert len(answers) == len(lines), done.stderr
    return answers


def hex_of(data):
    return data.hex() or "-"


def form_lines(forms):
    return [f"form {hex_of(content_type)} {hex_of(body)}" for content_type, body in forms]


def json_lines(bodies):
    return [f"json {hex_of(body)}" for body in bodies]


def weir_program():
    """WEIR_READING, or the one of the release build."""
    program = pathlib.Path(os.environ.get("WEIR_READING") or ROOT / "build/release/tests/differential/weir_reading")
    assert program.exists(), f"{program} is missing: cmake --build build/release --target weir_reading"
    return program


def go_program(place):
    """Built on the spot, of Go's standard library alone; None where there is no Go."""
    if not shutil.which("go"):
        return None
    program = place / "go-reading"
    alone = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    subprocess.run(["go", "build", "-o", program, "."], cwd=ROOT / "tests/differential/go", check=True,
                   env={**os.environ, **alone})  # fmt: skip
    return program


# Forms. A reading is the parts by name: for each name its fields and its files, in order. Names of
# files are left out: readers differ in what they make of them, and nothing is decided by them.


def by_name(parts):
    """(name, is a file, content) of each part, as a reading."""
    reading = {}
    for name, is_file, content in parts:
        reading.setdefault(name, ([], []))[is_file].append(content)
    return reading


def from_program(answers):
    return [
        None if isinstance(answer, dict) else by_name(
            (bytes.fromhex(part["name"]), part["file"], bytes.fromhex(part["content"])) for part in answer
        )
        for answer in answers
    ]  # fmt: skip


async def starlette_form(content_type, body):
    async def stream():
        yield body

    form = await MultiPartParser(Headers(raw=[(b"content-type", content_type)]), stream()).parse()
    parts = []
    for name, value in form.multi_items():
        is_file = not isinstance(value, str)
        parts.append((name.encode(), is_file, value.file.read() if is_file else value.encode()))
    await form.close()
    return by_name(parts)


def starlette_forms(forms):
    async def read_all():
        readings = []
        for content_type, body in forms:
            try:
                main = content_type.partition(b";")[0].strip().lower()
                readings.append(await starlette_form(content_type, body) if main == b"multipart/form-data" else None)
            except Exception:
                readings.append(None)
        return readings

    return asyncio.run(read_all())


def werkzeug_form(content_type, body):
    main, options = parse_options_header(content_type.decode("latin-1"))
    if main != "multipart/form-data":
        return None
    parser = FormDataParser(silent=False)
    _, fields, files = parser.parse(io.BytesIO(body), main, len(body), options)
    parts = [(name.encode(), False, value.encode()) for name, values in fields.lists() for value in values]
    parts += [(name.encode(), True, file.read()) for name, values in files.lists() for file in values]
    return by_name(parts)


def werkzeug_forms(forms):
    readings = []
    for content_type, body in forms:
        try:
            readings.append(werkzeug_form(content_type, body))
        except Exception:
            readings.append(None)
    return readings


def weir_forms(forms):
    """Weir's reading of each: name -> value, for the fields it knows."""
    answers = converse([weir_program()], form_lines(forms))
    return [None if "refused" in answer else {name.encode(): bytes.fromhex(value) for name, value in answer.items()}
            for answer in answers]  # fmt: skip


# JSON. A reading is (the whole value, model, stream), each as canonical text.


def canonical(value):
    """The value as text that is the same for all readers; numbers as binary64, which most know alone."""
    if value is None:
        return "n"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"s{value.encode('utf-8', 'surrogatepass').hex()};"
    if isinstance(value, (int, float)):
        try:
            number = float(value)
        except OverflowError:
            number = float("inf") if value > 0 else float("-inf")
        return "d" + struct.pack(">d", number + 0.0).hex()
    if isinstance(value, list):
        return "[" + "".join(map(canonical, value)) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-8", "surrogatepass"))
    return "{" + "".join(canonical(name) + canonical(value[name]) for name in names) + "}"


def read_by(loads):
    def read(bodies):
        readings = []
        for body in bodies:
            try:
                value = loads(body)
                chosen = value if isinstance(value, dict) else {}
                readings.append((canonical(value), canonical(chosen.get("model")), canonical(chosen.get("stream"))))
            except Exception:
                readings.append(None)
        return readings

    return read


python_json = read_by(json.loads)
orjson_json = read_by(orjson.loads)


def from_json_program(answers):
    return [None if "refused" in answer else (answer["value"], answer["model"], answer["stream"]) for answer in answers]


def weir_json(bodies):
    """The pair (model, stream) of each, as canonical text."""
    answers = converse([weir_program()], json_lines(bodies))
    return [None if "refused" in answer else (canonical(bytes.fromhex(answer["model"]).decode()), answer["stream"])
            for answer in answers]  # fmt: skip
