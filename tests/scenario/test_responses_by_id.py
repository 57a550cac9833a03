"""Responses that an upstream keeps: had again, cancelled, deleted and continued by an id that only its key can use."""

import json
import threading

import pytest

from support.caller import Caller, Stream, access_line, post, trace, usage_rows
from support.demo import demo
from support.engine import Engine, as_json, as_stream, event
from support.eventually import eventually, until
from support.process import KEY
from support.wire import head

MODEL = "lab/chat"
OTHER = "sk-other-0123456789abcdef0123456789abcdef"
NARROW = "sk-narrow-0123456789abcdef0123456789abcdef"
PEPPER = "p" * 40
RESPONSES = "/v1/responses"
USAGE = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}


def response(name, **more):
    content = [{"type": "output_text", "text": f'his id is "resp_{name}"', "annotations": []}]
    output = [{"id": f"msg_{name}", "type": "message", "role": "assistant", "status": "completed", "content": content}]
    return {"id": f"resp_{name}", "object": "response", "created_at": 7, "status": "completed", "model": "theirs",
            "previous_response_id": None, "output": output, "usage": USAGE, **more}  # fmt: skip


def kept(engine):
    """An upstream that knows its own ids."""

    def answer(call):
        asked = call.json()
        previous = asked.get("previous_response_id")
        name = engine.name + ("_next" if previous else "")
        made = response(name, previous_response_id=previous, model=asked["model"])
        if not asked.get("stream"):
            return as_json(made)
        begun = {**made, "status": "in_progress", "output": [], "usage": None}
        return as_stream(
            named("response.created", response=begun),
            named("response.in_progress", response=begun),
            named("response.output_text.delta", item_id=f"msg_{name}", output_index=0, content_index=0, delta="hi"),
            named("response.completed", response=made),
        )

    engine.scripts["theirs"] = answer
    path = f"/responses/resp_{engine.name}"
    engine.scripts[path] = lambda call: as_json(
        response(engine.name)
        if call.method == "GET"
        else {"id": f"resp_{engine.name}", "object": "response.deleted", "deleted": True}
    )
    engine.scripts[path + "/cancel"] = as_json(response(engine.name, status="cancelled"))
    items = [{"id": "msg_q", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}]
    engine.scripts[path + "/input_items"] = as_json(
        {"object": "list", "data": items, "first_id": "msg_q", "last_id": "msg_q", "has_more": False}
    )


def named(kind, **members):
    return b"event: " + kind.encode() + b"\n" + event({"type": kind, "sequence_number": 0, **members})


@pytest.fixture
def engines():
    with Engine("theirs", name="one") as one, Engine("theirs", name="two") as two:
        for engine in (one, two):
            kept(engine)
        yield one, two


def sections(engines, **more):
    ups = [{"name": engine.name, "url": engine.url} for engine in engines]
    routes = [{"name": engine.name, "model": "theirs"} for engine in engines]
    return {"models": [{"id": MODEL, "sub_types": ["chat"], "upstreams": routes}], "upstreams": ups,
            "pepper": PEPPER, **more}  # fmt: skip


def make(server, key=KEY, **members):
    body = json.dumps({"model": MODEL, "input": "hello", **members}).encode()
    return post(server.public, RESPONSES, body, key=key)


def made(server, **options):
    ending = make(server, **options)
    assert ending.status == 200, ending
    return ending.json()["id"]


def ask(server, method, path, key=KEY, headers=(), body=b""):
    with Caller(server.public) as caller:
        fields = [*headers, *([("Content-Length", str(len(body)))] if method == "POST" else [])]
        caller.send(head(method, path, fields, key) + body)
        return caller.ending()


def asked_of(engine):
    return [(call.method, call.target.removeprefix("/v1")) for call in engine.all_calls if call.path != "/models"]


def test_each_operation_goes_where_the_response_is(weir, engines):
    server = weir(**sections(engines))
    for _ in until(lambda: all(map(asked_of, engines))):
        id_ = made(server)
        again = ask(server, "GET", f"{RESPONSES}/{id_}")
        assert (again.status, again.json()["id"], again.json()["model"]) == (200, id_, MODEL)
        items = ask(server, "GET", f"{RESPONSES}/{id_}/input_items?limit=5&order=asc")
        assert (items.status, items.json()["first_id"]) == (200, "msg_q")
        stopped = ask(server, "POST", f"{RESPONSES}/{id_}/cancel")
        assert (stopped.json()["id"], stopped.json()["status"]) == (id_, "cancelled")
        gone = ask(server, "DELETE", f"{RESPONSES}/{id_}")
        assert gone.json() == {"id": id_, "object": "response.deleted", "deleted": True}
    for engine in engines:
        path = f"/responses/resp_{engine.name}"
        calls = asked_of(engine)
        count = calls.count(("POST", "/responses"))
        for wanted in [("GET", path), ("GET", path + "/input_items?limit=5&order=asc"), ("POST", path + "/cancel"),
                       ("DELETE", path)]:  # fmt: skip
            assert calls.count(wanted) == count
        assert len(calls) == 5 * count


def test_nothing_but_the_ids_changes(weir, engines):
    one, _ = engines
    server = weir(**sections([one], models=[{"id": "theirs", "sub_types": ["chat"], "upstreams": [{"name": "one"}]}]))
    ending = make(server, model="theirs")
    id_ = ending.json()["id"]
    assert id_ != "resp_one"
    assert ending.body.replace(id_.encode(), b"resp_one", 1) == json.dumps(response("one")).encode()


def test_a_stream_has_one_id_in_all_its_events(weir, engines):
    server = weir(**sections(engines))
    ending = make(server, stream=True)
    events, rest = ending.events()
    assert rest == b""
    data = [json.loads(one.split(b"data: ")[1]) for one in events]
    ids = {said["response"]["id"] for said in data if "response" in said}
    assert len(ids) == 1
    (id_,) = ids
    assert [said["type"] for said in data] == ["response.created", "response.in_progress",
                                               "response.output_text.delta", "response.completed"]  # fmt: skip
    assert data[2]["item_id"].startswith("msg_")
    assert ask(server, "GET", f"{RESPONSES}/{id_}").json()["id"] == id_


def test_an_id_that_comes_late_in_a_stream_is_sealed_too(weir, engines):
    """The request is released by then."""
    one, _ = engines
    pauses = [threading.Event() for _ in range(3)]
    late = [named("response.in_progress", response=response(f"late{i}", status="in_progress")) for i in range(3)]
    pieces = [piece for pair in zip(pauses, late) for piece in pair]
    one.scripts["theirs"] = as_stream(named("response.created", response=response("one")), *pieces)
    server = weir(**sections([one]))
    with Stream(server.public) as stream:
        stream.post(RESPONSES, json.dumps({"model": MODEL, "input": "hello", "stream": True}).encode())
        stream.begin()
        stream.next_event()
        for pause in pauses:
            pause.set()
            said = json.loads(stream.next_event().split(b"data: ")[1])["response"]["id"]
            assert not said.startswith("resp_late")


def test_a_stream_is_had_again(weir, engines):
    one, _ = engines
    one.scripts["/responses/resp_one"] = as_stream(
        named("response.created", response=response("one", status="in_progress")),
        named("response.completed", response=response("one")),
    )
    server = weir(**sections([one]))
    id_ = made(server)
    ending = ask(server, "GET", f"{RESPONSES}/{id_}?stream=true&starting_after=1&unknown=2")
    events, _ = ending.events()
    assert [json.loads(said.split(b"data: ")[1])["response"]["id"] for said in events] == [id_, id_]
    assert asked_of(one)[-1] == ("GET", "/responses/resp_one?stream=true&starting_after=1")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_response_is_continued_where_it_is(weir, engines, streamed):
    server = weir(**sections(engines))
    for _ in until(lambda: all(map(asked_of, engines))):
        id_ = made(server)
        ending = make(server, previous_response_id=id_, stream=streamed)
        assert ending.status == 200
        assert ending.body.count(json.dumps(id_).encode()) == (3 if streamed else 1)
        assert b'"previous_response_id": "resp_' not in ending.body.replace(json.dumps(id_).encode(), b'""')
    for engine in engines:
        calls = [call.json() for call in engine.calls]
        continued = [call["previous_response_id"] for call in calls if "previous_response_id" in call]
        assert set(continued) == {f"resp_{engine.name}"}
        assert len(calls) == 2 * len(continued)


def test_an_id_from_elsewhere_is_left_to_the_upstream(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    assert make(server, previous_response_id="resp_of_yesterday").status == 200
    assert one.calls[-1].json()["previous_response_id"] == "resp_of_yesterday"


def test_an_id_given_twice_is_refused(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    id_ = made(server)
    body = f'{{"model":"{MODEL}","input":"a","previous_response_id":"{id_}","previous_response_id":"resp_x"}}'
    assert post(server.public, RESPONSES, body.encode()).status == 400
    assert len(one.calls) == 1


def test_what_is_not_kept_has_its_own_id(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    assert made(server, store=False) == "resp_one"
    unknown = ask(server, "GET", f"{RESPONSES}/resp_one")
    assert unknown.status == 404
    assert unknown.json()["error"]["message"] == "Response with id 'resp_one' not found."


@pytest.mark.parametrize("more", [{"translate": ["responses"]}, {"kind": "ollama"}, {"kind": "mistral"}])
def test_an_upstream_that_keeps_nothing_has_its_own_ids(weir, engines, more):
    one, _ = engines
    chat = {"id": "c-1", "object": "chat.completion", "created": 7, "model": "theirs",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}  # fmt: skip
    one.scripts["theirs"] = lambda call: as_json(response("one") if call.path.endswith("/responses") else chat)
    given = sections([one])
    given["upstreams"][0].update(more)
    server = weir(**given)
    id_ = made(server)
    assert len(id_) < 64
    assert ask(server, "GET", f"{RESPONSES}/{id_}").status == 404


@pytest.mark.parametrize("change", [lambda id_: id_[:-1], lambda id_: id_ + "x", lambda id_: "resp_one",
                                    lambda id_: id_[:-2] + ("a" if id_[-2] != "a" else "b") + id_[-1]])  # fmt: skip
@pytest.mark.parametrize(
    ("method", "suffix"), [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/input_items")]
)
def test_an_id_that_was_not_given_out_reaches_no_upstream(weir, engines, change, method, suffix):
    one, _ = engines
    server = weir(**sections([one]))
    wrong = change(made(server))
    ending = ask(server, method, f"{RESPONSES}/{wrong}{suffix}")
    told = ending.json()["error"]
    assert (ending.status, told["type"]) == (404, "invalid_request_error")
    assert told["message"] == f"Response with id '{wrong}' not found."
    assert asked_of(one) == [("POST", "/responses")]


def test_another_key_is_told_what_a_made_up_id_is_told(weir, engines):
    keys = [{"name": "test", "key": KEY}, {"name": "other", "key": OTHER},
            {"name": "narrow", "key": NARROW, "models": ["other/*"]}]  # fmt: skip
    one, _ = engines
    server = weir(**sections([one], keys=keys))
    id_ = made(server)
    for key in (OTHER, NARROW):
        for method in ("GET", "DELETE"):
            ending = ask(server, method, f"{RESPONSES}/{id_}", key=key)
            assert (ending.status, ending.json()["error"]["code"]) == (404, "not_found")
        assert make(server, key=key, previous_response_id=id_).status in (400, 404)
    ending = make(server, key=OTHER, previous_response_id=id_)
    assert (ending.status, ending.json()["error"]["message"]) == (400, f"Previous response with id '{id_}' not found.")
    assert asked_of(one) == [("POST", "/responses")]
    wrong = ask(server, "GET", f"{RESPONSES}/{id_}", key="sk-wrong-0123456789abcdef0123456789abcdef")
    assert wrong.status == 401
    assert ask(server, "GET", f"{RESPONSES}/{id_}").status == 200


def test_another_node_and_a_later_start_know_it(weir, engines):
    first, second = weir(**sections(engines)), weir(**sections(engines))
    id_ = made(first)
    first.stop()
    first.start()
    for server in (first, second):
        assert ask(server, "GET", f"{RESPONSES}/{id_}").json()["id"] == id_


def test_a_response_is_not_continued_by_a_model_of_other_upstreams(weir, engines):
    one, two = engines
    given = sections(engines)
    given["models"] = [{"id": name, "sub_types": ["chat"], "upstreams": [{"name": engine.name, "model": "theirs"}]}
                       for name, engine in [(MODEL, one), ("lab/two", two)]]  # fmt: skip
    server = weir(**given)
    id_ = made(server)
    ending = make(server, model="lab/two", previous_response_id=id_)
    assert ending.status == 400
    assert "previous_response_id" in ending.json()["error"]["message"]
    assert two.calls == []


def test_an_upstream_that_is_away_is_not_an_unknown_id(weir, engines):
    one, two = engines
    server = weir(**sections([one]))
    id_ = made(server)
    one.__exit__()

    def refused():
        """An engine that is closing may still answer on a connection that it has."""
        ending = ask(server, "GET", f"{RESPONSES}/{id_}")
        return ending.status != 200 and ending

    ending = eventually(refused)
    assert ending.status == 503
    assert ending.json()["error"]["message"]


def test_the_upstreams_own_words_about_an_id_are_told(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    id_ = made(server)
    error = {"error": {"message": "gone", "type": "invalid_request_error", "param": None, "code": None}}
    one.scripts["/responses/resp_one"] = as_json(error, status=404)
    ending = ask(server, "GET", f"{RESPONSES}/{id_}")
    assert (ending.status, ending.json()) == (404, error)
    assert made(server)


def test_a_call_by_id_is_a_request_and_no_tokens(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    id_ = made(server)
    marked = trace()
    ask(server, "GET", f"{RESPONSES}/{id_}", headers=[marked])
    line = eventually(lambda: access_line(server, marked))
    assert (line["status"], line["model"], line["upstream"]) == (200, MODEL, "one")
    (row,) = eventually(lambda: [row for row in usage_rows(server) if row["requests"] == 2])
    assert (row["prompt_tokens"], row["completion_tokens"]) == (3, 2)


def test_requests_are_counted(weir, engines):
    one, _ = engines
    server = weir(**sections([one], keys=[{"name": "test", "key": KEY, "requests_per_minute": 2}]))
    id_ = made(server)
    assert [ask(server, "GET", f"{RESPONSES}/{id_}").status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("method", "suffix", "allowed"),
    [("POST", "", "GET, DELETE, OPTIONS"), ("GET", "/cancel", "POST, OPTIONS"), ("PUT", "", "GET, DELETE, OPTIONS")],
)
def test_another_method_is_refused(weir, engines, method, suffix, allowed):
    server = weir(**sections(engines))
    ending = ask(server, method, f"{RESPONSES}/resp_x{suffix}")
    assert (ending.status, ending.header("allow")) == (405, allowed)


def test_a_path_below_an_id_that_does_not_exist_is_unknown(weir, engines):
    assert ask(weir(**sections(engines)), "GET", f"{RESPONSES}/resp_x/more").status == 404


@pytest.mark.parametrize("root", ["/v1/v1/responses", "/responses"])
def test_a_base_url_may_have_the_version_or_not(weir, engines, root):
    server = weir(**sections(engines))
    id_ = made(server)
    assert ask(server, "GET", f"{root}/{id_}").status == 200
    assert ask(server, "GET", f"{root}/{id_}/").status == 200


def test_the_built_in_engine_keeps_them_too(tmp_path):
    with demo(tmp_path) as server:
        body = json.dumps({"model": "demo/chat", "input": "hello"}).encode()
        id_ = post(server.public, RESPONSES, body).json()["id"]
        for method, suffix, told in [("GET", "", "response"), ("GET", "/input_items", "list"),
                                     ("POST", "/cancel", "response"), ("DELETE", "", "response.deleted")]:  # fmt: skip
            ending = ask(server, method, f"{RESPONSES}/{id_}{suffix}")
            assert (ending.status, ending.json()["object"]) == (200, told), (method, suffix, ending)
            assert ending.json().get("id", id_) == id_
        assert ask(server, "GET", f"{RESPONSES}/resp_made_up").status == 404
