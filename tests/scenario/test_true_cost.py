"""Usage against an independent count: what upstreams reported is booked to the token, and what they
did not is estimated near what the engine counted."""

import collections
import json
import random
import re
import threading

import pytest

from support.caller import Caller, Stream, call, post, usage_rows
from support.engine import DONE, Engine, Script, as_json, as_stream, event, usage
from support.eventually import eventually

CHAT, COMPLETIONS, MESSAGES, RESPONSES = "chat/completions", "completions", "messages", "responses"
ENGLISH = "the quick answer of a language model describes several different interesting things about rivers".split()
CODE = ["for (int i = 0; i < n; ++i) {\n", "  total += values[i];\n", "}\n", "return total;\n", "if (x == 42) {\n"]
HAN = "人工智能正在逐步改变我们的工作和沟通方式请解释这两种方法之间的区别"
SEED = 20261129


def tokens_of(text):
    """The engine's tokenizer: pieces of words, numbers, marks, and characters of Han."""
    return len(re.findall(r"[A-Za-z]{1,7}|\d{1,3}|[一-鿿]|[^\sA-Za-z\d一-鿿]|\n\s*", text))


def english(dice, count):
    return [dice.choice(ENGLISH) + " " for _ in range(count)]


def code(dice, count):
    return [dice.choice(CODE) for _ in range(count // 8 + 1)]


def han(dice, count):
    return [dice.choice(HAN) for _ in range(count)]


def chunk(text, name="content", **fields):
    choice = {"index": 0, "delta": {name: text}}
    return event({"id": "c", "object": "chat.completion.chunk", "choices": [choice], **fields})


def spoken(path, name, pieces):
    """The events of a stream that says `pieces`, without usage and without its end."""
    if path == CHAT:
        return [chunk(piece, name) for piece in pieces]
    if path == COMPLETIONS:
        return [event({"choices": [{"index": 0, "text": piece}]}) for piece in pieces]
    if path == MESSAGES:
        delta = {"thinking": "thinking", "arguments": "partial_json"}.get(name, "text")
        return [event({"type": "content_block_delta", "index": 0, "delta": {delta: piece}}) for piece in pieces]
    return [
        event({"type": "response.output_text.delta", "sequence_number": number, "delta": piece})
        for number, piece in enumerate(pieces)
    ]


ENDS = {
    CHAT: [DONE],
    COMPLETIONS: [DONE],
    MESSAGES: [event({"type": "message_stop"})],
    RESPONSES: [event({"type": "response.completed", "response": {"id": "r", "status": "completed"}})],
}


def reported(shape, prompt, answer):
    """The last event before the end, which reports usage in one of the shapes of the field."""
    both = usage(prompt, answer)
    return {
        "usage": event({"choices": [], "usage": both}),
        "choice": event({"choices": [{"index": 0, "delta": {}, "usage": both}]}),
        "x_groq": event({"choices": [{"index": 0, "delta": {}}], "x_groq": {"usage": both}}),
        "total": event({"choices": [], "usage": {"total_tokens": prompt + answer}}),
        "floats": event({"choices": [], "usage": {name: float(count) for name, count in both.items()}}),
        "texts": event({"choices": [], "usage": {name: str(count) for name, count in both.items()}}),
        "zeros": event({"choices": [], "usage": dict.fromkeys(both, 0)}),
        "nulls": event({"choices": [], "usage": dict.fromkeys(both)}),
        "none": b"",
    }[shape]


# kind: (path, text, shape of the report, options); what is estimated has a report that is none.
KINDS = {
    "reported": (CHAT, english, "usage", {}),
    "in a choice": (CHAT, english, "choice", {}),
    "in x_groq": (CHAT, han, "x_groq", {}),
    "a total alone": (CHAT, english, "total", {}),
    "as 7.0": (CHAT, english, "floats", {}),
    "as text": (CHAT, code, "texts", {}),
    "without a type": (CHAT, english, "usage", {"content_type": "text/plain"}),
    "a whole answer": (CHAT, english, "usage", {"whole": True}),
    "no usage": (CHAT, english, "none", {}),
    "zeros": (CHAT, english, "zeros", {}),
    "nulls": (CHAT, english, "nulls", {}),
    "code": (CHAT, code, "none", {}),
    "Han": (CHAT, han, "none", {}),
    "reasoning": (CHAT, english, "none", {"name": "reasoning_content"}),
    "arguments": (CHAT, english, "none", {"name": "arguments"}),
    "completions": (COMPLETIONS, english, "none", {}),
    "messages": (MESSAGES, english, "none", {}),
    "responses": (RESPONSES, english, "none", {}),
    "a whole answer without usage": (CHAT, english, "none", {"whole": True}),
    "cut": (CHAT, english, "none", {"end": "cut"}),
    "cut messages": (MESSAGES, han, "none", {"end": "cut"}),
}
EXACT = [kind for kind, (_, _, shape, _) in KINDS.items() if shape not in ("none", "zeros", "nulls")]
CALLS_EACH = 96


def body_of(path, model, prompt, stream):
    if path == COMPLETIONS:
        return {"model": model, "prompt": prompt, "stream": stream}
    if path == RESPONSES:
        return {"model": model, "input": prompt, "stream": stream}
    return {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": stream, "max_tokens": 4000}


def prompt_of(asked):
    return asked.get("prompt") or asked.get("input") or asked["messages"][0]["content"]


class Counting:
    """Answers at random, and counts for each model what a bill should say."""

    def __init__(self):
        self.dice = random.Random(SEED)
        self.counted = collections.Counter()
        self.lock = threading.Lock()

    def script(self, kind):
        path, text, shape, options = KINDS[kind]

        def answer(made):
            with self.lock:
                pieces = text(self.dice, self.dice.randint(20, 120))
                prompt, said = tokens_of(prompt_of(made.json())), tokens_of("".join(pieces))
                self.counted[kind, "prompt"] += prompt
                self.counted[kind, "answer"] += said
            if options.get("whole"):
                message = {"role": "assistant", "content": "".join(pieces)}
                counts = {"usage": usage(prompt, said)} if shape == "usage" else {}
                return as_json({"choices": [{"index": 0, "message": message}], **counts})
            last = reported(shape, prompt, said)
            end = [] if options.get("end") else ENDS[path]
            events = [*spoken(path, options.get("name", "content"), pieces), *([last] if last else []), *end]
            how = {name: options[name] for name in ("content_type", "end") if name in options}
            return as_stream(*events, **how)

        return answer


def booked(server):
    rows = usage_rows(server, "--by", "model")
    return {row["model"].removeprefix("lab/"): row for row in rows}


def slug(kind):
    return kind.replace(" ", "-").replace(".", "-").lower()


@pytest.fixture
def counting(weir):
    models = [
        {"id": f"lab/{slug(kind)}", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]} for kind in KINDS
    ]
    with Engine(*(model["id"] for model in models)) as engine:
        breaker = {"consecutive_failures": 0, "failure_percent": 0}
        server = weir(models=models, upstreams=[{"name": "gpu", "url": engine.url}], calls={"breaker": breaker})
        counts = Counting()
        for kind in KINDS:
            engine.scripts[f"lab/{slug(kind)}"] = counts.script(kind)
        yield server, engine, counts


def storm(server, counts):
    """CALLS_EACH calls of each kind, a few at a time."""
    dice = random.Random(SEED + 1)
    made = [(kind, " ".join(english(dice, dice.randint(10, 80)))) for kind in KINDS for _ in range(CALLS_EACH)]
    dice.shuffle(made)

    def some(part):
        for kind, prompt in part:
            path, _, _, options = KINDS[kind]
            body = body_of(path, f"lab/{slug(kind)}", prompt, not options.get("whole"))
            post(server.public, f"/v1/{path}", json.dumps(body).encode())

    threads = [threading.Thread(target=some, args=(made[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_bill_is_near_an_independent_count(counting):
    server, engine, counts = counting
    storm(server, counts)
    eventually(lambda: sum(row["requests"] for row in booked(server).values()) == CALLS_EACH * len(KINDS))
    rows = booked(server)
    total = collections.Counter()
    for kind in KINDS:
        row = rows[slug(kind)]
        prompt, answer = counts.counted[kind, "prompt"], counts.counted[kind, "answer"]
        found = row["prompt_tokens"] + row["completion_tokens"]
        if kind in EXACT:
            assert found == prompt + answer, kind
            if kind != "a total alone":
                assert (row["prompt_tokens"], row["completion_tokens"]) == (prompt, answer), kind
            assert row["estimated"] == 0, kind
            continue
        total["found"] += found
        total["real"] += prompt + answer
        assert row["estimated"] == CALLS_EACH, kind
        assert 0.65 < found / (prompt + answer) < 1.35, (kind, row, prompt, answer)
        assert 0.6 < row["completion_tokens"] / answer < 1.4, (kind, row, answer)
    assert 0.85 < total["found"] / total["real"] < 1.15, total


def test_a_model_that_reports_sometimes_is_estimated_by_its_own_scale(weir):
    """Its tokens are a third of the usual ones."""
    model = {"id": "lab/odd", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
    dice = random.Random(SEED)
    reports = [True] * 12 + [False] * 40
    real = collections.Counter()

    def answer(made):
        pieces = english(dice, dice.randint(30, 90))
        prompt, said = len(prompt_of(made.json()).split()) // 3, len(pieces) // 3
        if reports.pop(0):
            return as_stream(*spoken(CHAT, "content", pieces), reported("usage", prompt, said), DONE)
        real.update(prompt=prompt, answer=said)
        return as_stream(*spoken(CHAT, "content", pieces), DONE)

    with Engine("lab/odd") as engine:
        engine.scripts["lab/odd"] = answer
        server = weir(models=[model], upstreams=[{"name": "gpu", "url": engine.url}])
        for _ in range(12):
            call(server.public, "lab/odd", "".join(english(dice, dice.randint(20, 90))), stream=True)
        eventually(lambda: sum(row["requests"] for row in usage_rows(server)) == 12)
        before = booked(server)["odd"]
        for _ in range(40):
            call(server.public, "lab/odd", "".join(english(dice, dice.randint(20, 90))), stream=True)
        eventually(lambda: sum(row["requests"] for row in usage_rows(server)) == 52)
        after = booked(server)["odd"]
        for name, column in (("prompt", "prompt_tokens"), ("answer", "completion_tokens")):
            assert 0.8 < (after[column] - before[column]) / real[name] < 1.2, (name, before, after, real)


def test_who_leaves_before_the_answer_pays_the_prompt_only(weir):
    model = {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
    hold = threading.Event()
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = Script((b"{}",), hold=hold)
        server = weir(models=[model], upstreams=[{"name": "gpu", "url": engine.url}])
        with Caller(server.public) as caller:
            caller.call("lab/chat", "word " * 40)
            eventually(lambda: engine.calls)
        eventually(lambda: usage_rows(server))
        row = usage_rows(server)[0]
        hold.set()
    assert (row["requests"], row["failed"], row["estimated"]) == (1, 1, 1)
    assert row["completion_tokens"] == 0
    assert 30 < row["prompt_tokens"] < 55


def test_a_client_that_leaves_a_stream_pays_what_passed(weir):
    model = {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
    hold = threading.Event()
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = as_stream(*[chunk("ten words are in this event, more or less. ")] * 10, hold)
        server = weir(models=[model], upstreams=[{"name": "gpu", "url": engine.url}])
        with Stream(server.public) as stream:
            stream.open("lab/chat", text="word " * 40)
            for _ in range(10):
                stream.next_event()
        eventually(lambda: usage_rows(server))
        row = usage_rows(server)[0]
        hold.set()
    assert 30 < row["prompt_tokens"] < 55
    assert 80 < row["completion_tokens"] < 130


def test_a_call_that_was_tried_nowhere_is_in_no_usage(weir):
    model = {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
    hold = threading.Event()
    with Engine("lab/chat") as engine:
        engine.scripts["lab/chat"] = Script((b"{}",), hold=hold)
        gpu = {"name": "gpu", "url": engine.url, "max_in_flight": 1}
        server = weir(models=[model], upstreams=[gpu], calls={"queue_length": 0})
        with Caller(server.public) as caller:
            caller.call("lab/chat")
            eventually(lambda: engine.calls)
            assert call(server.public, "lab/chat").status == 503
            hold.set()
            assert caller.ending().status == 200
        eventually(lambda: usage_rows(server))
    assert [row["requests"] for row in usage_rows(server)] == [1]
