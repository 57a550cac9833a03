"""The limits of a key, and of a key and a model, as a caller meets them: what is refused, what the
refusal says, and that no window ever holds more than its limit."""

import collections
import contextlib
import datetime
import itertools
import json
import random
import socket
import threading
import time

import pytest

from support.caller import Caller, Told, call, chat_body, post
from support.engine import Engine, Script, as_json, as_stream, chat, event, usage
from support.eventually import SLOWDOWN, eventually
from support.process import KEY
from support.wire import Closed

MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
    {"id": "lab/other", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
    {"id": "lab/paint", "sub_types": ["text-to-image"], "upstreams": [{"name": "gpu"}]},
]
FREE = "sk-free-0123456789abcdef0123456789abcdef"


@pytest.fixture
def engine():
    with Engine(*(model["id"] for model in MODELS)) as engine:
        yield engine


def limited(weir, engine, **limits):
    return weir(
        models=MODELS,
        upstreams=[{"name": "gpu", "url": engine.url}],
        keys=[{"name": "test", "key": KEY, **limits}, {"name": "free", "key": FREE}],
    )


def is_refusal(ending, limit, within=60):
    assert ending.status == 429, (ending.status, ending.body)
    text = f"Request was rejected due to rate limiting. Details:{limit} limit reached."
    assert ending.body == Told(429, text)
    assert 1 <= int(ending.header("retry-after")) <= within


def paint(server, count, **options):
    body = json.dumps({"model": "lab/paint", "prompt": "p", "batch_size": count}).encode()
    return post(server.public, "/v1/images/generations", body, **options)


@pytest.mark.parametrize("more", ['"batch_size":2,"n":1', '"n":2', '"n":1,"batch_size":2'])
def test_images_are_counted_however_many_are_asked_for(weir, engine, more):
    server = limited(weir, engine, images_per_minute=3)
    body = f'{{"model":"lab/paint","prompt":"p",{more}}}'.encode()
    assert post(server.public, "/v1/images/generations", body).status == 200
    is_refusal(post(server.public, "/v1/images/generations", body), "IPM")


@pytest.mark.parametrize("count", ['"2"', "2.0", "0"])
def test_a_number_of_images_that_cannot_be_counted_is_refused(weir, engine, count):
    server = limited(weir, engine, images_per_minute=3)
    body = f'{{"model":"lab/paint","prompt":"p","n":{count}}}'.encode()
    ending = post(server.public, "/v1/images/generations", body)
    assert (ending.status, ending.json()["code"]) == (400, 20015)
    assert not engine.calls


def test_a_small_limit_does_not_shut_out_who_names_no_max_tokens(weir, engine):
    server = limited(weir, engine, tokens_per_minute=200)
    assert call(server.public, "lab/chat").status == 200


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("setting", "name", "within"), [("requests_per_minute", "RPM", 60), ("requests_per_day", "RPD", DAY)]
)
def test_requests(weir, engine, setting, name, within):
    server = limited(weir, engine, **{setting: 3})
    assert [call(server.public, "lab/chat").status for _ in range(3)] == [200] * 3
    is_refusal(call(server.public, "lab/other"), name, within)
    assert call(server.public, "lab/chat", key=FREE).status == 200
    assert len(engine.calls) == 4


@pytest.mark.parametrize(
    ("setting", "name", "within"), [("tokens_per_minute", "TPM", 60), ("tokens_per_day", "TPD", DAY)]
)
def test_tokens_are_reserved_at_admission_and_settled_by_the_report(weir, engine, setting, name, within):
    server = limited(weir, engine, **{setting: 1000})
    hold = threading.Event()
    engine.scripts["lab/chat"] = lambda made: Script(chat(made).pieces, hold=hold)
    with Caller(server.public) as first:
        first.call("lab/chat", max_tokens=600)
        eventually(lambda: engine.calls)
        # 600 are reserved, and 600 more are too many.
        is_refusal(call(server.public, "lab/chat", max_tokens=600), name, within)
        hold.set()
        assert first.ending().status == 200
    # Six were used; the rest was refunded.
    eventually(lambda: call(server.public, "lab/chat", max_tokens=600).status == 200)
    assert len(engine.calls) == 2


def test_tokens_beyond_the_reservation_are_a_debt(weir, engine):
    server = limited(weir, engine, tokens_per_minute=1000)
    engine.scripts["lab/chat"] = as_json({"choices": [], "usage": usage(2, 1500)})
    assert call(server.public, "lab/chat", max_tokens=10).status == 200
    eventually(lambda: call(server.public, "lab/chat", max_tokens=1).status == 429)
    is_refusal(call(server.public, "lab/chat", max_tokens=1), "TPM")


@pytest.mark.parametrize(
    "asked",
    [
        {"prompt": ["one"] * 30, "max_tokens": 100},
        {"prompt": [[1, 2], [3]] * 15, "max_tokens": 100},
        {"prompt": "one", "n": 30, "max_tokens": 100},
        {"prompt": "one", "best_of": 30, "max_tokens": 100},
        {"prompt": [7] * 3100, "max_tokens": 1},
    ],
)
def test_every_answer_to_every_prompt_is_reserved(weir, engine, asked):
    server = limited(weir, engine, tokens_per_minute=3000)
    refused = post(server.public, "/v1/completions", json.dumps({"model": "lab/chat", **asked}).encode())
    assert refused.status == 429
    assert b"Details:TPM limit reached." in refused.body
    assert not engine.calls
    fewer = {"model": "lab/chat", "prompt": ["one"] * 20, "max_tokens": 100}
    assert post(server.public, "/v1/completions", json.dumps(fewer).encode()).status == 200


def test_a_stream_is_settled_by_its_usage(weir, engine):
    server = limited(weir, engine, tokens_per_minute=1000)
    for _ in range(20):
        eventually(lambda: call(server.public, "lab/chat", stream=True, max_tokens=700).status == 200)


def test_a_stream_that_was_cut_counts_its_events(weir, engine):
    """A stream of messages reports a usage at its start, of one token, and the whole at its end."""
    server = limited(weir, engine, tokens_per_minute=1000)
    start = event({"type": "message_start", "message": {"usage": {"input_tokens": 25, "output_tokens": 1}}})
    delta = event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "so "}})
    engine.scripts["lab/chat"] = as_stream(start, *[delta] * 500, end="cut")
    assert post(server.public, "/v1/messages", chat_body("lab/chat", stream=True, max_tokens=900)).status == 200
    engine.scripts.clear()
    eventually(lambda: call(server.public, "lab/chat", max_tokens=300).status == 200)
    is_refusal(call(server.public, "lab/chat", max_tokens=600), "TPM")


def test_a_call_that_the_upstream_refused_gives_its_tokens_back(weir, engine):
    server = limited(weir, engine, tokens_per_minute=1000)
    engine.scripts["lab/chat"] = as_json({"error": "no"}, status=400)
    for _ in range(5):
        eventually(lambda: call(server.public, "lab/chat", max_tokens=900).status == 400)


@pytest.mark.parametrize(
    ("setting", "name", "within"), [("images_per_minute", "IPM", 60), ("images_per_day", "IPD", DAY)]
)
def test_images(weir, engine, setting, name, within):
    server = limited(weir, engine, **{setting: 3})
    assert paint(server, 2).status == 200
    is_refusal(paint(server, 2), name, within)
    assert paint(server, 1).status == 200
    is_refusal(paint(server, 1), name, within)
    assert call(server.public, "lab/chat").status == 200


def test_calls_in_flight(weir, engine):
    server = limited(weir, engine, max_in_flight=2)
    hold = threading.Event()
    engine.scripts["lab/chat"] = as_stream(b"data: {}\n\n", hold, b"data: [DONE]\n\n")
    with Caller(server.public) as first, Caller(server.public) as second:
        for caller in (first, second):
            caller.call("lab/chat", stream=True)
            caller.receive_head()
        is_refusal(call(server.public, "lab/chat"), "concurrency")
        # The list is not a call in flight.
        assert server.get("/v1/models").status == 200
        hold.set()
        eventually(lambda: call(server.public, "lab/other").status == 200)


def test_limits_of_a_model_are_its_own(weir, engine):
    limits = [{"models": "lab/c*", "requests_per_minute": 1}, {"models": "*", "requests_per_minute": 2}]
    server = limited(weir, engine, requests_per_minute=10, model_limits=limits)
    assert call(server.public, "lab/chat").status == 200
    is_refusal(call(server.public, "lab/chat"), "RPM")
    assert [call(server.public, "lab/other").status for _ in range(3)] == [200, 200, 429]
    assert paint(server, 1).status == 200
    assert call(server.public, "lab/chat", key=FREE).status == 200


def test_a_refusal_by_one_limit_takes_nothing_of_another(weir, engine):
    server = limited(weir, engine, requests_per_minute=3, images_per_minute=1)
    assert paint(server, 1).status == 200
    for _ in range(5):
        is_refusal(paint(server, 1), "IPM")
    assert [call(server.public, "lab/chat").status for _ in range(3)] == [200, 200, 429]


def test_where_the_caller_stands_is_told(weir, engine):
    server = limited(weir, engine, requests_per_minute=5, tokens_per_minute=10_000)
    for left in (4, 3):
        ending = call(server.public, "lab/chat", max_tokens=10)
        assert ending.header("x-ratelimit-limit-requests") == "5"
        assert ending.header("x-ratelimit-remaining-requests") == str(left)
        assert ending.header("x-ratelimit-limit-tokens") == "10000"
        assert 0 < int(ending.header("x-ratelimit-remaining-tokens")) < 10_000
        assert ending.header("x-ratelimit-reset-requests")
    assert call(server.public, "lab/chat", key=FREE).header("x-ratelimit-limit-requests") is None


def test_lists_and_calls_share_the_requests(weir, engine):
    server = limited(weir, engine, requests_per_minute=2)
    assert server.get("/v1/models").status == 200
    assert call(server.public, "lab/chat").status == 200
    assert server.get("/v1/models").status == 429
    is_refusal(call(server.public, "lab/chat"), "RPM")


def test_a_stored_key_has_limits_too(weir, engine):
    server = limited(weir, engine)
    key = server.create_key("ada", "--rpm", "2", "--max-in-flight", "1")
    eventually(lambda: server.get("/v1/models/none", key=key).status == 404)
    assert [call(server.public, "lab/chat", key=key).status for _ in range(2)] == [200, 429]


# The audit: many clients, some of which disconnect; the server records what it admitted, and the test
# checks that independently.

CLIENTS = 256
CALLS_EACH = 6
WINDOW_S = 60


class Storm:
    """CLIENTS threads that call, and leave at random; the engine answers in a random order."""

    def __init__(self, server, engine, seed):
        self.server = server
        self.dice = random.Random(seed)
        self.engine = engine
        self.held = []  # (marker, release)
        self.began, self.released, self.left = {}, {}, {}  # marker: moment
        self.statuses = collections.Counter()
        self.lock = threading.Lock()
        engine.scripts["lab/chat"] = self._script

    def _script(self, made):
        marker = made.json()["messages"][0]["content"]
        release = threading.Event()
        script = chat(made)
        with self.lock:
            self.began[marker] = time.monotonic()
            self.held.append((marker, release))
        return Script(script.pieces, content_type=script.content_type, framing=script.framing, hold=release)

    def _release_all(self, over):
        while not over.wait(0.002):
            with self.lock:
                self.dice.shuffle(self.held)
                while self.held:
                    marker, release = self.held.pop()
                    self.released[marker] = time.monotonic()
                    release.set()

    def _client(self, number, dice):
        for turn in range(CALLS_EACH):
            marker = f"client-{number} turn-{turn}"
            with contextlib.suppress(OSError, Closed), Caller(self.server.public) as caller:
                caller.call("lab/chat", marker, stream=dice.random() < 0.5, max_tokens=10)
                if dice.random() < 0.3:
                    self._leave(caller, marker, dice)
                else:
                    status = caller.ending().status
                    with self.lock:
                        self.statuses[status] += 1

    def _leave(self, caller, marker, dice):
        """At once, or when the engine has the call, or soon after."""
        with contextlib.suppress(AssertionError):
            eventually(lambda: marker in self.began, within=dice.random() * 0.05)
        self.left[marker] = time.monotonic()
        caller.socket.shutdown(socket.SHUT_RDWR)

    def run(self):
        over = threading.Event()
        releaser = threading.Thread(target=self._release_all, args=(over,))
        releaser.start()
        seeds = [self.dice.random() for _ in range(CLIENTS)]
        clients = [threading.Thread(target=self._client, args=(n, random.Random(s))) for n, s in enumerate(seeds)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        over.set()
        releaser.join()

    def most_at_once(self):
        """Calls that were certainly under way together: from when the engine had one to when it let
        it go, or its client left."""
        moments = []
        for marker, began in self.began.items():
            ended = min(self.released.get(marker, began), self.left.get(marker, float("inf")))
            moments += [(began, 1), (max(began, ended), -1)]
        return max(itertools.accumulate(change for _, change in sorted(moments, key=lambda moment: moment)), default=0)


def admissions(server):
    """(moment, tokens) of each call that was admitted, by the access log's own account."""
    lines = [line for line in server.access.where(method="POST") if "model" in line and "limit" not in line]
    return [(seconds(line["time"]), tokens(line)) for line in lines]


def tokens(line):
    return line.get("estimated_tokens", 0) or line.get("input_tokens", 0) + line.get("output_tokens", 0)


def seconds(timestamp):
    return datetime.datetime.fromisoformat(timestamp).timestamp()


def fullest_window(history):
    """The most that any rolling window holds. Tries the window that ends at each admission."""
    history = sorted(history)
    return max(
        (sum(cost for at, cost in history if end - WINDOW_S < at <= end) for end, _ in history),
        default=0,
    )


def test_the_checker_finds_windows_across_a_boundary():
    assert fullest_window([(0, 1), (59.9, 2), (60, 4), (119, 8)]) == 14
    assert fullest_window([]) == 0


@pytest.fixture
def seed():
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    return seed


def stopped(server):
    """A stop writes the whole access log."""
    server.stop()
    return server


def test_audit_of_requests(weir, engine, seed):
    limit = 400
    server = limited(weir, engine, requests_per_minute=limit)
    storm = Storm(server, engine, seed)
    storm.run()
    history = [(at, 1) for at, _ in admissions(stopped(server))]
    assert fullest_window(history) == limit
    assert len(engine.calls) <= len(history)
    assert storm.statuses[429] > 0
    assert set(storm.statuses) == {200, 429}


def test_audit_of_tokens(weir, engine, seed):
    """Each call reserves its prompt and ten tokens, and uses six: all windows hold, and none is
    left half empty by refunds."""
    limit = 4000
    server = limited(weir, engine, tokens_per_minute=limit)
    storm = Storm(server, engine, seed)
    storm.run()
    history = admissions(stopped(server))
    assert limit / 4 < fullest_window(history) <= limit
    assert set(storm.statuses) == {200, 429}


def test_audit_of_calls_in_flight(weir, engine, seed):
    limit = 24
    server = limited(weir, engine, max_in_flight=limit)
    storm = Storm(server, engine, seed)
    storm.run()
    assert 1 < storm.most_at_once() <= limit
    assert set(storm.statuses) == {200, 429}

    # Every slot is free again: as many calls as ever can be held at once.
    eventually(lambda: holds(server, engine, limit))


def holds(server, engine, count):
    hold = threading.Event()
    engine.scripts["lab/other"] = Script((b"{}",), hold=hold)
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(Caller(server.public)) for _ in range(count)]
        for caller in callers:
            caller.call("lab/other")
        eventually(lambda: engine.in_flight["lab/other"] == count, within=5 * SLOWDOWN)
        hold.set()
        assert {caller.ending().status for caller in callers} == {200}
    return True


def test_the_checkers_clock_reads_access_lines():
    evening, morning = "2026-11-23T23:59:59.372892Z", "2026-11-24T00:00:01.5Z"
    assert seconds(morning) - seconds(evening) == pytest.approx(2.127108)
