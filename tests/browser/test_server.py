"""The console as the real server serves it."""

import pytest

from browser import fake_server
from browser.conftest import NAMES
from support import wire
from support.process import KEY, Weir

SIMULATOR = {"upstreams": [{"name": "demo", "kind": "simulator"}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Weir(tmp_path_factory.mktemp("weir"), **SIMULATOR)
    yield running
    running.stop()


def get(server, path, headers=None):
    return wire.request(server.admin, "GET", path, list((headers or {}).items()))


def test_the_page_has_the_policy_that_the_tests_assume(server):
    reply = get(server, "/")

    assert reply.status == 200
    assert reply.header("content-security-policy") == fake_server.POLICY


@pytest.mark.parametrize("name", [name for name in NAMES if name != "console.html"])
def test_files_are_compressed_and_revalidated(server, name):
    reply = get(server, f"/console/{name}", {"Accept-Encoding": "br, gzip"})

    assert (reply.status, reply.header("content-encoding")) == (200, "br")
    again = get(server, f"/console/{name}", {"Accept-Encoding": "br, gzip", "If-None-Match": reply.header("etag")})
    assert (again.status, again.body) == (304, b"")


def test_all_of_the_console_is_at_most_60_kilobytes(server):
    sizes = {path: len(get(server, path, {"Accept-Encoding": "br"}).body) for path in ["/", *(f"/console/{name}" for name in NAMES[1:])]}

    assert sum(sizes.values()) <= 60 * 1024, sizes


def test_the_playground_reaches_the_api_with_a_key_only(server):
    assert get(server, "/v1/models").status == 401
    assert get(server, "/v1/models", {"Authorization": f"Bearer {KEY}"}).status == 200
    elsewhere = {"Authorization": f"Bearer {KEY}", "Origin": "https://example.com"}
    assert get(server, "/v1/models", elsewhere).status == 403
