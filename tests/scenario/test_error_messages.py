"""A message says what went wrong in the client's terms: the party, the limit, the name that was not found.

Where the contract prescribes the body, it stays as it is.
"""

import contextlib
import json
import socket
import threading

import pytest

from support.caller import CHAT, call, chat_body, post
from support.engine import Engine, Script
from support.eventually import eventually
from support.process import KEY

MODEL = "lab/chat"
OTHER = "sk-other-0123456789abcdef0123456789abcdef"


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def engine():
    with Engine(MODEL) as engine:
        yield engine


def serve(weir, urls, upstream=(), **sections):
    names = [f"u{i}" for i in range(len(urls))]
    return weir(
        models=[{"id": MODEL, "sub_types": ["chat"], "upstreams": [{"name": name} for name in names]}],
        upstreams=[{"name": name, "url": url, **dict(upstream)} for name, url in zip(names, urls, strict=True)],
        **sections,
    )


def message_of(ending, path=CHAT):
    told = json.loads(ending.body)
    if path != "/v1/messages":
        assert told["message"] == told["error"]["message"]
    return told["error"]["message"]


def refused(server, status, path=CHAT, model=MODEL, **options):
    ending = post(server.public, path, chat_body(model, **options))
    assert ending.status == status, ending.body
    return message_of(ending, path)


@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/v1/responses"])
@pytest.mark.parametrize("how", ["refused", "no such host"])
@pytest.mark.parametrize("count", [1, 2])
def test_an_upstream_that_cannot_be_reached_is_unreachable(weir, how, path, count):
    url = f"http://127.0.0.1:{closed_port()}" if how == "refused" else "http://no-such-host.invalid"
    server = serve(weir, [url] * count)
    assert refused(server, 503, path) == "The upstream of this model is unreachable."


def test_the_contracts_body_stays(weir):
    url = f"http://127.0.0.1:{closed_port()}"
    server = serve(weir, [url], server={"errors": "contract"})
    ending = call(server.public, MODEL)
    assert ending.body == b'{"code":50505,"message":"Model service overloaded. Please try again later.","data":""}'
    unknown = call(server.public, "lab/none")
    assert unknown.body == b'{"code":20012,"message":"Model does not exist. Please check it carefully.","data":""}'
    assert server.get("/v1/nothing").body == b'"404 page not found"'


def test_upstreams_that_failed_are_not_available(weir):
    # Nothing is chosen any more; the message says when it may be.
    server = serve(weir, [f"http://127.0.0.1:{closed_port()}"], calls={"breaker": {"consecutive_failures": 1, "first_refusal": "60s"}})
    assert refused(server, 503) == "The upstream of this model is unreachable."
    assert refused(server, 503).startswith("No upstream of this model is available now. Retry after ")


def test_upstreams_that_are_full_are_busy(weir, engine):
    hold = threading.Event()
    engine.scripts[MODEL] = Script((b"{}",), hold=hold)
    server = serve(weir, [engine.url], {"max_in_flight": 1}.items(), calls={"queue_timeout": "10ms"})
    first = threading.Thread(target=call, args=(server.public, MODEL))
    first.start()
    try:
        eventually(lambda: engine.in_flight[MODEL] == 1)
        assert refused(server, 503).startswith("Every upstream of this model is busy, ")
    finally:
        hold.set()
        first.join()


def test_upstreams_that_limit_say_so(weir, engine):
    engine.scripts[MODEL] = Script((b"{}",), status=429, headers=(("Retry-After", "30"),))
    server = serve(weir, [engine.url])
    for _ in range(2):  # the second is not sent: the upstream cools down
        text = refused(server, 429)
        assert text.startswith("Every upstream of this model has reached a rate limit of its own. Retry after ")
    assert len(engine.calls) == 1


def test_one_upstream_is_not_every_upstream(weir, engine):
    engine.scripts[MODEL] = Script((b"{}",), status=429, headers=(("Retry-After", "30"),))
    limited = "The upstream of this model has reached a rate limit of its own. Retry after 30 seconds."
    with Engine(MODEL) as other:
        server = serve(weir, [engine.url, other.url], {"priority": 0}.items(), calls={"retries": 0})
        other.scripts.update(engine.scripts)
        assert refused(server, 429) == limited


@pytest.mark.parametrize(
    ("script", "status", "text"),
    [
        (Script((b"oops",), status=500), 503, "The upstream of this model answered with an error."),
        (Script((b"oops",), status=401), 503, "The upstream of this model refuses this server's own account. Tell the operator."),
        (Script(raw=b"nonsense\r\n\r\n", end="close"), 503, "The answer of the upstream of this model was not understood."),
        (Script((b"<html>",)), 503, "The answer of the upstream of this model was not understood."),
        (Script((b'{"id"',), end="cut", framing="chunked"), 503, None),
    ],
)  # fmt: skip
def test_an_answer_that_is_none(weir, engine, script, status, text):
    engine.scripts[MODEL] = script
    server = serve(weir, [engine.url])
    ending = call(server.public, MODEL)
    if text is not None:
        assert (ending.status, message_of(ending)) == (status, text)


TIMEOUTS = {
    "first byte": ({"first_byte_timeout": "300ms"}, {}, "did not begin its answer within 300 ms."),
    "first event": ({"first_event_timeout": "300ms"}, {"stream": True}, "did not begin its answer within 300 ms."),
    "total": ({"total_timeout": "1s", "connect_timeout": "1s"}, {}, "The call took longer than 1 s."),
}


@pytest.mark.parametrize("name", TIMEOUTS)
def test_a_time_limit_is_named_with_its_length(weir, engine, name):
    settings, options, text = TIMEOUTS[name]
    hold = threading.Event()
    engine.scripts[MODEL] = Script((b"{}",), hold=hold)
    server = serve(weir, [engine.url], calls={**settings, "retries": 0})
    told = refused(server, 504, **options)
    assert told == text or told == f"The upstream of this model {text}"
    hold.set()


def test_a_host_that_accepts_nothing_takes_too_long(weir):
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(4):  # until the queue of the listener is full
            full = socket.socket()
            full.setblocking(False)
            full.connect_ex(("127.0.0.1", port))
            stack.enter_context(full)
        server = serve(weir, [f"http://127.0.0.1:{port}"], calls={"connect_timeout": "200ms", "retries": 0})
        assert refused(server, 504) == "The upstream of this model did not accept a connection within 200 ms."


@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/v1/embeddings", "/v1/responses"])
def test_a_404_names_the_model_and_where_to_look(weir, engine, path):
    server = serve(weir, [engine.url])
    text = refused(server, 404, path, "lab/nnoe")
    assert text.startswith("The model `lab/nnoe` does not exist or you do not have access to it. ")
    assert "GET /v1/models" in text


NAMES = {
    "control characters": ("a\x1b[31mb\n", "a\\x1b[31mb\\x0a"),
    "an override": ("a\u202eb", "a\\u{202e}b"),
    "long": ("x" * 900, "x" * 128 + "…"),
    "long, of several bytes": ("語" * 300, "語" * 42 + "…"),
    "quotes": ('a"b`c', 'a"b`c'),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_repeated_safely(weir, engine, name):
    sent, shown = NAMES[name]
    server = serve(weir, [engine.url])
    assert refused(server, 404, model=sent).startswith(f"The model `{shown}` does not exist")


def test_a_model_of_others_is_as_unknown_as_one_that_does_not_exist(weir, engine):
    server = serve(weir, [engine.url], keys=[{"name": "a", "key": KEY}, {"name": "b", "key": OTHER, "models": ["lab/x*"]}])
    texts = [message_of(call(server.public, model, key=OTHER)).replace(model, "") for model in (MODEL, "lab/none")]
    assert texts[0] == texts[1]


def test_a_404_names_the_path(weir, engine):
    server = serve(weir, [engine.url])
    ending = post(server.public, "/v1/chat/completion", chat_body(MODEL))
    assert ending.status == 404
    assert message_of(ending).startswith("The path /v1/chat/completion does not exist. ")
    long = post(server.public, "/v1/" + "y" * 3000, chat_body(MODEL))
    assert message_of(long).startswith("The path /v1/" + "y" * 124 + "… does not exist. ")
    shown = server.get("/v2/models", headers={"x-stainless-lang": "python"})
    assert shown.json()["error"]["message"].startswith("The path /v2/models does not exist. ")


def test_a_single_model_is_named_to_clients_that_show_their_api(weir, engine):
    server = serve(weir, [engine.url])
    plain = server.get("/v1/models/lab/none")
    assert plain.body == b'{"code":20012,"message":"Model does not exist. Please check it carefully.","data":""}'
    shown = server.get("/v1/models/lab%2Fnone", headers={"x-stainless-lang": "python"})
    assert shown.json()["error"]["message"].startswith("The model `lab/none` does not exist")


def test_a_limit_is_named_with_the_time_to_wait(weir, engine):
    server = serve(weir, [engine.url], keys=[{"name": "a", "key": KEY, "requests_per_day": 1}])
    assert call(server.public, MODEL).status == 200
    ending = call(server.public, MODEL)
    assert ending.status == 429
    wait = ending.header("retry-after")
    assert message_of(ending).endswith(f"Details:RPD limit reached. Retry after {wait} seconds.")


def test_a_disabled_key_is_told_whom_to_ask(weir, engine):
    server = serve(weir, [engine.url], keys=[{"name": "a", "key": KEY, "disabled": True}])
    ending = call(server.public, MODEL)
    assert ending.status == 403
    assert message_of(ending) == "Forbidden. The key is disabled, or not allowed from this network. Ask the operator."
