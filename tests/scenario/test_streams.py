"""Streams: each event goes out as it comes in, whole and untouched. Nothing here looks at a clock:
an event is released upstream only after the one before it has reached the client."""

import json
import pathlib
import re
import threading

import pytest

from support.caller import OVERLOADED, Stream, call
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.eventually import DEADLINE_S, eventually
from support.kernel import HELD_AT_MOST

CHAT = {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}
USAGE = {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}


def served(weir, engine, models=(CHAT,), **sections):
    return weir(models=list(models), upstreams=[{"name": "gpu", "url": engine.url}], **sections)


def chunk(text, model="lab/chat", **more):
    choices = [{"index": 0, "delta": {"content": text}}]
    return event({"object": "chat.completion.chunk", "model": model, "choices": choices, **more})


def usage_chunk(model="lab/chat"):
    return event({"object": "chat.completion.chunk", "model": model, "choices": [], "usage": USAGE})


@pytest.fixture
def engine():
    with Engine("lab/chat") as engine:
        yield engine


def test_each_event_arrives_before_the_next_is_sent(weir, engine):
    events = [chunk(f"word {number}") for number in range(50)]
    holds = [threading.Event() for _ in events]
    pieces = [piece for pair in zip(events, holds, strict=True) for piece in pair]
    engine.scripts["lab/chat"] = as_stream(*pieces, DONE)
    server = served(weir, engine)

    with Stream(server.public) as stream:
        stream.open("lab/chat")
        for expected, hold in zip(events, holds, strict=True):
            assert stream.next_event() == expected
            hold.set()
        assert stream.rest() == [DONE]


@pytest.mark.parametrize("start", [(), (b"data: half",)], ids=["nothing", "half an event"])
def test_a_stream_that_breaks_before_its_first_event_is_an_error_as_a_whole(weir, engine, start):
    """A status says more than an event: the head waits for the first event."""
    engine.scripts["lab/chat"] = as_stream(*start, end="cut")
    server = served(weir, engine)
    ending = call(server.public, "lab/chat", stream=True)
    assert (ending.status, ending.body) == (503, OVERLOADED)


def test_an_event_in_two_halves_goes_out_whole(weir, engine):
    """Half an event is held back; what was whole before it is not."""
    first, second = chunk("first"), chunk("second")
    hold = threading.Event()
    engine.scripts["lab/chat"] = as_stream(first + second[:20], hold, second[20:], DONE)
    server = served(weir, engine)
    with Stream(server.public) as stream:
        stream.open("lab/chat")
        assert stream.next_event() == first
        hold.set()
        assert stream.rest() == [second, DONE]


def test_an_event_byte_by_byte_is_an_event(weir, engine):
    events = [chunk("hello"), DONE]
    pieces = [bytes([byte]) for byte in b"".join(events)]
    engine.scripts["lab/chat"] = as_stream(*pieces)
    server = served(weir, engine)
    with Stream(server.public) as stream:
        assert stream.open("lab/chat").rest() == events


ODD = b"".join(
    (
        b": a comment\n\n",
        b'event: delta\r\nid: 7\r\ndata: {"choices" : [ {"delta":{"content":"caf\xc3\xa9 \\u00e9"}} ] }\r\n\r\n',
        b'data: {"a":\ndata: 1}\n\n',
        b"retry: 100\n\n",
        b"data:[DONE]\n\n",
    )
)


def test_a_stream_passes_byte_for_byte(weir, engine):
    engine.scripts["lab/chat"] = as_stream(ODD)
    server = served(weir, engine)
    assert call(server.public, "lab/chat", stream=True).body == ODD


def test_a_stream_has_the_heads_that_streams_need(weir, engine):
    server = served(weir, engine)
    ending = call(server.public, "lab/chat", stream=True)
    assert ending.header("content-type").startswith("text/event-stream")
    assert "no-cache" in ending.header("cache-control")
    assert ending.header("content-length") is None
    assert ending.header("content-encoding") is None


def test_a_stream_without_a_length_or_chunks_ends_with_its_connection(weir, engine):
    """The format of old engines."""
    body = chunk("hello") + DONE
    engine.scripts["lab/chat"] = Script((body,), content_type="text/event-stream", framing="close")
    server = served(weir, engine)
    ending = call(server.public, "lab/chat", stream=True)
    assert (ending.body, ending.whole) == (body, True)


@pytest.mark.parametrize("end", ["cut", "reset"])
def test_a_stream_that_breaks_after_its_last_event_has_no_error_in_it(weir, engine, end):
    body = chunk("hello") + DONE
    engine.scripts["lab/chat"] = as_stream(body, end=end)
    server = served(weir, engine)
    assert call(server.public, "lab/chat", stream=True).body == body


def test_two_streams_one_after_the_other_share_a_connection(weir, engine):
    server = served(weir, engine, server={"threads": 1})
    for _ in range(3):
        assert call(server.public, "lab/chat", stream=True).whole
    assert len({made.connection.number for made in engine.calls}) == 1


# Usage.


def counted(asked):
    """An engine that gives usage in a chunk of its own, where it is asked to."""
    wanted = (asked.json().get("stream_options") or {}).get("include_usage")
    return as_stream(chunk("hello"), *([usage_chunk()] if wanted else []), DONE)


def test_usage_is_asked_for_and_hidden_from_who_did_not_ask(weir, engine):
    engine.scripts["lab/chat"] = counted
    server = served(weir, engine)

    ending = call(server.public, "lab/chat", stream=True)

    assert ending.body == chunk("hello") + DONE
    sent = engine.calls[0].json()
    assert sent["stream_options"]["include_usage"] is True
    assert {name: sent[name] for name in sent if name != "stream_options"} == {
        "model": "lab/chat",
        "messages": [{"role": "user", "content": "hello there"}],
        "stream": True,
    }


def test_usage_is_given_to_who_asked(weir, engine):
    engine.scripts["lab/chat"] = counted
    server = served(weir, engine)
    ending = call(server.public, "lab/chat", stream=True, stream_options={"include_usage": True})
    assert ending.body == chunk("hello") + usage_chunk() + DONE


def test_usage_asked_for_as_false_is_asked_for_all_the_same_and_hidden(weir, engine):
    engine.scripts["lab/chat"] = counted
    server = served(weir, engine)
    options = {"include_usage": False, "other": 1}
    ending = call(server.public, "lab/chat", stream=True, stream_options=options)
    assert ending.body == chunk("hello") + DONE
    assert engine.calls[0].json()["stream_options"] == {"include_usage": True, "other": 1}


def test_usage_beside_a_choice_is_not_hidden(weir, engine):
    """Some engines put usage into the last chunk with text, asked or not."""
    body = chunk("hello", usage=USAGE) + DONE
    engine.scripts["lab/chat"] = as_stream(body)
    server = served(weir, engine)
    assert call(server.public, "lab/chat", stream=True).body == body


def test_a_call_that_is_no_stream_is_not_asked_for_usage(weir, engine):
    server = served(weir, engine)
    assert call(server.public, "lab/chat").status == 200
    assert "stream_options" not in engine.calls[0].json()


def test_an_upstream_can_be_spared_the_question(weir, engine):
    upstream = {"name": "gpu", "url": engine.url, "stream_usage": "never"}
    server = weir(models=[CHAT], upstreams=[upstream])
    assert call(server.public, "lab/chat", stream=True).whole
    assert "stream_options" not in engine.calls[0].json()


def test_a_stream_without_usage_is_settled_by_its_estimate_and_counted(weir, engine):
    engine.scripts["lab/chat"] = as_stream(chunk("hello"), DONE)
    server = served(weir, engine)
    assert call(server.public, "lab/chat", stream=True).whole

    def estimated():
        text = server.admin_get("/metrics").body.decode()
        rows = re.findall(r"^weir_\w*estimate\w*_total(?:\{[^}]*\})? ([0-9.e+]+)$", text, re.MULTILINE)
        return sum(map(float, rows)) >= 1

    eventually(estimated)


def test_an_alias_is_given_back_in_every_event(weir, engine):
    alias = {"id": "Lab/Alias", "sub_types": ["chat"], "upstreams": [{"name": "gpu", "model": "lab/chat"}]}
    server = served(weir, engine, models=[alias])
    ending = call(server.public, "Lab/Alias", stream=True)
    events, left = ending.events()
    assert (left, events[-1]) == (b"", DONE)
    assert {json.loads(told.removeprefix(b"data: "))["model"] for told in events[:-1]} == {"Lab/Alias"}
    assert engine.calls[0].json()["model"] == "lab/chat"


# Readers and writers.

BIG = HELD_AT_MOST + (16 << 20)
PIECE = event(b'{"choices":[{"delta":{"content":"' + b"x" * (32 << 10) + b'"}}]}')
GROWTH_AT_MOST_KIB = 4 << 10


def resident_kib(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def test_a_slow_reader_holds_the_engine_back(weir):
    pieces = [PIECE] * (BIG // len(PIECE))
    with Engine("lab/chat", send_buffer=1 << 16) as engine:
        engine.scripts["lab/chat"] = as_stream(*pieces, DONE)
        server = served(weir, engine)
        assert call(server.public, "lab/chat", stream=True).whole
        before = resident_kib(server)
        with Stream(server.public) as stream:
            stream.open("lab/chat")
            assert stream.next_event() == PIECE
            slow = engine.calls[-1]
            assert slow.stalled.wait(DEADLINE_S)
            assert slow.sent < HELD_AT_MOST
            assert resident_kib(server) - before < GROWTH_AT_MOST_KIB
            assert len(stream.rest()) == len(pieces)


def test_an_event_over_the_bound_breaks_the_stream_visibly(weir, engine):
    first = chunk("hello")
    engine.scripts["lab/chat"] = as_stream(first, chunk("x" * (2 << 20)), DONE)
    server = served(weir, engine, calls={"max_event_bytes": "1MiB"})
    ending = call(server.public, "lab/chat", stream=True)
    events, left = ending.events()
    assert (ending.whole, left, events[0], len(events)) == (False, b"", first, 2)
    assert json.loads(events[1].removeprefix(b"data: "))["error"]["code"] == "upstream_answer_too_large"


MESSAGE_START = b"event: message_start\n" + event({"type": "message_start", "message": {"model": "lab/chat"}})
RESPONSE_CREATED = b"event: response.created\n" + event(
    {"type": "response.created", "sequence_number": 0, "response": {"id": "resp_7", "model": "lab/chat"}}
)
BROKE_OFF = "The answer was interrupted."


@pytest.mark.parametrize(
    ("target", "first", "name", "told"),
    [
        (
            "/v1/chat/completions",
            chunk("hello"),
            None,
            {"error": {"message": BROKE_OFF, "type": "upstream_error", "code": "upstream_broke"}},
        ),
        (
            "/v1/messages",
            MESSAGE_START,
            "error",
            {"type": "error", "error": {"type": "overloaded_error", "message": BROKE_OFF}},
        ),
        (
            "/v1/responses",
            RESPONSE_CREATED,
            "response.failed",
            {
                "type": "response.failed",
                "sequence_number": 1,
                "response": {
                    "id": "resp_7",
                    "object": "response",
                    "status": "failed",
                    "error": {"code": "server_error", "message": BROKE_OFF},
                    "incomplete_details": None,
                    "model": "lab/chat",
                    "output": [],
                    "usage": None,
                },
            },
        ),
    ],
    ids=["chat", "messages", "responses"],
)
def test_a_stream_that_breaks_ends_with_its_apis_error_event(weir, engine, target, first, name, told):
    """The message is framed to its end: a library that reads ahead drops the event if the connection breaks."""
    engine.scripts["lab/chat"] = as_stream(first, b"data: half", end="cut")
    server = served(weir, engine)
    ending = call(server.public, "lab/chat", target=target, stream=True)
    events, left = ending.events()
    assert (ending.status, ending.framed, ending.whole, left) == (200, True, False, b"")
    # The id of a response is sealed, the same in each event.
    (sealed,) = set(re.findall(rb"resp_weir_[\w-]+", ending.body)) or {b"resp_7"}
    events = [event.replace(sealed, b"resp_7") for event in events]
    assert events[:-1] == [first]
    prefix = f"event: {name}\ndata: ".encode() if name else b"data: "
    assert events[-1].startswith(prefix)
    assert json.loads(events[-1].removeprefix(prefix)) == told


def test_an_error_instead_of_a_stream_passes_as_it_is(weir, engine):
    body = b'{"error": {"message": "too long", "code": 20015}}'
    engine.scripts["lab/chat"] = Script((body,), status=400)
    server = served(weir, engine)
    ending = call(server.public, "lab/chat", stream=True)
    assert (ending.status, ending.body) == (400, body)


def test_an_event_of_five_megabytes_passes(weir, engine):
    picture = event({"choices": [{"index": 0, "delta": {"images": ["a" * (5 << 20)]}}]})
    engine.scripts["lab/chat"] = as_stream(picture, DONE)
    ending = call(served(weir, engine).public, "lab/chat", stream=True)
    assert ending.whole
    assert ending.body == picture + DONE


def refuses_options(asked):
    if "stream_options" not in asked.json():
        return as_stream(chunk("word"), DONE)
    return as_json({"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]}, status=422)


def test_refused_stream_options_are_left_out(weir, engine):
    server = weir(models=[CHAT], upstreams=[{"name": "gpu", "url": engine.url, "stream_usage": "always"}])
    engine.scripts["lab/chat"] = refuses_options
    for _ in range(5):
        ending = call(server.public, "lab/chat", stream=True)
        assert (ending.status, ending.body) == (200, chunk("word") + DONE)
    assert len(engine.calls) == 6
    ending = call(server.public, "lab/chat", stream=True, stream_options={"include_usage": True})
    assert ending.status == 422, "what the client asks for is its own"
