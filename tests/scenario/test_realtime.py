"""Realtime sessions: WebSockets that are relayed, metered and ended as calls are."""

import json
import socket

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from support.caller import usage_rows
from support.eventually import DEADLINE_S, eventually
from support.process import KEY
from support.realtime_engine import RealtimeEngine, answer
from support.wire import head

MODEL = "lab/talk"
LIMITED = "sk-limited-0123456789abcdef0123456789abcdef"
NARROW = "sk-narrow-0123456789abcdef0123456789abcdef"
KEYS = [
    {"name": "test", "key": KEY},
    {"name": "limited", "key": LIMITED, "tokens_per_minute": 10},
    {"name": "narrow", "key": NARROW, "models": ["other/*"]},
]


@pytest.fixture
def engine():
    with RealtimeEngine() as engine:
        yield engine


def start(weir, *engines, **more):
    models = [{"id": MODEL, "aliases": ["gpt-realtime"], "sub_types": ["chat"],
               "upstreams": [{"name": engine.name, "model": "theirs"} for engine in engines]}]  # fmt: skip
    upstreams = [{"name": engine.name, "url": engine.url, "api_key": "sk-upstream"} for engine in engines]
    return weir(models=models, upstreams=upstreams, **{"keys": KEYS, **more})


@pytest.fixture
def server(weir, engine):
    return start(weir, engine)


def session(server, query=f"?model={MODEL}", key=KEY, path="/v1/realtime", **options):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return connect(
        f"ws://127.0.0.1:{server.public}{path}{query}", additional_headers=headers, open_timeout=DEADLINE_S,
        close_timeout=DEADLINE_S, max_size=None, proxy=None, **options,
    )  # fmt: skip


def receive(client):
    return json.loads(client.recv(timeout=DEADLINE_S))


def send(client, kind, **members):
    client.send(json.dumps({"type": kind, **members}))


def ending(client):
    """(close code, events before it)"""
    events = []
    try:
        while True:
            events.append(receive(client))
    except ConnectionClosed:
        return client.close_code, events


def access_lines(server):
    return server.access.where(path="/v1/realtime") or server.access.where(route="realtime")


def last_line(server):
    return eventually(lambda: access_lines(server), what="the access line")[-1]


def test_a_session_is_relayed_and_metered(server, engine):
    with session(server) as client:
        there = engine.next_session()
        assert receive(client) == {"type": "session.created", "session": {"type": "realtime", "model": MODEL}}
        send(client, "response.create")
        assert [receive(client)["type"] for _ in range(3)] == [each["type"] for each in answer()]
    assert there.wait_over()[0] == 1000
    assert there.path == "/v1/realtime?model=theirs"
    assert there.headers["Authorization"] == "Bearer sk-upstream"
    assert "Sec-WebSocket-Extensions" not in there.headers
    line = last_line(server)
    assert (line["status"], line["model"], line["upstream"]) == (101, MODEL, engine.name)
    assert (line["input_tokens"], line["output_tokens"]) == (7, 2)
    assert line.get("reason") is None


def test_the_name_of_the_model_is_each_sides_own(server, engine):
    with session(server, "?model=gpt-realtime") as client:
        there = engine.next_session()
        receive(client)
        send(client, "session.update", session={"type": "realtime", "model": "gpt-realtime", "instructions": "be kind"})
        assert receive(client)["session"]["model"] == "gpt-realtime"
        assert there.next_seen()["session"] == {"type": "realtime", "model": "theirs", "instructions": "be kind"}


@pytest.mark.parametrize("members", [{"session": {"model": "other"}}, {"model": "other"}, {"response": {"model": "other"}}])
def test_a_session_keeps_its_model(server, members):
    with session(server) as client:
        receive(client)
        send(client, "session.update", **members)
        code, events = ending(client)
    assert (code, events[-1]["type"]) == (1008, "error")
    assert "cannot change" in events[-1]["error"]["message"]


@pytest.mark.parametrize("raw", ["nonsense", '{"type":"a","type":"b"}', '["x"]', '{"type":"session.update","session":{"model":1}}'])
def test_an_event_that_is_not_understood_ends_the_session(server, engine, raw):
    with session(server) as client:
        there = engine.next_session()
        receive(client)
        client.send(raw)
        code, events = ending(client)
    assert (code, events[-1]["error"]["type"]) == (1008, "invalid_request_error")
    there.wait_over()
    assert there.seen.empty()


def test_binary_events_are_refused(server):
    with session(server) as client:
        receive(client)
        client.send(b'{"type":"session.update"}')
        assert ending(client)[0] == 1003


def test_what_the_upstream_sends_passes_untouched(weir):
    large = json.dumps({"type": "response.output_audio.delta", "delta": "A" * 300_000})

    def script(there):
        for each in ('{ "type" : "odd",  "x": 1.0e5 }', b"\x00\xffbytes", large):
            there.send(each)
        there.receive()

    with RealtimeEngine(script) as engine, session(start(weir, engine)) as client:
        assert client.recv(timeout=DEADLINE_S) == '{ "type" : "odd",  "x": 1.0e5 }'
        assert client.recv(timeout=DEADLINE_S) == b"\x00\xffbytes"
        assert client.recv(timeout=DEADLINE_S) == large
        there = engine.next_session()
        client.send(large.replace("response.output_audio.delta", "input_audio_buffer.append"))
        assert len(there.next_seen()["delta"]) == 300_000


def test_fragments_and_pings_pass(server, engine):
    with session(server) as client:
        there = engine.next_session()
        receive(client)
        assert client.ping().wait(DEADLINE_S)
        client.send(['{"type":"session.', 'update","session":{}}'])
        assert there.next_seen() == {"type": "session.update", "session": {}}
        assert there.connection.ping().wait(DEADLINE_S)


# ---- the model, the key and the handshake


def test_the_first_event_may_name_the_model(server, engine):
    with session(server, "") as client:
        send(client, "session.update", session={"model": MODEL})
        there = engine.next_session()
        assert [receive(client)["type"] for _ in range(2)] == ["session.created", "session.updated"]
        assert there.next_seen()["session"]["model"] == "theirs"
        send(client, "response.create")
        assert receive(client)["type"] == "response.created"
    assert there.path == "/v1/realtime?model=theirs"


@pytest.mark.parametrize(
    ("event", "code"),
    [({"session": {"model": "lab/none"}}, "model_not_found"), ({"session": {}}, "invalid_parameter")],
)
def test_a_first_event_that_names_no_model_is_told_why(server, event, code):
    with session(server, "") as client:
        send(client, "session.update", **event)
        ended, events = ending(client)
    assert (ended, [each["error"]["code"] for each in events]) == (1008, [code])


def test_a_first_event_that_does_not_come_is_not_waited_for(weir, engine):
    server = start(weir, engine, calls={"realtime_first_timeout": "100ms"})
    with session(server, "") as client:
        assert ending(client)[1][-1]["error"]["code"] == "request_timeout"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"key": "sk-wrong"}, 401),
        ({"key": None}, 401),
        ({"query": "?model=lab/none"}, 404),
        ({"key": NARROW}, 404),
        ({"query": f"?model={MODEL}&model=other"}, 400),
    ],
)
def test_a_handshake_is_refused_as_a_call_is(server, options, status):
    with pytest.raises(InvalidStatus) as refused:
        session(server, **options)
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["error"]["message"]


def test_a_browser_sends_its_key_as_a_subprotocol(server, engine):
    offered = ["realtime", f"openai-insecure-api-key.{KEY}", "openai-beta.realtime-v1"]
    with session(server, key=None, subprotocols=offered) as client:
        assert client.subprotocol == "realtime"
        there = engine.next_session()
        assert there.headers["Sec-WebSocket-Protocol"] == "realtime"
    last_line(server)
    assert KEY not in server.access.text() + server.log.text()


def test_other_requests_learn_that_the_path_is_a_websocket(server):
    answered = server.request("GET", "/v1/realtime")
    assert (answered.status, answered.header("upgrade")) == (426, "websocket")
    assert server.request("DELETE", "/v1/realtime").status == 405


# ---- routes


def test_another_upstream_is_tried_until_one_accepts(weir, engine):
    with RealtimeEngine(name="broken") as broken:
        broken.refuses = 503
        server = start(weir, broken, engine)
        for _ in range(4):
            with session(server) as client:
                assert receive(client)["type"] == "session.created"
                engine.next_session()


def test_an_upstream_without_the_path_is_told_to_the_client(weir, engine):
    engine.refuses = 404
    with pytest.raises(InvalidStatus) as refused:
        session(start(weir, engine))
    assert refused.value.response.status_code in (400, 404, 503)


# ---- limits


def test_a_session_ends_when_its_key_has_no_tokens_left(server, engine):
    with session(server, key=LIMITED) as client:
        there = engine.next_session()
        receive(client)
        for _ in range(2):
            send(client, "response.create")
        code, events = ending(client)
    assert (code, events[-1]["error"]["code"]) == (1008, "rate_limit_exceeded")
    assert [each["type"] for each in events].count("response.done") == 2
    there.wait_over()
    assert last_line(server)["limit"] == "TPM"
    with pytest.raises(InvalidStatus) as refused:
        session(server, key=LIMITED)
    assert refused.value.response.status_code == 429


def test_a_session_holds_a_slot_until_it_ends(weir, engine):
    keys = [{"name": "test", "key": KEY, "max_in_flight": 1}]
    server = start(weir, engine, keys=keys)
    with session(server) as client:
        receive(client)
        with pytest.raises(InvalidStatus) as refused:
            session(server)
        assert refused.value.response.status_code == 429
    eventually(lambda: session(server).close() is None, what="the slot is free")


def test_a_session_is_a_call_of_its_key(server, engine):
    with session(server) as client:
        receive(client)
        send(client, "response.create")
        while receive(client)["type"] != "response.done":
            pass
    eventually(lambda: usage_rows(server), what="the usage")


def test_a_silent_session_ends(weir, engine):
    server = start(weir, engine, calls={"realtime_idle_timeout": "1s"})
    with session(server) as client:
        there = engine.next_session()
        receive(client)
        code, events = ending(client)
    assert (code, events[-1]["type"]) == (1001, "error")
    there.wait_over()
    assert last_line(server)["reason"] == "upstream_idle_timeout"


def test_a_session_has_a_greatest_duration(weir):
    def talk(there):
        while True:
            there.send({"type": "noise"})
            there.connection.ping().wait(0.05)

    with RealtimeEngine(talk) as engine, session(start(weir, engine, calls={"realtime_max_duration": "1s"})) as client:
        code, events = ending(client)
    assert (code, events[-1]["error"]["code"]) == (1001, "upstream_total_timeout")


# ---- disconnects


def test_a_client_that_leaves_ends_the_session(server, engine):
    client = session(server)
    there = engine.next_session()
    receive(client)
    client.socket.shutdown(socket.SHUT_RDWR)
    there.wait_over()
    assert last_line(server)["reason"] == "client_left"


@pytest.mark.parametrize("how", ["cut", "close", "garbage"])
def test_an_upstream_that_leaves_ends_the_session(weir, how):
    def script(there):
        there.send({"type": "session.created", "session": {}})
        if how == "close":
            there.connection.close(4001, "enough")
        elif how == "cut":
            there.connection.socket.shutdown(socket.SHUT_RDWR)
        else:
            there.connection.socket.sendall(b"\xff" * 20)

    with RealtimeEngine(script) as engine:
        server = start(weir, engine)
        with session(server) as client:
            code, events = ending(client)
    if how == "close":
        assert (code, client.close_reason, len(events)) == (4001, "enough", 1)
        return
    assert (code, events[-1]["type"], events[-1]["error"]["type"]) == (1011, "error", "server_error")
    assert last_line(server)["reason"] == ("upstream_broke" if how == "cut" else "upstream_answer_invalid")


@pytest.mark.parametrize(
    "frame", [b"\x81\x02\xff\xfe", b"\x88\x01\x03", b"\x88\x02\x03\xed"], ids=["text", "short close", "code 1005"]
)
def test_a_frame_of_an_upstream_that_breaks_the_rules_does_not_pass(weir, frame):
    def script(there):
        there.connection.socket.sendall(frame)
        there.receive()

    with RealtimeEngine(script) as engine:
        server = start(weir, engine)
        with session(server) as client:
            code, events = ending(client)
    assert (code, [each["error"]["type"] for each in events]) == (1011, ["server_error"])
    assert last_line(server)["reason"] == "upstream_answer_invalid"


def test_what_a_slow_client_has_not_taken_counts_in_the_memory_of_all(weir):
    large = "A" * (17 << 20)  # held once, and once more for the client
    with RealtimeEngine(lambda there: (there.send(large), there.receive())) as engine:
        server = start(weir, engine, calls={"max_event_bytes": "20MiB", "max_body_bytes": "1MiB", "buffer_bytes": "33MiB"})
        fields = (("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                  ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))  # fmt: skip
        with socket.create_connection(("127.0.0.1", server.public)) as client:
            client.sendall(head("GET", f"/v1/realtime?model={MODEL}", fields, KEY))
            assert last_line(server)["reason"] == "overloaded"


def test_a_client_that_closes_before_its_model_is_known_is_answered(server):
    client = session(server, "")
    client.close(4000, "enough")
    assert client.close_code == 4000
    assert last_line(server)["reason"] == "client_left"


def test_a_server_that_stops_says_so_before_the_model_is_known(weir, engine):
    server = start(weir, engine, server={"drain_timeout": "100ms"})
    with session(server, "") as client:
        server.process.terminate()
        code, events = ending(client)
    server.process.wait(DEADLINE_S)
    assert (code, events[-1]["error"]["code"]) == (1001, "stopping")


def test_a_server_that_stops_says_so(weir, engine):
    server = start(weir, engine, server={"drain_timeout": "100ms"})
    with session(server) as client:
        receive(client)
        server.process.terminate()
        code, events = ending(client)
    server.process.wait(DEADLINE_S)
    assert (code, events[-1]["error"]["code"]) == (1001, "stopping")


def test_frames_of_a_client_that_break_the_rules_end_the_session(server):
    with session(server) as client:
        receive(client)
        client.socket.sendall(b"\x81\x05hello")
        code, events = ending(client)
    assert (code, events[-1]["type"]) == (1002, "error")


