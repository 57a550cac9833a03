"""Upstreams are asked in the background. Whatever they do, no request waits for one, and the
list is neither empty nor late because of one."""

import contextlib
import threading

import pytest

from support.eventually import eventually
from support.upstream import Answer, Upstream, as_json, closed_port, openai_list

OWN = {"id": "lab/own", "sub_types": ["chat"]}
# As fast as the settings allow.
QUICK = {"refresh_interval": "1s", "timeout": "500ms", "backoff_max": "1s", "grace": "10m"}


def upstream_row(upstream, name="gpu", kind="openai", **more):
    return {"name": name, "kind": kind, "url": upstream.url, **more}


def test_what_an_upstream_lists_is_listed_after_what_is_declared(weir):
    with Upstream({"/v1/models": openai_list("zeta", "alpha")}) as upstream:
        server = weir(models=[OWN], upstreams=[upstream_row(upstream)], discovery=QUICK)
        eventually(lambda: server.ids() == ["lab/own", "zeta", "alpha"])
        row = server.get("/v1/models/zeta").json()
        assert (row["created"], row["owned_by"]) == (1700000000, "lab")


def test_the_upstream_gets_its_own_key_and_never_the_clients(weir):
    with Upstream({"/v1/models": openai_list("a")}) as upstream:
        server = weir(upstreams=[upstream_row(upstream, api_key="upstream-secret")], discovery=QUICK)
        eventually(lambda: server.ids() == ["a"])
        sent = [ask[2].get("authorization") for ask in upstream.asked_for("/v1/models")]
        assert set(sent) == {"Bearer upstream-secret"}


FAULTS = {
    "html": Answer(b"<!doctype html><title>Sign in</title>", content_type="text/html"),
    "html called json": Answer(b"<!doctype html>"),
    "an error status": as_json({"error": "busy"}, status=500),
    "an empty list": openai_list(),
    "null": as_json({"object": "list", "data": None}),
    "nothing": Answer(b""),
    "half a list": Answer(b'{"object":"list","data":[{"id":"lab/a"'),
    "a cut connection": Answer(openai_list("lab/a").body, cut_after=10),
    "a huge answer": Answer(b'{"data":[' + b" " * (1 << 21) + b"]}"),
    "a redirect": Answer(b"", status=302),
    "deep nesting": Answer(b"[" * 100_000),
    "not text": Answer(b"\xff\xfe\x00\x01"),
}


def test_no_fault_takes_anything_off_the_last_good_list(weir):
    """Every fault at once, each at an upstream of its own, whose models are named after it."""
    good = {fault: openai_list(f"{fault}/a", f"{fault}/b") for fault in FAULTS}
    whole = ["lab/own"] + [f"{fault}/{model}" for fault in FAULTS for model in "ab"]
    with contextlib.ExitStack() as stack:
        upstreams = {fault: stack.enter_context(Upstream({"/v1/models": good[fault]})) for fault in FAULTS}
        server = weir(
            models=[OWN],
            upstreams=[upstream_row(upstream, f"up-{i}") for i, upstream in enumerate(upstreams.values())],
            discovery={**QUICK, "max_answer_bytes": "1MiB"},
        )
        eventually(lambda: server.ids() == whole)

        asked = {}
        for fault, upstream in upstreams.items():
            asked[fault] = len(upstream.asked)
            upstream.routes["/v1/models"] = FAULTS[fault]
        # Asked twice more: the first of the two answers has been dealt with by then.
        for fault, upstream in upstreams.items():
            eventually(lambda: len(upstream.asked) >= asked[fault] + 2, what=f"refreshes after {fault}")  # noqa: B023
        assert server.ids() == whole

        for upstream in upstreams.values():
            upstream.routes["/v1/models"] = openai_list("healed")
        eventually(lambda: server.ids() == ["lab/own", "healed"])


def test_a_list_in_small_pieces_is_a_list(weir):
    answer = openai_list("lab/a")
    answer.piece = 1
    with Upstream({"/v1/models": answer}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery={**QUICK, "timeout": "5s"})
        eventually(lambda: server.ids() == ["lab/a"])


def test_a_dead_and_a_silent_upstream_delay_nobody(weir):
    silence = Answer(hold=threading.Event())
    with Upstream({"/v1/models": silence}) as silent, Upstream({"/v1/models": openai_list("lab/a")}) as good:
        dead = {"name": "dead", "kind": "openai", "url": f"http://127.0.0.1:{closed_port()}"}
        server = weir(
            models=[OWN],
            upstreams=[dead, upstream_row(silent, "silent"), upstream_row(good, "good")],
            discovery={**QUICK, "timeout": "5m"},
        )
        # The silent one is held for as long as the test runs, so an answer cannot have waited.
        eventually(lambda: silent.asked and server.ids() == ["lab/own", "lab/a"])
        assert not silence.hold.is_set()


def test_the_first_list_waits_for_no_upstream(weir):
    silence = Answer(hold=threading.Event())
    with Upstream({"/v1/models": silence}) as silent:
        server = weir(models=[OWN], upstreams=[upstream_row(silent)], discovery={**QUICK, "timeout": "5m"})
        assert server.ids() == ["lab/own"]
        assert not silence.hold.is_set()


def test_a_model_leaves_when_its_upstream_was_unreachable_for_the_grace_time(weir):
    with Upstream({"/v1/models": openai_list("lab/a")}) as upstream:
        server = weir(models=[OWN], upstreams=[upstream_row(upstream)], discovery={**QUICK, "grace": "1s"})
        eventually(lambda: server.ids() == ["lab/own", "lab/a"])
    eventually(lambda: server.ids() == ["lab/own"])
    assert "lab/a" in server.ids("?include_unavailable=true")


def test_a_failing_upstream_shows_as_degraded_first(weir):
    with Upstream({"/v1/models": openai_list("lab/a")}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)

        def status():
            return server.get("/v1/models/lab/a?view=full").json().get("status")

        eventually(lambda: status() == "available")
        upstream.routes["/v1/models"] = as_json({"error": "busy"}, status=503)
        eventually(lambda: status() == "degraded")


def test_one_model_at_two_upstreams_is_one_row(weir):
    with Upstream({"/v1/models": openai_list("lab/a", "lab/b")}) as first:
        with Upstream({"/v1/models": openai_list("lab/b", "lab/c")}) as second:
            server = weir(upstreams=[upstream_row(first, "one"), upstream_row(second, "two")], discovery=QUICK)
            eventually(lambda: server.ids() == ["lab/a", "lab/b", "lab/c"])


def test_paths_and_arguments_are_not_passed_on(weir):
    secret = "/home/someone/models/secret.gguf"
    answer = openai_list("lab/a", path=secret, status={"args": ["--api-key", "leaked"]}, address="10.1.2.3")
    with Upstream({"/v1/models": answer}) as upstream:
        server = weir(upstreams=[upstream_row(upstream)], discovery=QUICK)
        eventually(lambda: server.ids() == ["lab/a"])
        body = server.get("/v1/models?view=full&include_unavailable=true").body.decode()
        for leak in (secret, "leaked", "10.1.2.3"):
            assert leak not in body


KINDS = {
    "vllm": (
        {"/v1/models": openai_list("Qwen/Qwen3-Embedding-8B", max_model_len=32768)},
        {"Qwen/Qwen3-Embedding-8B": ("embedding", {"max_model_len": 32768})},
    ),
    "ollama": (
        {
            "/api/tags": as_json(
                {
                    "models": [
                        {"name": "llama3.2:3b", "model": "llama3.2:3b", "capabilities": ["completion", "tools"]},
                        {"name": "minnow:latest", "model": "minnow:latest", "capabilities": ["embedding"]},
                    ]
                }
            ),
            "/v1/models": openai_list("llama3.2:3b", "minnow:latest"),
        },
        {"llama3.2:3b": ("chat", {}), "minnow:latest": ("embedding", {})},
    ),
    "tei": (
        {"/info": as_json({"model_id": "lab/neutral", "model_type": {"embedding": {"pooling": "cls"}},
                           "max_input_length": 512, "version": "1.8"})},
        {"lab/neutral": ("embedding", {})},
    ),
    "xinference": (
        {
            "/v1/models": as_json(
                {
                    "object": "list",
                    "data": [
                        {"id": "minnow", "object": "model", "created": 0, "owned_by": "xinference",
                         "model_type": "embedding", "address": "10.1.2.3:9"},
                        {"id": "perch", "object": "model", "created": 0, "owned_by": "xinference",
                         "model_type": "rerank"},
                    ],
                }
            )
        },
        {"minnow": ("embedding", {}), "perch": ("reranker", {})},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_kinds_own_word_on_types_is_heard(weir, kind):
    routes, expected = KINDS[kind]
    with Upstream(routes) as upstream:
        server = weir(upstreams=[upstream_row(upstream, kind=kind)], discovery=QUICK)
        eventually(lambda: server.ids() == list(expected))
        rows = {row["id"]: row for row in server.get("/v1/models?view=full").json()["data"]}
        for id_, (sub_type, facts) in expected.items():
            assert rows[id_]["sub_types"] == [sub_type]
            assert {name: rows[id_].get(name) for name in facts} == facts


def test_the_config_overrules_the_upstream(weir):
    with Upstream({"/v1/models": openai_list("lab/a-embedding")}) as upstream:
        server = weir(
            models=[{"id": "lab/a-embedding", "sub_types": ["reranker"], "upstreams": [{"name": "gpu"}]}],
            upstreams=[upstream_row(upstream)],
            discovery=QUICK,
        )
        eventually(lambda: upstream.asked and server.ids("?sub_type=reranker") == ["lab/a-embedding"])
        assert server.ids("?sub_type=embedding") == []


def test_a_declared_alias_stands_for_the_upstreams_model(weir):
    with Upstream({"/v1/models": openai_list("qwen3-8b")}) as upstream:
        server = weir(
            models=[{"id": "Qwen/Qwen3-8B", "sub_types": ["chat"],
                     "upstreams": [{"name": "gpu", "model": "qwen3-8b"}]}],
            upstreams=[upstream_row(upstream)],
            discovery=QUICK,
        )  # fmt: skip
        eventually(lambda: "Qwen/Qwen3-8B" in server.ids())
