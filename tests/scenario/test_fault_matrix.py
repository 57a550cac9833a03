"""Every way an upstream's connection can fail, at every phase of a call, streamed and not.

A cell is one call through a gate of its own that has one fault. Its answer is fixed beforehand;
after it the key's only slot is free, twenty ordinary calls succeed, as a rule within a second of the
fault's end, none of them on the spoilt connection, and the usage is booked. All cells share two
servers and run side by side; each has a test of its own that looks at what became of it.
"""

import concurrent.futures
import contextlib
import dataclasses
import json
import re
import statistics
import threading
import time

import pytest

from support import gate as gates
from support.caller import OVERLOADED, TIMED_OUT, Caller, call, usage_rows
from support.certificates import Certificates
from support.engine import Engine, Script, chat
from support.eventually import PROMISED_S, SLOWDOWN, eventually
from support.gate import AFTER_DONE, FAULTS, FIRST_BYTE, FIRST_EVENT, PHASES, REQUEST, Gate
from support.process import Weir
from support.wire import Closed

ORDINARY_CALLS = 20
PARALLEL = 32
PLAIN_BYTES = 300_000  # more than is kept before the first of it goes out

# Answers.
OK, BUSY, LATE, CUT, PASSES, PLANTED = "ok", "503", "504", "cut", "passes", "planted"

# The allowed answers of a cell, as (streamed, not streamed). A cut may be BUSY or LATE as a whole if
# nothing of the answer needs to have been sent yet.
EXPECTED = {
    REQUEST: {
        "refuse": (BUSY, BUSY),
        "silence": (LATE, LATE),
        "never read": (LATE, LATE),
        "never answer": (LATE, LATE),
        "reset": (BUSY, BUSY),
        "cut in head": (BUSY, BUSY),
        "cut in body": ((BUSY, CUT), (BUSY, CUT)),
        "slow": (OK, OK),
        "capped": (OK, OK),
        "delayed": (OK, OK),
        "corrupt byte": (PASSES, PASSES),
        "extra bytes": ((PLANTED, BUSY), (PLANTED, BUSY)),
        "bad framing": (LATE, LATE),
        "flood": (BUSY, BUSY),
        "tls": (LATE, LATE),
        "tls expired": (BUSY, BUSY),
        "tls wrong name": (BUSY, BUSY),
    },
    FIRST_BYTE: {
        "refuse": (BUSY, BUSY),
        "silence": (LATE, LATE),
        "never read": (OK, OK),
        "never answer": (LATE, LATE),
        "reset": (BUSY, BUSY),
        "cut in head": (BUSY, BUSY),
        "cut in body": ((BUSY, CUT), (BUSY, CUT)),
        "slow": (OK, OK),
        "capped": (OK, OK),
        "delayed": (OK, OK),
        "corrupt byte": (BUSY, BUSY),
        "extra bytes": ((PLANTED, BUSY), (PLANTED, BUSY)),
        "bad framing": ((BUSY, CUT), BUSY),
        "flood": (BUSY, BUSY),
        "tls": (BUSY, BUSY),
    },
    FIRST_EVENT: {
        "refuse": (CUT, (BUSY, CUT)),
        "silence": (CUT, (LATE, CUT)),
        "never read": (OK, OK),
        "never answer": (CUT, (LATE, CUT)),
        "reset": (CUT, (BUSY, CUT)),
        "cut in head": (CUT, (BUSY, CUT)),
        "cut in body": (CUT, (BUSY, CUT)),
        "slow": (OK, OK),
        "capped": (OK, OK),
        "delayed": (OK, OK),
        "corrupt byte": (CUT, (PASSES, BUSY, CUT)),
        "extra bytes": (CUT, (PASSES, BUSY, CUT)),
        "bad framing": (CUT, (BUSY, CUT)),
        "flood": (CUT, (BUSY, CUT)),
        "tls": (CUT, (BUSY, CUT)),
    },
    AFTER_DONE: dict.fromkeys(FAULTS, (OK, OK)),
}
# Connections that must not be reused: broken ones, and those with surplus bytes.
SPOILS = {"reset", "cut in head", "cut in body", "corrupt byte", "extra bytes", "bad framing", "flood", "tls"}


@dataclasses.dataclass(frozen=True)
class Cell:
    phase: str
    fault: str
    stream: bool

    @property
    def name(self):
        kind = "stream" if self.stream else "plain"
        return f"{self.phase}.{self.fault}.{kind}".replace(" ", "-")

    @property
    def model(self):
        return f"cell/{self.name}"

    @property
    def key(self):
        return f"sk-{self.name}-0123456789abcdef0123456789abcdef"

    @property
    def kind(self):
        """The fault as the gate knows it: a bad certificate is a TLS fault."""
        return "tls" if self.fault.startswith("tls") else self.fault

    @property
    def allowed(self):
        outcome = EXPECTED[self.phase][self.fault][0 if self.stream else 1]
        return (outcome,) if isinstance(outcome, str) else outcome

    @property
    def spoils(self):
        """True if the connection of the failing call must not be reused."""
        undetected = self.phase == FIRST_EVENT and self.fault == "corrupt byte" and not self.stream
        spoilt_request = self.phase == REQUEST and self.fault == "corrupt byte"
        return self.kind in SPOILS and not undetected and not spoilt_request

    @property
    def timed_out(self):
        """True if only a time limit ends its fault."""
        return LATE in self.allowed or (self.phase == FIRST_EVENT and self.fault in ("silence", "never answer"))


CELLS = [Cell(phase, fault, stream) for phase in PHASES for fault in EXPECTED[phase] for stream in (True, False)]


# Answers.


def verdict(cell, ending, text):
    """Classifies the answer as one of the above; anything else is a failure."""
    if not ending.whole:
        return cut_verdict(cell, ending)
    if ending.status == 503:
        assert ending.body == OVERLOADED
        return BUSY
    if ending.status == 504:
        assert ending.body == TIMED_OUT
        assert ending.header("content-type").startswith("application/json")
        return LATE
    if ending.body == gates.PLANTED_BODY:
        return PLANTED
    if ending.status == 200 and text in said(cell, ending):
        return OK
    assert ending.status in (200, 400), ending
    return PASSES


def said(cell, ending):
    """The words of an answer; nothing if it is not a whole one."""
    if not cell.stream:
        with contextlib.suppress(ValueError, KeyError):
            return ending.json()["choices"][0]["message"]["content"]
        return ""
    events, left = ending.events()
    if left or not events or events[-1] != b"data: [DONE]\n\n":
        return ""
    return deltas(events[:-1])


def deltas(events):
    frames = [json.loads(event.removeprefix(b"data: ")) for event in events]
    return "".join(choice["delta"].get("content", "") for frame in frames for choice in frame["choices"])


def cut_verdict(cell, ending):
    """An answer that is cut is cut visibly: a stream behind an error event, a body as a prefix."""
    assert ending.status == 200
    if ending.header("content-type").startswith("text/event-stream"):
        *events, error = ending.events()[0]
        assert ending.events()[1] == b"", "part of an event"
        assert error.startswith(b'data: {"error":'), error
        told = json.loads(error.removeprefix(b"data: "))["error"]
        assert told["type"] == "upstream_error"
        assert told["message"]
        assert re.fullmatch("[a-z_]+", told["code"])
        if cell.fault in ("silence", "never answer"):
            assert "timeout" in told["code"]
        assert "You said:".startswith(deltas(events).strip()[:9])
    return CUT


# Running a cell.


@dataclasses.dataclass
class Result:
    answer: str
    spoilt_number: int = None
    next_number: int = None
    tries: int = 0  # ordinary calls
    took_s: float = None  # from the fault's end to the end of the ordinary calls


def plain_answer(asked):
    """The engine's ordinary chat answer, long when not streamed, chunked where the fault needs it."""
    script = chat(asked)
    if script.framing == "chunked":
        return script
    body = script.pieces[0][:-1] + b', "pad": "' + b"x" * PLAIN_BYTES + b'"}'
    middle = len(body) // 2
    framing = "chunked" if ".flood." in asked.model else "length"
    return Script((body[:middle], body[middle:]), framing=framing)


class Matrix:
    """The servers, the engine and a gate per cell."""

    def __init__(self, folder):
        self.stack = contextlib.ExitStack()
        (folder / "certificates").mkdir()
        self.certificates = Certificates(folder / "certificates")
        self.engine = self.stack.enter_context(Engine(*(cell.model for cell in CELLS)))
        self.engine.scripts["/chat/completions"] = plain_answer
        self.gates = {cell: self.stack.enter_context(self._gate(cell)) for cell in CELLS}
        self.alone = threading.Lock()
        # Short for those alone that they end; longest where what runs out first decides on the answer.
        hasty = {"connect_timeout": 2, "first_byte_timeout": 1, "first_event_timeout": 2, "idle_timeout": 1}
        calls = {name: f"{int(value * SLOWDOWN)}s" for name, value in hasty.items()}
        self.hasty = self._server(folder / "hasty", calls, [cell for cell in CELLS if cell.timed_out])
        calls = {"connect_timeout": "5m"}
        self.patient = self._server(folder / "patient", calls, [cell for cell in CELLS if not cell.timed_out])

    def _gate(self, cell):
        return Gate(self.engine, self.certificates.good if cell.kind == "tls" else None)

    def _server(self, folder, calls, cells):
        folder.mkdir()
        server = Weir(
            folder,
            calls=calls,
            discovery={"refresh_interval": "24h", "max_concurrent": 64},
            keys=[{"name": cell.name, "key": cell.key, "max_in_flight": 1} for cell in cells],
            upstreams=[self._upstream(cell) for cell in cells],
            models=[{"id": c.model, "sub_types": ["chat"], "upstreams": [{"name": name_of(c)}]} for c in cells],
        )
        self.stack.callback(server.stop)
        # Nobody asks for a list any more once each gate has seen one asked for.
        eventually(lambda: all(self.gates[cell].requests for cell in cells), what="the first lists")
        return server

    def _upstream(self, cell):
        trust = {"ca_file": str(self.certificates.ca)} if cell.kind == "tls" else {}
        return {"name": name_of(cell), "url": self.gates[cell].url, "models": [cell.model], **trust}

    def server(self, cell):
        return self.hasty if cell.timed_out else self.patient

    def run(self, cell):
        gate = self.gates[cell]
        bad = {"tls expired": self.certificates.expired, "tls wrong name": self.certificates.wrong_name}
        seen = threading.Event() if cell.stream else None
        gate.arm(cell.kind, cell.phase, bad.get(cell.fault), seen)
        with Caller(self.server(cell).public) as caller:
            caller.call(cell.model, f"spoilt {cell.name}", key=cell.key, stream=cell.stream)
            result = Result(verdict(cell, caller.ending(seen), f"You said: spoilt {cell.name}"))
            # A stream that breaks is framed to its end, so its connection may be used again.
            if result.answer == CUT and not cell.stream:
                assert caller.closed()
        before = gate.posts()
        with self.alone:
            self._recover(cell, gate, result)
        result.spoilt_number = before[-1] if before else None
        result.next_number = gate.posts()[len(before)]
        return result

    def _recover(self, cell, gate, result):
        """The fault ends: its slot is free, and ordinary calls succeed."""
        gate.clear()
        began = time.monotonic()
        for number in range(ORDINARY_CALLS):
            text = f"ordinary {number}"
            # After the first none fails, but by a short limit on a machine that stood still.
            if number == 0 or cell.timed_out:
                eventually(lambda text=text: self._ordinary(cell, text, result))
            else:
                self._ordinary(cell, text, result)
        result.took_s = time.monotonic() - began

    def _ordinary(self, cell, text, result):
        result.tries += 1
        try:
            ending = call(self.server(cell).public, cell.model, text, key=cell.key, stream=cell.stream)
        except Closed as closed:
            raise AssertionError(f"closed: {closed}") from closed
        assert ending.status == 200, (ending.status, ending.body)
        assert said(cell, ending).strip() == f"You said: {text}"
        return True


def name_of(cell):
    return f"up-{CELLS.index(cell)}"


@pytest.fixture(scope="module")
def matrix(tmp_path_factory):
    matrix = Matrix(tmp_path_factory.mktemp("matrix"))
    with matrix.stack:
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            matrix.results = {cell: pool.submit(matrix.run, cell) for cell in CELLS}
            concurrent.futures.wait(matrix.results.values())
        yield matrix


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_fault_has_its_one_answer_and_leaves_nothing_behind(matrix, cell):
    result = matrix.results[cell].result()
    assert result.answer in cell.allowed or (result.answer == OK and PASSES in cell.allowed)
    if cell.spoils and result.spoilt_number is not None:
        assert result.next_number != result.spoilt_number, "a spoilt connection was used again"


def test_every_fault_is_in_every_phase():
    assert len(FAULTS) == 15
    for phase in PHASES:
        assert {Cell(phase, fault, True).kind for fault in EXPECTED[phase]} == set(FAULTS)


def whole(matrix):
    """The results of the completed cells."""
    return {cell: future.result() for cell, future in matrix.results.items() if future.exception() is None}


@pytest.mark.parametrize("timed_out", [True, False])
def test_ordinary_service_is_back_within_a_second(matrix, timed_out):
    """The median of all cells: the machine may stall in any of them."""
    took = [result.took_s for cell, result in whole(matrix).items() if cell.timed_out == timed_out]
    assert statistics.median(took) <= PROMISED_S


def test_usage_is_settled_after_every_fault(matrix):
    """Twenty ordinary calls of two words each, answered with four, and the spoilt one."""

    def unsettled():
        rows = {row["model"]: row for server in (matrix.hasty, matrix.patient) for row in usage_rows(server)}
        problems = [usage_problem(cell, result, rows.get(cell.model)) for cell, result in whole(matrix).items()]
        return list(filter(None, problems))

    eventually(lambda: not unsettled() or fail(unsettled()), what="settled usage")


def usage_problem(cell, result, row):
    if row is None:
        return (cell.name, "no row")
    ordinary = (ORDINARY_CALLS * 2, ORDINARY_CALLS * 4)
    counted = (row["prompt_tokens"], row["completion_tokens"])
    whole = cell.allowed == (OK,)
    right = counted == (ordinary[0] + 2, ordinary[1] + 4) if whole else counted >= ordinary
    # A try that was refused is not booked.
    right = right and ORDINARY_CALLS + 1 <= row["requests"] <= result.tries + 1
    failed = 1 if set(cell.allowed) <= {BUSY, LATE, CUT} else 0
    return None if right and row["failed"] >= failed else (cell.name, row)


def fail(problems):
    raise AssertionError(problems)
