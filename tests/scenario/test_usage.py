"""Usage is booked per key, model and day: exactly what upstreams reported, through kill -9 to
the last answered call, and never at the cost of a call."""

import contextlib
import json
import os
import signal
import sqlite3
import threading
import time

import pytest

from support.caller import Caller, Stream, call, chat_body, multipart, post, usage_rows
from support.damage import a_folder, foreign, open_to_all
from support.engine import DONE, Engine, as_json, as_stream, event, usage
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.wire import Closed

SECOND = "sk-second-0123456789abcdef0123456789abcdef"
SUB_TYPES = ("chat", "embedding", "reranker", "text-to-image", "speech-to-text")
MODELS = [{"id": f"lab/{sub_type}", "sub_types": [sub_type], "upstreams": [{"name": "gpu"}]} for sub_type in SUB_TYPES]
CYCLES = int(os.environ.get("WEIR_KILL_CYCLES", "20"))
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
    return {
        (row["key_id"].removeprefix("config:"), row["model"]): tuple(row[name] for name in names)
        for row in usage_rows(server)
    }


def usage_file(server):
    """Made at the first flush."""
    return eventually(lambda: next(server.directory.glob("weir-usage.db"), None))


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


def clients(server, number=4):
    """Clients that call until they are told to stop, or the server is gone. Returns how to end
    them: a call that returns the number of whole answers."""
    answered, over = [], threading.Event()

    def client():
        # The server may be gone before a slow client has connected.
        with contextlib.suppress(OSError, Closed), Caller(server.public) as caller:
            while not over.is_set():
                caller.call("lab/chat")
                reply = caller.ending()
                if reply.status == 200 and reply.whole:
                    answered.append(time.monotonic())
                if reply.header("connection") == "close":
                    return

    threads = [threading.Thread(target=client) for _ in range(number)]
    for thread in threads:
        thread.start()

    def end():
        over.set()
        for thread in threads:
            thread.join()
        return len(answered)

    end.answered = answered
    return end


def test_kill_9_loses_no_answered_call_and_counts_none_twice(server):
    """In any of its moments; some kills come before the first flush, some between two."""
    total = most = 0
    for number in range(CYCLES):
        end = clients(server)
        eventually(lambda end=end, number=number: len(end.answered) > 1 + number % 7 * 20)
        server.kill()
        if number % 4 == 1:  # it is killed once more while it may be reading what is left
            server.start(wait=False)
            threading.Event().wait(number * 0.002)
            server.kill()
        answered = end()
        total, most = total + answered, most + answered + 4  # a client may have one in flight
        server.start()
        found = booked(server)[("test", "lab/chat")]
        assert total <= found[0] <= most, f"kill {number}"
        assert found[2:4] == (2 * found[0], 4 * found[0])
        total, most = found[0], found[0]
    # One that a server left empty, as it was killed while making it, is removed once it is old.
    left = [file for file in server.directory.glob("weir.db.usage-*") if any(file.read_bytes())]
    assert not left[1:], "only that of the running server"


def test_without_a_new_start_the_command_counts_what_was_left(server):
    end = clients(server, 1)
    eventually(lambda: len(end.answered) > 5)
    server.kill()
    answered = end()
    assert answered <= booked(server)[("test", "lab/chat")][0] <= answered + 1
    assert not list(server.directory.glob("weir.db.usage-*"))


def test_a_kill_while_the_store_cannot_be_written_loses_nothing(server):
    """More batches than one wait then."""
    assert call(server.public, "lab/chat").status == 200
    becomes(server, {("test", "lab/chat"): (1, 0, 2, 4, 0)})
    other = sqlite3.connect(usage_file(server), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(20):
        assert call(server.public, "lab/chat").status == 200
    eventually(lambda: sum(server.samples("weir_usage_flush_failures_total")) > 0)
    for _ in range(20):
        assert call(server.public, "lab/chat").status == 200
    server.kill()
    other.execute("ROLLBACK")
    other.close()
    server.start()
    assert booked(server) == {("test", "lab/chat"): (41, 0, 82, 164, 0)}


def test_a_server_that_is_killed_while_it_drains_loses_nothing(weir, engine):
    """Its successor, which runs already, counts what it left."""
    hold = threading.Event()
    old = weir(
        models=MODELS,
        keys=KEYS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        server={"takeover_socket": "takeover.sock"},
        usage={"flush_interval": "1m"},
    )
    for _ in range(7):
        assert call(old.public, "lab/chat").status == 200
    engine.scripts["lab/chat"] = as_stream(event({"n": 1}), hold, DONE)
    with Stream(old.public) as stream:
        stream.open("lab/chat")
        stream.next_event()
        old.write_config(**{**old.config, "usage": {"flush_interval": "50ms"}})
        new = old.successor()
        old.kill()
        hold.set()

        def counted():
            with contextlib.closing(sqlite3.connect(usage_file(old))) as file:
                return file.execute("SELECT coalesce(sum(requests), 0) FROM usage").fetchone()[0] == 7

        eventually(counted)
    new.stop()


def newer(file):
    text = bytearray(file.read_bytes())
    text[11:12] = b"9"
    file.write_bytes(text)


@pytest.mark.parametrize("become", [foreign, newer, open_to_all, a_folder])
def test_what_is_left_but_is_no_usage_is_reported_and_left_alone(server, become):
    (file,) = server.directory.glob("weir.db.usage-*")
    server.kill()
    become(file)
    server.start()
    (line,) = server.log.where(
        msg="a file of usage that is not in the store cannot be read; it is left alone", file=str(file)
    )
    assert line["detail"]
    assert file.exists()
    assert call(server.public, "lab/chat").status == 200


def test_what_is_left_but_was_cut_is_read_as_far_as_it_goes(server):
    (file,) = server.directory.glob("weir.db.usage-*")
    other = sqlite3.connect(usage_file(server), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert call(server.public, "lab/chat").status == 200
    server.kill()
    os.truncate(file, 8 << 10)
    other.close()
    server.start()
    assert server.log.where(msg="listening")
    assert set(booked(server)) <= {("test", "lab/chat")}


@pytest.mark.parametrize("left", [0, 4096])
def test_a_file_that_is_cut_under_a_running_server_loses_no_call(server, left):
    (file,) = server.directory.glob("weir.db.usage-*")
    for _ in range(3):
        assert call(server.public, "lab/chat").status == 200
    os.truncate(file, left)
    for _ in range(3):
        assert call(server.public, "lab/chat").status == 200
    eventually(lambda: [line for line in server.log.all if "keeps usage from kill -9 was cut" in str(line)])
    becomes(server, {("test", "lab/chat"): (6, 0, 12, 24, 0)})


def test_a_stop_leaves_no_file(server):
    assert call(server.public, "lab/chat").status == 200
    server.stop()
    assert not list(server.directory.glob("weir.db.usage-*"))


def test_a_stop_while_the_store_cannot_be_written_leaves_all_to_the_next_start(server):
    other = sqlite3.connect(usage_file(server), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(5):
        assert call(server.public, "lab/chat").status == 200
    server.signal(signal.SIGTERM)
    server.process.wait(DEADLINE_S)
    server.log.join()
    assert [line for line in server.log.all if "the next start does it" in str(line)]
    other.close()
    server.start()
    assert booked(server) == {("test", "lab/chat"): (5, 0, 10, 20, 0)}


def test_a_store_that_cannot_be_written_stops_no_call_and_loses_nothing(server):
    """Another process holds the write lock: nothing can be stored until it lets go."""
    assert call(server.public, "lab/chat").status == 200
    becomes(server, {("test", "lab/chat"): (1, 0, 2, 4, 0)})
    other = sqlite3.connect(usage_file(server), isolation_level=None, check_same_thread=False)
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
    (row,) = eventually(lambda: usage_rows(server, "--by", "day,key,model"))
    assert row["day"] in (before, time.strftime("%Y-%m-%d", time.gmtime()))


def add_days(database, *ago):
    """Puts 3,000 rows of each of these days into the file."""
    today = int(time.time() // 86_400)
    with contextlib.closing(sqlite3.connect(database, timeout=DEADLINE_S)) as file, file:
        file.executemany(
            "INSERT INTO usage VALUES (?, ?, 'lab/old', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
            [(today - days, f"config:{number}") for days in ago for number in range(3_000)],
        )


def days_booked(server):
    rows = usage_rows(server, "--from", "2000-01-01", "--by", "day")
    return {row["day"]: row["requests"] for row in rows}


def test_days_beyond_the_retention_are_deleted_while_calls_and_keys_go_on(weir, engine):
    server = weir(models=MODELS, keys=KEYS, upstreams=[{"name": "gpu", "url": engine.url}], usage={"retention_days": 0})
    assert call(server.public, "lab/chat").status == 200
    add_days(usage_file(server), 500, 40, 1)
    eventually(lambda: len(days_booked(server)) == 4)
    server.write_config(**{**server.config, "usage": {"retention_days": 30, "flush_interval": "50ms"}})
    server.create_key("meanwhile")

    eventually(lambda: len(days_booked(server)) == 2)
    assert list(days_booked(server).values()) == [3_000, 1]
    (line,) = eventually(lambda: server.log.where(msg="deleted old usage"))
    assert line["retention_days"] == 30
    assert line["rows"] >= 6_000


def test_months_are_summed_beside_calls_and_every_sum_stays(weir, engine):
    server = weir(models=MODELS, keys=KEYS, upstreams=[{"name": "gpu", "url": engine.url}], usage={"detail_days": 0})
    assert call(server.public, "lab/chat").status == 200
    add_days(usage_file(server), 130, 129, 128, 40, 1)
    eventually(lambda: len(days_booked(server)) == 6)

    def sums():
        span = ("--from", "2000-01-01")
        return [usage_rows(server, *span, "--by", by) for by in ("day", "key", "model", "key,model", "day,key")]

    before = sums()
    server.write_config(**{**server.config, "usage": {"detail_days": 31, "flush_interval": "50ms"}})

    def rows_left():
        with contextlib.closing(sqlite3.connect(usage_file(server), timeout=DEADLINE_S)) as file:
            return file.execute("SELECT count(*) FROM usage").fetchone()[0]

    eventually(lambda: rows_left() < 3 * 3_000)
    assert sums() == before
    assert call(server.public, "lab/chat").status == 200


def test_prune_deletes_days_beside_a_running_server(server):
    add_days(usage_file(server), 300, 200, 1)
    assert call(server.public, "lab/chat").status == 200
    eventually(lambda: len(days_booked(server)) == 4)
    wrong = server.cli("usage", "prune", check=False)
    assert wrong.returncode != 0
    assert "--before" in wrong.stderr

    before = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 200 * 86_400))
    assert server.cli("usage", "prune", "--before", before).stdout == f"Deleted the usage of the days before {before}.\n"
    assert list(days_booked(server).values()) == [3_000, 3_000, 1]
    late = server.cli("usage", "prune", "--before", "2100-01-01", check=False)
    assert late.returncode != 0
    assert "not after today" in late.stderr


def test_a_full_file_of_usage_holds_up_neither_calls_nor_keys(weir, engine):
    server = weir(
        models=MODELS,
        keys=KEYS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        usage={"store_bytes": "1MiB", "retention_days": 0, "flush_interval": "50ms"},
    )
    assert call(server.public, "lab/chat").status == 200
    becomes(server, {("test", "lab/chat"): (1, 0, 2, 4, 0)})
    add_days(usage_file(server), *range(10, 20))  # beyond 1 MiB: another process has no bound
    served = []

    def status(key):
        answer = call(server.public, "lab/chat", key=key).status
        served.extend([key] * (answer == 200))
        return answer

    other = server.create_key("other")
    many = [server.create_key(f"number {number}") for number in range(60)]  # more rows than fit into one page
    for key in (other, *many):
        eventually(lambda key=key: status(key) == 200)
    (line,) = eventually(lambda: server.log.where(msg="usage cannot be written; it is kept and written later"))
    assert "weir-usage.db" in line["detail"] and "usage.store_bytes" in line["detail"]

    text = server.cli("keys", "rotate", "other", "--overlap", "0").stdout.split()[0]
    eventually(lambda: status(text) == 200)
    server.cli("keys", "revoke", "other")
    eventually(lambda: status(text) == 401)
    assert server.cli("usage", "prune", "--before", time.strftime("%Y-%m-%d", time.gmtime())).returncode == 0
    eventually(lambda: server.log.where(msg="usage is written again"))
    assert sum(requests for requests, *_ in booked(server).values()) == 1 + len(served)


def test_usage_of_an_older_version_is_moved_into_its_own_file(weir, engine):
    """Through kills in the middle; a server of that version may still write while it drains."""
    upstreams = [{"name": "gpu", "url": engine.url}]
    server = weir(models=MODELS, keys=KEYS, upstreams=upstreams, usage={"flush_interval": "50ms"})
    store = server.directory / "weir.db"
    for number in range(6):
        add_days(store, 20 - number)
        threading.Event().wait(number * 0.02)
        server.kill()
        server.start()
    assert list(days_booked(server).values()) == [3_000] * 6
    with contextlib.closing(sqlite3.connect(store)) as file:
        left = [file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("usage", "usage_moving")]
    assert left == [0, 0]
