"""Validators and stored encodings."""

import gzip

import brotli
import pytest
import zstandard

from support.process import Weir

MODELS = [{"id": f"lab/model-{i:03d}", "sub_types": ["chat"]} for i in range(300)]
DECODE = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 20),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Weir(tmp_path_factory.mktemp("caching"), models=MODELS)
    yield server
    server.stop()


def test_the_etag_is_strong_and_gives_304(server):
    first = server.get("/v1/models")
    etag = first.header("ETag")
    again = server.get("/v1/models", {"If-None-Match": etag})

    assert etag.startswith('"') and etag.endswith('"')
    assert again.status == 304
    assert again.body == b""
    assert again.header("ETag") == etag
    assert again.header("Vary") == first.header("Vary")


@pytest.mark.parametrize("match", ["*", '"other", {etag}', "W/{etag}"])
def test_if_none_match_takes_lists_stars_and_weak_forms(server, match):
    etag = server.get("/v1/models").header("ETag")
    assert server.get("/v1/models", {"If-None-Match": match.format(etag=etag)}).status == 304


def test_another_body_has_another_etag(server):
    whole, none = (server.get(f"/v1/models{query}").header("ETag") for query in ("", "?type=video"))
    assert whole != none
    assert server.get("/v1/models", {"If-None-Match": none}).status == 200


def test_a_validator_does_not_open_the_door(server):
    etag = server.get("/v1/models").header("ETag")
    assert server.get("/v1/models", {"If-None-Match": etag}, key="sk-unknown").status == 401


@pytest.mark.parametrize("coding", DECODE)
def test_a_larger_list_is_stored_compressed(server, coding):
    plain = server.get("/v1/models")
    packed = server.get("/v1/models", {"Accept-Encoding": coding})

    assert packed.header("Content-Encoding") == coding
    assert len(packed.body) < len(plain.body) / 4
    assert DECODE[coding](packed.body) == plain.body
    assert packed.header("ETag") != plain.header("ETag")
    assert server.get("/v1/models", {"Accept-Encoding": coding, "If-None-Match": packed.header("ETag")}).status == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("identity", None),
        ("gzip;q=0", None),
        ("deflate", None),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("GZIP", "gzip"),
    ],
)
def test_the_coding_is_one_that_the_client_takes(server, accepted, coding):
    assert server.get("/v1/models", {"Accept-Encoding": accepted}).header("Content-Encoding") == coding


def test_a_small_list_is_sent_as_it_is(server):
    reply = server.get("/v1/models?type=video", {"Accept-Encoding": "gzip, br, zstd"})
    assert reply.header("Content-Encoding") is None


def test_vary_names_what_the_answer_depends_on(server):
    varies = {word.strip().lower() for word in server.get("/v1/models").header("Vary").split(",")}
    assert {"accept-encoding", "authorization"} <= varies


def test_the_list_is_not_for_shared_caches(server):
    control = server.get("/v1/models").header("Cache-Control")
    assert control and ("private" in control or "no-store" in control or "no-cache" in control)
