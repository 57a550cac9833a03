"""The list as clients see it: shapes, filters, errors, methods. Bodies are compared exactly."""

import json
import re

import pytest

from support.process import KEY
from support.wire import Wire, head

# Declared out of alphabetical order on purpose: order is kept, never sorted.
MODELS = [
    {"id": "Qwen/Qwen3-8B", "sub_types": ["chat"], "owned_by": "Qwen", "created": 1700000000,
     "context_length": 32768},
    {"id": "BAAI/bge-m3", "sub_types": ["embedding"]},
    {"id": "BAAI/bge-reranker-v2-m3", "sub_types": ["reranker"]},
    {"id": "acme/painter", "sub_types": ["text-to-image", "image-to-image"]},
    {"id": "acme/listener", "sub_types": ["speech-to-text"]},
    {"id": "acme/speaker", "sub_types": ["text-to-speech"]},
    {"id": "acme/director", "sub_types": ["text-to-video", "image-to-video"]},
    {"id": "acme/moderator", "type": "text"},
    {"id": "acme/a/b c", "sub_types": ["chat"]},
]  # fmt: skip
IDS = [model["id"] for model in MODELS]
TYPES = ["text", "image", "audio", "video"]
SUB_TYPES = ["chat", "embedding", "reranker", "text-to-image", "image-to-image", "speech-to-text",
             "text-to-speech", "text-to-video", "image-to-video"]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from support.process import Weir

    server = Weir(tmp_path_factory.mktemp("contract"), models=MODELS)
    yield server
    server.stop()


def test_the_list_has_four_fields_a_row_in_the_order_of_the_config(server):
    reply = server.get("/v1/models")

    rows = ",".join(
        '{"id":"%s","object":"model","created":%d,"owned_by":"%s"}'
        % (model["id"], model.get("created", 0), model.get("owned_by", ""))
        for model in MODELS
    )
    assert reply.status == 200
    assert reply.body.decode() == '{"object":"list","data":[%s]}' % rows
    assert re.fullmatch(r"application/json(; *charset=utf-8)?", reply.header("Content-Type"), re.I)
    assert int(reply.header("Content-Length")) == len(reply.body)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("?type=text", ["Qwen/Qwen3-8B", "BAAI/bge-m3", "BAAI/bge-reranker-v2-m3", "acme/moderator", "acme/a/b c"]),
        ("?type=image", ["acme/painter"]),
        ("?type=audio", ["acme/listener", "acme/speaker"]),
        ("?type=video", ["acme/director"]),
        ("?sub_type=chat", ["Qwen/Qwen3-8B", "acme/a/b c"]),
        ("?sub_type=embedding", ["BAAI/bge-m3"]),
        ("?sub_type=reranker", ["BAAI/bge-reranker-v2-m3"]),
        ("?sub_type=text-to-image", ["acme/painter"]),
        ("?sub_type=image-to-image", ["acme/painter"]),
        ("?sub_type=speech-to-text", ["acme/listener"]),
        ("?sub_type=text-to-speech", ["acme/speaker"]),
        ("?sub_type=text-to-video", ["acme/director"]),
        ("?sub_type=image-to-video", ["acme/director"]),
        ("?type=text&sub_type=embedding", ["BAAI/bge-m3"]),
        ("?sub_type=embedding&type=text", ["BAAI/bge-m3"]),
        ("?type=video&sub_type=chat", []),
        ("?colour=blue&limit=1", IDS),
        ("?sub_type=text%2Dto%2Dvideo", ["acme/director"]),
    ],
)
def test_filters_narrow_the_list(server, query, ids):
    assert server.ids(query) == ids


def test_an_empty_list_is_an_array(server):
    assert server.get("/v1/models?type=video&sub_type=chat").body == b'{"object":"list","data":[]}'


@pytest.mark.parametrize(
    ("query", "name", "value", "allowed"),
    [
        ("?type=vlm", "type", "vlm", TYPES),
        ("?type=Text", "type", "Text", TYPES),
        ("?type=", "type", "", TYPES),
        ("?type", "type", "", TYPES),
        ("?type=text&type=text", "type", "text", TYPES),
        ("?sub_type=vision", "sub_type", "vision", SUB_TYPES),
        ("?sub_type=CHAT", "sub_type", "CHAT", SUB_TYPES),
        ("?sub_type=chat%20", "sub_type", "chat", SUB_TYPES),
        ("?sub_type=", "sub_type", "", SUB_TYPES),
        ("?sub_type=chat&sub_type=embedding", "sub_type", "embedding", SUB_TYPES),
        ("?type=text&sub_type=nonsense", "sub_type", "nonsense", SUB_TYPES),
        ("?view=everything", "view", "everything", ["full"]),
        ("?include_unavailable=maybe", "include_unavailable", "maybe", ["true", "false"]),
    ],
)
def test_a_bad_value_is_a_400_that_says_what_is_allowed(server, query, name, value, allowed):
    reply = server.get(f"/v1/models{query}")

    assert reply.status == 400
    body = reply.json()
    assert list(body) == ["code", "message", "data"]
    assert body["code"] == 20015
    assert isinstance(body["data"], str)
    for word in [name, value, *allowed]:
        assert word in body["message"]


def test_full_view_adds_what_is_known_and_nothing_else(server):
    rows = {row["id"]: row for row in server.get("/v1/models?view=full").json()["data"]}

    qwen = rows["Qwen/Qwen3-8B"]
    assert qwen["type"] == "text"
    assert qwen["sub_types"] == ["chat"]
    assert qwen["context_length"] == 32768
    assert "sources" not in qwen or "context_length" not in qwen["sources"]
    # Public registries know this one, and none knows the other.
    assert rows["BAAI/bge-m3"]["sources"]["context_length"]
    unknown = rows["acme/a/b c"]
    assert not {"context_length", "max_output_tokens", "capabilities", "sources"} & set(unknown)


@pytest.mark.parametrize("spelling", ["/v1/models/Qwen/Qwen3-8B", "/v1/models/Qwen%2FQwen3-8B",
                                      "/v1/models/Qwen%2fQwen3-8B"])  # fmt: skip
def test_one_model_by_id_with_its_slash_in_any_spelling(server, spelling):
    reply = server.get(spelling)

    assert reply.status == 200
    assert reply.body == (
        b'{"id":"Qwen/Qwen3-8B","object":"model","created":1700000000,"owned_by":"Qwen"}'
    )


def test_ids_are_percent_decoded_once(server):
    assert server.get("/v1/models/acme/a/b%20c").json()["id"] == "acme/a/b c"
    assert server.get("/v1/models/acme/a/b%2520c").status == 404


@pytest.mark.parametrize("id_", ["no/such-model", "qwen/qwen3-8b", "Qwen/Qwen3-8B/"])
def test_an_unknown_id_is_an_object_with_code_20012(server, id_):
    reply = server.get(f"/v1/models/{id_}")

    assert reply.status == 404
    assert reply.body == b'{"code":20012,"message":"Model does not exist. Please check it carefully.","data":""}'


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer sk-unknown", "Basic dGVzdDp0ZXN0", KEY, f"Bearer {KEY}x"],
)
def test_without_a_valid_key_the_answer_is_the_json_string_invalid_token(server, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    reply = server.get("/v1/models", headers, key=None)

    assert reply.status == 401
    assert reply.body == b'"Invalid token"'
    assert reply.header("Content-Type").startswith("application/json")


def test_the_scheme_word_may_be_in_any_case(server):
    assert server.get("/v1/models", {"Authorization": f"bearer {KEY}"}, key=None).status == 200


@pytest.mark.parametrize("path", ["/none", "/v1", "/v2/models", "/v1/modelsX", "/apis/tags"])
def test_an_unknown_path_is_the_json_string_404(server, path):
    reply = server.get(path)

    assert reply.status == 404
    assert json.loads(reply.body) == "404 page not found"


def test_the_list_is_there_without_v1_too(server):
    assert server.get("/models").body == server.get("/v1/models").body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND"])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/Qwen/Qwen3-8B"])
def test_another_method_is_405_with_the_methods_that_are_allowed(server, method, path):
    reply = server.request(method, path, {"Content-Length": "0"})

    assert reply.status == 405
    assert {word.strip() for word in reply.header("Allow").split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_head_is_get_without_the_body(server):
    got = server.get("/v1/models?sub_type=chat")
    headed = server.request("HEAD", "/v1/models?sub_type=chat")

    assert headed.status == 200
    assert headed.body == b""
    for name in ("Content-Length", "Content-Type", "ETag", "Vary"):
        assert headed.header(name) == got.header(name)


def test_head_leaves_the_connection_usable(server):
    with Wire(server.public) as wire:
        wire.send(head("HEAD", "/v1/models", key=KEY))
        assert wire.receive("HEAD").status == 200
        wire.send(head("GET", "/v1/models", key=KEY))
        assert wire.receive().ids() == IDS


def test_a_preflight_needs_no_key_and_allows_the_authorization_header(server):
    reply = server.request(
        "OPTIONS",
        "/v1/models",
        {
            "Origin": "https://chat.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        },
        key=None,
    )

    assert reply.status in (200, 204)
    assert reply.header("Access-Control-Allow-Origin") in ("*", "https://chat.example")
    assert "GET" in reply.header("Access-Control-Allow-Methods")
    assert "authorization" in reply.header("Access-Control-Allow-Headers").lower()


def test_a_browser_may_read_the_answer_and_the_error(server):
    for key, status in ((KEY, 200), ("sk-unknown", 401)):
        reply = server.get("/v1/models", {"Origin": "https://chat.example"}, key=key)
        assert reply.status == status
        assert reply.header("Access-Control-Allow-Origin") in ("*", "https://chat.example")


def test_pipelined_requests_are_answered_in_order(server):
    with Wire(server.public) as wire:
        wire.send(head("GET", "/v1/models?sub_type=chat", key=KEY) + head("GET", "/v1/models?type=video", key=KEY))
        assert wire.receive().ids() == ["Qwen/Qwen3-8B", "acme/a/b c"]
        assert wire.receive().ids() == ["acme/director"]


def test_a_request_in_single_bytes_is_a_request(server):
    with Wire(server.public) as wire:
        for byte in head("GET", "/v1/models?type=video", key=KEY):
            wire.send(bytes([byte]))
        assert wire.receive().ids() == ["acme/director"]


def test_http_1_0_is_answered_and_closed(server):
    with Wire(server.public) as wire:
        wire.send(f"GET /v1/models?type=video HTTP/1.0\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
        assert wire.receive().ids() == ["acme/director"]
        assert wire.closed()


@pytest.mark.parametrize(
    "bytes_",
    [
        b"GET /v1/models HTTP/1.1\r\n\r\n",  # no Host
        b"GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET  /v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nx",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",  # TLS spoken to a plain port
    ],
)
def test_what_is_not_http_is_refused_and_the_connection_closed(server, bytes_):
    with Wire(server.public) as wire:
        wire.send(bytes_)
        assert wire.receive().status == 400
        assert wire.closed()


TRACE = "x-siliconcloud-trace-id"


def test_every_answer_has_a_trace_id_of_its_own(server):
    first, second, refused, lost = (
        server.get(target, key=key).header(TRACE)
        for target, key in (("/v1/models", KEY), ("/v1/models", KEY), ("/v1/models", None), ("/nowhere", KEY))
    )
    assert all((first, second, refused, lost))
    assert len({first, second, refused, lost}) == 4


def test_the_trace_id_is_the_request_id_of_other_clients(server):
    for target, key in (("/v1/models", KEY), ("/v1/models", None), ("/nowhere", KEY)):
        reply = server.get(target, key=key)
        assert reply.header("x-request-id") == reply.header("request-id") == reply.header(TRACE)


def test_a_trace_id_is_taken_from_the_client(server):
    assert server.get("/v1/models", {"X-Trace-Id": "my-trace.42"}).header(TRACE) == "my-trace.42"


def test_a_trace_id_is_taken_from_traceparent(server):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    reply = server.get("/v1/models", {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert reply.header(TRACE) == trace


@pytest.mark.parametrize("bad", ["a b", "x" * 2000, "<script>", 'quote"s'])
def test_a_trace_id_that_could_harm_a_log_is_replaced(server, bad):
    trace = server.get("/v1/models", {"X-Trace-Id": bad}).header(TRACE)
    assert trace and trace != bad


def test_the_server_describes_itself(server):
    reply = server.get("/openapi.yaml", key=None)
    assert reply.status == 200
    assert reply.body.startswith(b"openapi: 3.")
