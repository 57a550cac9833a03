"""Paths beside the main ones: the built-in engine answers each, and each is metered."""

import json

import pytest

from support.caller import post
from support.demo import demo
from support.engine import Engine
from support.eventually import eventually

FORM = "multipart/form-data; boundary=line"
FILE = (
    b'--line\r\nContent-Disposition: form-data; name="model"\r\n\r\n%s\r\n'
    b'--line\r\nContent-Disposition: form-data; name="%s"; filename="a.bin"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\nbytes\r\n--line--\r\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("paths")) as server:
        yield server


@pytest.fixture
def engine():
    with Engine("guard") as engine:
        yield engine


@pytest.mark.parametrize(
    ("path", "model", "members", "told"),
    [
        ("/v1/moderations", "demo/chat", {"input": ["calm", "a harmful word"]}, "results"),
        ("/v1/score", "demo/reranker", {"text_1": "water", "text_2": ["a river", "a form"]}, "data"),
        ("/v1/messages/count_tokens", "demo/chat", {"messages": [{"role": "user", "content": "go"}]}, "input_tokens"),
        ("/v1/tokenize", "demo/chat", {"prompt": "where does it go"}, "tokens"),
        ("/v1/responses/input_tokens", "demo/chat", {"input": "where does it go"}, "input_tokens"),
        ("/v1/responses/compact", "demo/chat", {"input": "where does it go"}, "output"),
    ],
)
def test_a_path_with_a_json_body(server, path, model, members, told):
    answer = post(server.public, path, json.dumps({"model": model, **members}).encode())
    assert answer.status == 200
    assert json.loads(answer.body)[told]
    (line, *_) = eventually(lambda: server.access.where(trace_id=answer.header("x-siliconcloud-trace-id")))
    assert (line["path"], line["status"], line["model"]) == (path, 200, model)
    refused = post(server.public, path, json.dumps({"model": "demo/text-to-speech", **members}).encode())
    assert refused.status == 400


@pytest.mark.parametrize(
    ("path", "model", "file", "told"),
    [
        ("/v1/audio/translations", b"demo/speech-to-text", b"file", "text"),
        ("/v1/images/variations", b"demo/image-to-image", b"image", "data"),
    ],
)
def test_a_path_with_a_form(server, path, model, file, told):
    answer = post(server.public, path, FILE % (model, file), content_type=FORM)
    assert answer.status == 200
    assert json.loads(answer.body)[told]


def test_a_model_outside_all_sub_types_may_be_called_for_moderation_alone(weir, engine):
    server = weir(models=[{"id": "guard", "type": "text", "upstreams": [{"name": "gpu"}]}],
                  upstreams=[{"name": "gpu", "url": engine.url}])  # fmt: skip
    assert post(server.public, "/v1/moderations", b'{"model":"guard","input":"a"}').status == 404
    assert engine.calls[-1].path == "/moderations"
    made = len(engine.calls)
    assert post(server.public, "/v1/chat/completions", b'{"model":"guard","messages":[]}').status == 400
    assert len(engine.calls) == made
