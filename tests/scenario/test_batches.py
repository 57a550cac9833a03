"""Files, batches and voices that an upstream keeps: each belongs to the key that made it, and reaches no other model."""

import json

import pytest

from support.caller import Caller, access_line, multipart, post, trace, usage_rows
from support.demo import demo
from support.engine import Engine, Script, as_json
from support.eventually import eventually, until
from support.process import KEY
from support.wire import head

MODEL = "lab/chat"
OTHER = "sk-other-0123456789abcdef0123456789abcdef"
NARROW = "sk-narrow-0123456789abcdef0123456789abcdef"
SMALL = "sk-small-0123456789abcdef0123456789abcdef"
KEYS = [
    {"name": "test", "key": KEY},
    {"name": "other", "key": OTHER},
    {"name": "narrow", "key": NARROW, "models": ["lab/else"]},
    {"name": "small", "key": SMALL, "tokens_per_minute": 5000},
]
URL = "/v1/chat/completions"


def line(number=1, model=MODEL, **body):
    asked = {"model": model, "max_tokens": 10, "messages": [{"role": "user", "content": "hello there"}], **body}
    return json.dumps({"custom_id": str(number), "method": "POST", "url": URL, "body": asked}) + "\n"


def keeping(engine):
    """An upstream that keeps one file and one batch."""
    file = {"id": f"file-{engine.name}", "object": "file", "bytes": 7, "filename": "f", "purpose": "batch"}
    batch = {"id": f"batch_{engine.name}", "object": "batch", "endpoint": URL, "status": "completed", "errors": None,
             "input_file_id": file["id"], "output_file_id": f"file-out-{engine.name}", "error_file_id": None}  # fmt: skip
    engine.scripts["/files"] = as_json(file)
    engine.scripts[f"/files/file-{engine.name}"] = lambda call: as_json(
        file if call.method == "GET" else {"id": file["id"], "object": "file", "deleted": True}
    )
    engine.scripts[f"/files/file-out-{engine.name}/content"] = Script(
        (b'{"id":"batch_req_1","custom_id":"1"}\n{"id":"batch_req_2","custom_id":"2"}\n',),
        content_type="application/octet-stream",
    )
    engine.scripts["/batches"] = as_json({**batch, "status": "validating", "output_file_id": None})
    engine.scripts[f"/batches/batch_{engine.name}"] = as_json(batch)
    engine.scripts[f"/batches/batch_{engine.name}/cancel"] = as_json({**batch, "status": "cancelling"})


@pytest.fixture
def engines():
    with Engine("theirs", "lab/else", name="one") as one, Engine("theirs", "lab/else", name="two") as two:
        for engine in (one, two):
            keeping(engine)
        yield one, two


def sections(engines, **more):
    ups = [{"name": engine.name, "url": engine.url} for engine in engines]
    routes = [{"name": engine.name, "model": "theirs"} for engine in engines]
    own = [{"name": engine.name} for engine in engines]
    models = [{"id": MODEL, "sub_types": ["chat"], "upstreams": routes},
              {"id": "lab/else", "sub_types": ["chat"], "upstreams": own}]  # fmt: skip
    return {"models": models, "upstreams": ups, "pepper": "p" * 40, "keys": KEYS, **more}


def upload(server, *lines, key=KEY, parts=None, **options):
    content = "".join(lines or [line()]).encode()
    kind, body = multipart(*(parts or [("purpose", "batch"), ("file", "in.jsonl", content)]))
    return post(server.public, "/v1/files", body, key=key, content_type=kind, **options)


def uploaded(server, *lines, **options):
    answer = upload(server, *lines, **options)
    assert answer.status == 200, answer
    return answer.json()["id"]


def make(server, file, key=KEY, headers=(), **members):
    body = {"input_file_id": file, "endpoint": URL, "completion_window": "24h", **members}
    return post(server.public, "/v1/batches", json.dumps(body).encode(), key=key, headers=headers)


def ask(server, method, path, key=KEY):
    with Caller(server.public) as caller:
        caller.send(head(method, path, [("Content-Length", "0")] if method == "POST" else [], key))
        return caller.ending()


def asked_of(engine):
    return [(call.method, call.path) for call in engine.all_calls if call.path != "/models"]


def test_a_batch_runs_where_its_file_is(weir, engines):
    server = weir(**sections(engines))
    for _ in until(lambda: all(map(asked_of, engines))):
        file = uploaded(server, line(1), line(2))
        assert file.startswith("file-weir_")
        made = make(server, file)
        assert made.status == 200, made
        batch = made.json()
        assert (batch["input_file_id"], batch["status"], batch["output_file_id"]) == (file, "validating", None)
        seen = ask(server, "GET", f"/v1/batches/{batch['id']}").json()
        assert (seen["id"], seen["status"]) == (batch["id"], "completed")
        content = ask(server, "GET", f"/v1/files/{seen['output_file_id']}/content")
        assert content.body.splitlines()[1] == b'{"id":"batch_req_2","custom_id":"2"}'
        assert ask(server, "POST", f"/v1/batches/{batch['id']}/cancel").json()["status"] == "cancelling"
        assert ask(server, "GET", f"/v1/files/{file}").json()["id"] == file
        assert ask(server, "DELETE", f"/v1/files/{file}").json() == {"id": file, "object": "file", "deleted": True}
    for engine in engines:
        name, calls = engine.name, asked_of(engine)
        count = calls.count(("POST", "/files"))
        for wanted in [("POST", "/batches"), ("GET", f"/batches/batch_{name}"), ("POST", f"/batches/batch_{name}/cancel"),
                       ("GET", f"/files/file-out-{name}/content"), ("GET", f"/files/file-{name}"),
                       ("DELETE", f"/files/file-{name}")]:  # fmt: skip
            assert calls.count(wanted) == count
        asked = [call.json()["input_file_id"] for call in engine.all_calls if call.path == "/batches"]
        assert asked == [f"file-{name}"] * count


@pytest.mark.parametrize("file_first", [False, True])
@pytest.mark.parametrize("headers", [(), (("Transfer-Encoding", "chunked"),)])
def test_lines_reach_the_upstream_under_its_name(weir, engines, file_first, headers):
    one, _ = engines
    server = weir(**sections([one]))
    lines = [line(number, content="x" * 3000) for number in range(200)]
    parts = [("purpose", "batch"), ("file", "in.jsonl", "".join(lines).encode())]
    kind, body = multipart(*(reversed(parts) if file_first else parts))
    with Caller(server.public) as caller:
        if headers:
            caller.send(head("POST", "/v1/files", [("Content-Type", kind), *headers], KEY))
            for at in range(0, len(body), 10_007):
                piece = body[at : at + 10_007]
                caller.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            caller.send(b"0\r\n\r\n")
        else:
            caller.post("/v1/files", body, content_type=kind)
        assert caller.ending().status == 200
    (call,) = [call for call in one.all_calls if call.path == "/files"]
    assert call.body == body.replace(b'"model": "lab/chat"', b'"model": "theirs"')


def test_a_file_whose_model_has_one_name_is_unchanged(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    lines = [line(number, "lab/else", content="y" * 5000) for number in range(100)]
    kind, body = multipart(("purpose", "batch"), ("file", "in.jsonl", "".join(lines).encode()))
    assert post(server.public, "/v1/files", body, content_type=kind).status == 200
    (call,) = [call for call in one.all_calls if call.path == "/files"]
    assert (call.body, call.headers["content-length"]) == (body, str(len(body)))


@pytest.mark.parametrize(
    ("lines", "key", "status", "said"),
    [
        ([line(model="lab/unknown")], KEY, 404, "lab/unknown"),
        ([line()], NARROW, 404, "lab/chat"),
        ([line(1, "lab/else"), line(2)], NARROW, 400, "same model"),
        ([line(), *[line(n) for n in range(2, 300)], line(300, "lab/else")], KEY, 400, "Line 300 of the file"),
        ([line().replace(URL, "/v1/images/generations")], KEY, 400, "url"),
        ([line().replace(URL, "/v1/embeddings")], KEY, 400, "/v1/embeddings"),
        ([line().replace('"body"', '"model":"lab/else","body"')], KEY, 400, "belongs into the body"),
        (["no JSON\n"], KEY, 400, "Line 1 of the file"),
    ],
)  # fmt: skip
def test_a_batch_calls_no_model_that_its_key_may_not(weir, engines, lines, key, status, said):
    one, _ = engines
    server = weir(**sections([one]))
    answer = upload(server, *lines, key=key)
    assert (answer.status, said in answer.body.decode()) == (status, True), answer
    whole = [call for call in one.all_calls if call.path == "/files" and call.whole.is_set()]
    assert whole == [], "the upstream has no file"


def test_a_batch_names_no_model_of_its_own(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    file = uploaded(server)
    for members in ({"replace": {"model": "lab/else"}}, {"model": "lab/else"}, {"anything": 1}):
        answer = make(server, file, **members)
        assert (answer.status, next(iter(members)) in answer.body.decode()) == (400, True)
    assert make(server, file, metadata={"model": "a note"}).status == 200
    assert asked_of(one).count(("POST", "/batches")) == 1


def test_another_key_finds_nothing(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    file = uploaded(server)
    batch = make(server, file).json()["id"]
    before = len(one.all_calls)
    for method, path in [("GET", f"/v1/files/{file}"), ("DELETE", f"/v1/files/{file}"),
                         ("GET", f"/v1/files/{file}/content"), ("GET", f"/v1/batches/{batch}"),
                         ("POST", f"/v1/batches/{batch}/cancel"), ("GET", "/v1/files/file-one"),
                         ("GET", f"/v1/files/{batch}"), ("GET", f"/v1/batches/{file}")]:  # fmt: skip
        assert ask(server, method, path, OTHER).status == 404
    assert ask(server, "GET", "/v1/files/file-one").status == 404
    assert make(server, file, key=OTHER).status == 400
    assert make(server, "file-one").status == 400
    output = ask(server, "GET", f"/v1/batches/{batch}").json()["output_file_id"]
    assert make(server, output).status == 400
    assert len(one.all_calls) == before + 1


@pytest.mark.parametrize("path", ["/v1/files", "/v1/batches", "/v1/videos", "/v1/audio/voice/list"])
def test_there_is_no_list_and_the_answer_says_so(weir, engines, path):
    server = weir(**sections(engines))
    answer = ask(server, "GET", path)
    assert answer.status == (400 if "voice" in path else 405)
    with Caller(server.public) as caller:
        caller.send(head("GET", path, [("x-stainless-lang", "python")], KEY))
        said = caller.ending().json()
    assert "no list" in said["error"]["message"]
    assert not any(asked_of(engine) for engine in engines)


def test_what_a_batch_is_expected_to_use_is_counted(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    file = uploaded(server, *[line(number) for number in range(20)])
    marked = trace()
    assert make(server, file, headers=[marked]).status == 200
    row = eventually(lambda: access_line(server, marked))
    assert row["estimated_tokens"] >= 20 * (10 + 2)
    (used,) = eventually(lambda: [row for row in usage_rows(server) if row["completion_tokens"]])
    assert (used["completion_tokens"], used["requests"]) == (200, 2)


def test_a_batch_beyond_a_limit_is_refused(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    small = uploaded(server, line(max_tokens=100), key=SMALL)
    large = uploaded(server, *[line(number, max_tokens=100) for number in range(60)], key=SMALL)
    assert make(server, large, key=SMALL).status == 429
    assert make(server, small, key=SMALL).status == 200


def test_only_batches_have_files(weir, engines):
    one, _ = engines
    server = weir(**sections([one]))
    for parts, said in [
        ([("purpose", "user_data"), ("file", "f", line().encode())], "purpose must be batch"),
        ([("file", "f", line().encode()), ("purpose", "vision")], "purpose must be batch"),
        ([("file", "f", line().encode())], "purpose is missing"),
        ([("purpose", "batch")], "file is missing"),
        ([("purpose", "batch"), ("file", "f", b"")], "no line"),
    ]:
        answer = upload(server, parts=parts)
        assert (answer.status, said in answer.body.decode()) == (400, True), answer
    assert asked_of(one) == []


def test_a_siliconflow_file_is_in_an_envelope(weir, engines):
    one, _ = engines
    one.scripts["/files"] = as_json({"code": 20000, "message": "Ok", "status": True, "data": {"id": "file-one"}})
    server = weir(**sections([one]))
    answer = upload(server).json()
    assert answer["data"]["id"].startswith("file-weir_")
    assert make(server, answer["data"]["id"]).status == 200


def test_an_upstream_without_files_is_named_as_such(weir, engines):
    one, _ = engines
    ups = [{"name": "one", "url": one.url, "kind": "vllm"}]
    server = weir(**sections([one], upstreams=ups))
    answer = upload(server)
    assert (answer.status, "/v1/files" in answer.body.decode()) == (400, True)


VOICE = {"model": "lab/speech", "customName": "me", "text": "hello", "audio": "data:audio/mpeg;base64,AAAA"}


def speaking(engine):
    engine.scripts["/uploads/audio/voice"] = as_json({"uri": f"speech:me:{engine.name}"})
    engine.scripts["/audio/voice/deletions"] = as_json({})


def of_speech(engines):
    routes = [{"name": engine.name, "model": "theirs"} for engine in engines]
    return sections(engines, models=[{"id": "lab/speech", "sub_types": ["text-to-speech"], "upstreams": routes}])


@pytest.mark.parametrize("form", [False, True])
def test_a_voice_speaks_where_it_is_and_for_its_key(weir, engines, form):
    for engine in engines:
        speaking(engine)
    server = weir(**of_speech(engines))
    for _ in until(lambda: all(map(asked_of, engines))):
        if form:
            parts = [("model", "lab/speech"), ("customName", "me"), ("text", "hello"), ("file", "a.mp3", b"sound")]
            kind, body = multipart(*parts)
            made = post(server.public, "/v1/uploads/audio/voice", body, content_type=kind)
        else:
            made = post(server.public, "/v1/uploads/audio/voice", json.dumps(VOICE).encode())
        uri = made.json()["uri"]
        assert uri.startswith("speech:weir_")
        said = {"model": "lab/speech", "input": "hello", "voice": uri}
        assert post(server.public, "/v1/audio/speech", json.dumps(said).encode()).status == 200
        refused = post(server.public, "/v1/audio/speech", json.dumps(said).encode(), key=OTHER)
        assert (refused.status, "Unknown voice" in refused.body.decode()) == (400, True)
        gone = json.dumps({"uri": uri}).encode()
        assert post(server.public, "/v1/audio/voice/deletions", gone, key=OTHER).status == 400
        assert post(server.public, "/v1/audio/voice/deletions", gone).status == 200
    for engine in engines:
        calls = [call for call in engine.all_calls if call.path != "/models"]
        count = [call.path for call in calls].count("/uploads/audio/voice")
        assert {call.model for call in calls if call.path == "/uploads/audio/voice"} == {"theirs"}
        voices = [call.json()["voice"] for call in calls if call.path == "/audio/speech"]
        uris = [call.json()["uri"] for call in calls if call.path == "/audio/voice/deletions"]
        assert voices == uris == [f"speech:me:{engine.name}"] * count


def test_the_upstreams_own_voices_are_left_to_it(weir, engines):
    one, _ = engines
    server = weir(**of_speech([one]))
    for voice in ("theirs:alex", "speech:someone:else"):
        body = {"model": "lab/speech", "input": "hello", "voice": voice}
        assert post(server.public, "/v1/audio/speech", json.dumps(body).encode()).status == 200
        assert one.all_calls[-1].json()["voice"] == voice


def test_a_video_of_openais_api_is_where_it_was_made(weir, engines):
    for engine in engines:
        video = {"id": f"video_{engine.name}", "object": "video", "model": "theirs", "status": "queued"}
        engine.scripts["/videos"] = as_json(video)
        engine.scripts[f"/videos/video_{engine.name}"] = as_json({**video, "status": "completed"})
        engine.scripts[f"/videos/video_{engine.name}/content"] = Script((b"\0film",), content_type="video/mp4")
    routes = [{"name": engine.name, "model": "theirs"} for engine in engines]
    models = [{"id": "lab/film", "sub_types": ["text-to-video"], "upstreams": routes}]
    server = weir(**sections(engines, models=models))
    kind, form = multipart(("model", "lab/film"), ("prompt", "a river"), ("input_reference", "a.png", b"picture"))
    for _ in range(8):
        made = post(server.public, "/v1/videos", json.dumps({"model": "lab/film", "prompt": "a river"}).encode())
        assert post(server.public, "/v1/videos", form, content_type=kind).status == 200
        assert (made.json()["model"], made.json()["id"].startswith("video_weir_")) == ("lab/film", True)
        seen = ask(server, "GET", f"/v1/videos/{made.json()['id']}").json()
        assert (seen["status"], seen["model"], seen["id"]) == ("completed", "lab/film", made.json()["id"])
        assert ask(server, "GET", f"/v1/videos/{seen['id']}/content?variant=video&key=x").body == b"\0film"
        assert ask(server, "GET", f"/v1/videos/{seen['id']}", OTHER).status == 404
    for engine in engines:
        assert {call.model for call in engine.all_calls if call.path == "/videos"} == {"theirs"}
        wanted = f"/v1/videos/video_{engine.name}/content?variant=video"
        assert wanted in [call.target for call in engine.all_calls]


def test_the_built_in_engine_has_all_of_it(tmp_path):
    with demo(tmp_path, simulator={"first_token": "0s", "token": "0s", "video": "0s"}) as server:
        batch = make(server, uploaded(server, line(model="demo/chat"))).json()
        seen = ask(server, "GET", f"/v1/batches/{batch['id']}").json()
        assert seen["status"] == "completed"
        assert ask(server, "GET", f"/v1/files/{seen['output_file_id']}/content").status == 200
        made = post(server.public, "/v1/uploads/audio/voice", json.dumps({**VOICE, "model": "demo/text-to-speech"}).encode())
        gone = json.dumps({"uri": made.json()["uri"]}).encode()
        assert post(server.public, "/v1/audio/voice/deletions", gone).status == 200
