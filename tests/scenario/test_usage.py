"""Usage is booked per key, model and day: exactly what upstreams reported, through kill -9 up to
the last second, and never at the cost of a call."""

import json
import sqlite3
import threading
import time

import pytest

from support.caller import Caller, Stream, call, chat_body, multipart, post, usage_rows
from support.engine import DONE, Engine, as_json, as_stream, event, usage
from support.eventually import LOSS_S, SLOWDOWN, eventually
from support.process import KEY
from support.wire import Closed

SECOND = "sk-second-0123456789abcdef0123456789abcdef"
SUB_TYPES = ("chat", "embedding", "reranker", "text-to-image", "speech-to-text")
MODELS = [{"id": f"lab/{sub_type}", "sub_types": [sub_type], "upstreams": [{"name": "gpu"}]} for sub_type in SUB_TYPES]
KEYS = [{"name": "test", "key": KEY}, {"name": "second", "key": SECOND}]


@pytest.fixture
def engine():
    with Engine(*(model["id"] for model in MODELS)) as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, keys=KEYS, upstreams=[{"name": "gpu", "url": engine.url}])


def booked(server):
    """{(key, model): (requests, failed, prompt tokens, completion tokens, images)}"""
    names = ("requests", "failed", "prompt_tokens", "completion_tokens", "images")
    found = {}
    for row in usage_rows(server):
        key = (row["key_id"].removeprefix("config:"), row["model"])
        found[key] = tuple(map(sum, zip(found.get(key, (0,) * 5), (row[name] for name in names), strict=True)))
    return found


def becomes(server, expected):
    def right():
        found = booked(server)
        assert found == expected
        return True

    eventually(right)


def test_what_upstreams_reported_is_what_is_booked(server, engine):
    for number in range(5):
        call(server.public, "lab/chat", f"number {number}")  # 2 + 4
        call(server.public, "lab/chat", f"number {number}", stream=True)  # 2 + 4
    call(server.public, "lab/chat", "one more word", stream=True, key=SECOND)  # 3 + 5
    embed = json.dumps({"model": "lab/embedding", "input": ["a b c", "d"]}).encode()  # 4
    post(server.public, "/v1/embeddings", embed)
    rank = json.dumps({"model": "lab/reranker", "query": "q r", "documents": ["a", "b c"]}).encode()  # 5
    post(server.public, "/v1/rerank", rank)
    draw = json.dumps({"model": "lab/text-to-image", "prompt": "p", "batch_size": 3}).encode()
    post(server.public, "/v1/images/generations", draw)

    becomes(
        server,
        {
            ("test", "lab/chat"): (10, 0, 20, 40, 0),
            ("second", "lab/chat"): (1, 0, 3, 5, 0),
            ("test", "lab/embedding"): (1, 0, 4, 0, 0),
            ("test", "lab/reranker"): (1, 0, 5, 0, 0),
            ("test", "lab/text-to-image"): (1, 0, 0, 0, 3),
        },
    )


def test_failures_are_booked_as_such_and_refusals_are_not(server, engine):
    engine.scripts["lab/chat"] = as_json({"error": "broken"}, status=500)
    assert call(server.public, "lab/chat").status == 503
    engine.scripts["lab/chat"] = as_stream(event({"choices": []}), end="cut")
    assert not call(server.public, "lab/chat", stream=True).whole
    assert call(server.public, "lab/none").status == 404
    assert call(server.public, "lab/chat", key="sk-unknown-0123456789abcdef0123456789").status == 401

    def two_failed():
        rows = [row for row in usage_rows(server) if row["model"] == "lab/chat"]
        assert [(row["requests"], row["failed"]) for row in rows] == [(2, 2)]
        assert not [row for row in usage_rows(server) if row["model"] != "lab/chat"]
        return True

    eventually(two_failed)


def test_without_reported_usage_an_estimate_is_booked_and_marked(server, engine):
    engine.scripts["lab/chat"] = as_stream(event({"choices": [{"delta": {"content": "hi"}}]}), DONE)
    assert call(server.public, "lab/chat", stream=True).whole

    def marked():
        rows = usage_rows(server)
        assert [(row["requests"], row["estimated"]) for row in rows] == [(1, 1)]
        return rows[0]["prompt_tokens"] > 0

    eventually(marked)


def test_who_leaves_with_the_last_word_pays_what_was_reported(server, engine):
    """Not the events, of which there are more: nothing was cut."""
    hold = threading.Event()
    word = event({"choices": [{"delta": {"content": "hi"}}]})
    engine.scripts["lab/chat"] = as_stream(*[word] * 9, event({"choices": [], "usage": usage(2, 3)}), DONE, hold)
    with Stream(server.public) as stream:
        stream.open("lab/chat", stream_options={"include_usage": True})
        while stream.next_event() != DONE:
            pass
    becomes(server, {("test", "lab/chat"): (1, 1, 2, 3, 0)})
    hold.set()


def test_the_table_is_for_people_and_has_filters(server, engine):
    assert server.cli("usage").stdout.startswith("No calls")
    call(server.public, "lab/chat")
    call(server.public, "lab/chat", key=SECOND)
    eventually(lambda: len(usage_rows(server)) == 2)
    table = server.cli("usage").stdout
    assert "lab/chat" in table
    assert "second" in table
    assert len(usage_rows(server, "--key", "second")) == 1
    assert len(usage_rows(server, "--model", "lab/*")) == 2
    assert usage_rows(server, "--model", "other/*") == []
    assert usage_rows(server, "--to", "2001-01-01") == []
    assert len(usage_rows(server, "--by", "model")) == 1
    wrong = server.cli("usage", "--from", "yesterdayish", check=False)
    assert wrong.returncode != 0
    assert "yesterdayish" in wrong.stderr


def test_a_stop_books_everything(server):
    for _ in range(10):
        assert call(server.public, "lab/chat").status == 200
    server.stop()
    assert booked(server) == {("test", "lab/chat"): (10, 0, 20, 40, 0)}


def test_kill_9_loses_at_most_the_last_second(server):
    """Calls go on until the kill. Usage of calls answered long enough before it is stored; none is
    stored twice."""
    answered, over = [], threading.Event()

    def client():
        with Caller(server.public) as caller:
            while not over.is_set():
                try:
                    caller.call("lab/chat")
                    if caller.ending().status == 200:
                        answered.append(time.monotonic())
                except (OSError, Closed):
                    return

    thread = threading.Thread(target=client)
    thread.start()
    eventually(lambda: answered and answered[-1] - answered[0] > LOSS_S + 1.5 * SLOWDOWN)
    killed = time.monotonic()
    server.kill()
    over.set()
    thread.join()
    server.start()

    found = booked(server)[("test", "lab/chat")]
    old = sum(1 for moment in answered if moment < killed - LOSS_S)
    assert old <= found[0] <= len(answered) + 1
    assert found[2:4] == (2 * found[0], 4 * found[0])


def test_a_store_that_cannot_be_written_stops_no_call_and_loses_nothing(server):
    """Another process holds the write lock: nothing can be stored until it lets go."""
    assert call(server.public, "lab/chat").status == 200
    becomes(server, {("test", "lab/chat"): (1, 0, 2, 4, 0)})
    other = sqlite3.connect(server.directory / "weir.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(50):
        assert call(server.public, "lab/chat").status == 200

    def failing():
        text = server.admin_get("/metrics").body.decode()
        return "weir_usage_flush_failures_total" in text and "weir_usage_flush_failures_total 0" not in text

    eventually(failing)
    assert call(server.public, "lab/chat").status == 200
    other.execute("ROLLBACK")
    other.close()
    becomes(server, {("test", "lab/chat"): (52, 0, 104, 208, 0)})


def test_a_form_is_booked_too(server):
    content_type, body = multipart(("model", "lab/speech-to-text"), ("file", "a.wav", b"\0" * 1000))
    assert post(server.public, "/v1/audio/transcriptions", body, content_type=content_type).status == 200
    becomes(server, {("test", "lab/speech-to-text"): (1, 0, 0, 0, 0)})


def test_the_day_is_that_of_the_call_in_utc(server):
    before = time.strftime("%Y-%m-%d", time.gmtime())
    assert post(server.public, "/v1/chat/completions", chat_body("lab/chat")).status == 200
    (row,) = eventually(lambda: usage_rows(server))
    assert row["day"] in (before, time.strftime("%Y-%m-%d", time.gmtime()))
