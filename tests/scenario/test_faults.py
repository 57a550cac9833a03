"""Whose fault an upstream's error is: the request's, the account's that the upstream gave Weir, or the
upstream's. Whatever its status, an error that is not the client's costs it nothing while another
upstream is there."""

import contextlib
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.caller import OVERLOADED, call
from support.engine import Engine, Script, as_json
from support.eventually import eventually

MODEL = "lab/chat"
SECRET = "sk-operators-own"


@pytest.fixture
def engines():
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Engine(MODEL, name=name)) for name in ("one", "two")]


def served(weir, engines, **sections):
    names = [{"name": engine.name} for engine in engines]
    rows = [{"name": engine.name, "url": engine.url} for engine in engines]
    sections = {"discovery": {"refresh_interval": "24h"}, **sections}
    return weir(models=[{"id": MODEL, "sub_types": ["chat"], "upstreams": names}], upstreams=rows, **sections)


def openai_error(code, message="no", kind="invalid_request_error"):
    return {"error": {"message": f"{message} {SECRET}", "type": kind, "param": None, "code": code}}


def anthropic_error(kind, message):
    return {"type": "error", "error": {"type": kind, "message": f"{message} {SECRET}"}}


def bare_error(code, message="no"):
    return {"code": code, "message": f"{message} {SECRET}", "data": None}


# An upstream's errors that are not about the request, and the cause that the operator is told.
FAULTS = {
    "401": (401, {"error": "no"}, "key"),
    "402": (402, {"error": "no"}, "credit"),
    "403, balance": (403, bare_error(30001), "credit"),
    "404, bare": (404, {"error": "no"}, "model"),
    "404, of a proxy": (404, "404 page not found", "model"),
    "404, of the model": (404, openai_error("model_not_found"), "model"),
    "400, key": (400, openai_error("invalid_api_key"), "key"),
    "400, key in words": (400, openai_error(None, "Incorrect API key provided:"), "key"),
    "400, Google's key": (
        400,
        [{"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}],
        "key",
    ),
    "400, credit": (400, anthropic_error("invalid_request_error", "Your credit balance is too low"), "credit"),
    "400, arrears": (400, {"code": "Arrearage", "message": "Access denied"}, "credit"),
    "400, quota": (400, openai_error(None, "You exceeded your current quota,"), "credit"),
    "400, billing": (400, openai_error("billing_hard_limit_reached"), "credit"),
    "400, suspended": (400, openai_error("organization_restricted"), "account"),
    "400, model": (400, bare_error(20012), "model"),
    "429, quota": (429, openai_error("insufficient_quota", kind="insufficient_quota"), "credit"),
    "429, arrears": (429, {"error": {"code": "1113", "message": "余额不足"}}, "credit"),
    "500, credit": (500, openai_error(None, "Insufficient Balance", kind="unknown_error"), "credit"),
    "500, key": (500, {"error": {"code": 401, "message": "User not found."}}, "key"),
    "503, account": (503, openai_error("account_deactivated"), "account"),
}


def script(status, body):
    return Script((body.encode(),), status=status) if isinstance(body, str) else as_json(body, status=status)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_upstream_costs_no_call(weir, engines, fault):
    """It answers faster than the other, and so looks idle all the time."""
    one, two = engines
    status, body, cause = FAULTS[fault]
    one.scripts[MODEL] = script(status, body)
    server = served(weir, engines)
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        endings = list(pool.map(lambda n: call(server.public, MODEL, stream=n % 2 == 0), range(200)))
    assert {ending.status for ending in endings} == {200}
    assert len(two.calls) == 200
    # Whenever a doubt ends, all threads may meet the upstream before its next answer. Doubts double from 1 s on.
    bursts = 2 + math.ceil(math.log2(1 + time.monotonic() - began))
    assert 1 <= len(one.calls) <= 16 * bursts
    told = eventually(lambda: server.log.where(upstream="one", cause=cause))
    assert [line["status"] for line in told] == [status], "one line, not one for each call"
    assert not server.log.where(upstream="two", level="warn")
    assert SECRET not in server.log.text()
    assert server.samples("weir_upstream_faults_total") == [len(one.calls)]
    assert f"faults: {cause}" in server.ask("upstreams").stdout
    shown = {row["name"]: row["faults"] for row in server.admin_get("/admin/upstreams").json()["upstreams"]}
    assert [len(shown[name]) for name in ("one", "two")] == [1, 0]


@pytest.mark.parametrize("fault", [fault for fault, (_, _, cause) in FAULTS.items() if cause != "model"])
def test_the_operators_trouble_is_not_told_to_the_client(weir, engines, fault):
    status, body, _ = FAULTS[fault]
    for engine in engines:
        engine.scripts[MODEL] = script(status, body)
    ending = call(served(weir, engines).public, MODEL)
    assert (ending.status, ending.body) == (503, OVERLOADED)
    assert [len(engine.calls) for engine in engines] == [1, 1]


def test_a_model_that_no_upstream_has_is_answered_in_its_words(weir, engines):
    for engine in engines:
        engine.scripts[MODEL] = as_json({"error": f"{engine.name} has no such model"}, status=404)
    ending = call(served(weir, engines).public, MODEL)
    assert ending.status == 404
    assert b"has no such model" in ending.body
    assert [len(engine.calls) for engine in engines] == [1, 1]


NOT_ABSENT = {
    "file": anthropic_error("not_found_error", "File not found: file_nope"),
    "tools": {"error": {"message": "No endpoints found that support tool use", "code": 404}},
    "path": openai_error(None, "This is a chat model and not supported in the v1/completions endpoint."),
    "response": openai_error(None, "Response with id 'resp_x' not found."),
}


@pytest.mark.parametrize("mistake", NOT_ABSENT)
def test_something_else_that_is_not_found_is_no_fault_of_a_route(weir, engines, mistake):
    for engine in engines:
        engine.scripts[MODEL] = as_json(NOT_ABSENT[mistake], status=404)
    server = served(weir, engines)
    for _ in range(20):
        ending = call(server.public, MODEL)
        assert (ending.status, json.loads(ending.body)) == (404, NOT_ABSENT[mistake])
    assert [len(engine.calls) for engine in engines] == [20, 20]
    for engine in engines:
        assert not server.log.where(upstream=engine.name, level="warn")
        engine.scripts.clear()
    assert call(server.public, MODEL).status == 200


REQUESTS_OWN = {
    "context": (400, openai_error("context_length_exceeded")),
    "value": (400, openai_error("invalid_value", "Invalid value: 'insufficient_quota'.")),
    "echo": (400, openai_error(None, "Invalid value: insufficient balance, invalid api key")),
    "member": (400, anthropic_error("invalid_request_error", "insufficient balance: Extra inputs are not permitted")),
    "member within": (400, openai_error(None, "metadata.api key invalid: Extra inputs are not permitted")),
    "policy": (400, openai_error("content_policy_violation")),
    "another thing": (404, openai_error("previous_response_not_found")),
    "list": (422, {"detail": [{"loc": ["body"], "msg": "insufficient balance"}]}),
    "in a member": (400, {"error": {"message": "insufficient balance", "param": "messages[0]"}}),
}


@pytest.mark.parametrize("mistake", REQUESTS_OWN)
def test_the_clients_mistake_is_answered_once_and_as_it_came(weir, engines, mistake):
    status, body = REQUESTS_OWN[mistake]
    for engine in engines:
        engine.scripts[MODEL] = script(status, body)
    server = served(weir, engines)
    for number in range(20):
        ending = call(server.public, MODEL)
        assert (ending.status, json.loads(ending.body)) == (status, body)
        assert sum(len(engine.calls) for engine in engines) == number + 1


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("size", [10, 5_000, 200_000])
def test_an_error_that_is_forwarded_is_whole(weir, engines, framing, size):
    """However it comes, and however much of it was read to judge it."""
    body = json.dumps({"error": {"message": "x" * size, "param": "messages"}}).encode()
    half = len(body) // 2
    pieces = (body[:half], body[half:])
    headers = (("Content-Language", "tlh"),)
    end = "close" if framing == "close" else "keep"
    for engine in engines:
        engine.scripts[MODEL] = Script(pieces, status=400, framing=framing, headers=headers, end=end)
    server = served(weir, engines)
    for _ in range(3):
        ending = call(server.public, MODEL)
        assert (ending.status, ending.body) == (400, body)
        assert ending.header("content-language") == "tlh"
        assert ending.header("content-type") == "application/json"


def test_a_fault_that_is_over_is_not_held_against_the_upstream(weir, engines):
    one, two = engines
    one.scripts[MODEL] = as_json(openai_error("insufficient_quota"), status=429)
    server = served(weir, engines)
    for _ in range(20):
        assert call(server.public, MODEL).status == 200
    one.scripts.clear()
    before = len(one.calls)
    eventually(lambda: call(server.public, MODEL).status == 200 and len(one.calls) > before)
