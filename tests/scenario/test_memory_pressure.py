"""Near its memory limit the server closes idle connections first, then refuses requests; it serves
again when the memory is free."""

import pathlib
import resource

import pytest

from support.caller import OVERLOADED, Caller, post_head
from support.engine import Engine
from support.eventually import SLOWDOWN, eventually
from support.process import KEY
from support.wire import Wire, head

MIB = 1 << 20
ROOM = 40 * MIB
BODY = 60 * MIB
MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]


def resident(server):
    pages = pathlib.Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def pressure(server):
    return server.samples("weir_memory_pressure") == [3]


def refusal(server):
    """The refusal of a list request; nothing if it is answered."""
    answer = server.get("/v1/models")
    assert answer.status in (200, 503)
    return answer if answer.status == 503 else None


@pytest.mark.skipif(SLOWDOWN > 1, reason="a sanitizer keeps what was given back")
def test_memory_pressure_closes_idle_connections_and_refuses_until_it_is_gone(weir):
    with Engine("lab/chat") as engine:
        sections = {
            "models": MODELS,
            "upstreams": [{"name": "gpu", "url": engine.url}],
            "calls": {"max_body_bytes": 2 * BODY, "buffer_bytes": 4 * BODY},
        }
        usual = resident(weir(**sections))
        limit = max(usual + ROOM, 64 * MIB)
        server = weir(server={"memory_limit_bytes": limit}, **sections)
        with Wire(server.public) as idle, Caller(server.public) as large:
            idle.send(head("GET", "/v1/models", key=KEY))
            assert idle.receive().status == 200

            # All but the last byte of a body that is held whole.
            large.send(post_head("/v1/chat/completions", BODY) + b" " * (BODY - 1))

            eventually(lambda: pressure(server))
            assert idle.closed()
            refused = eventually(lambda: refusal(server))
            assert refused.body == OVERLOADED
            assert int(refused.header("Retry-After")) >= 1
            assert server.admin_get("/healthz").status == 200

        eventually(lambda: server.samples("weir_memory_pressure") == [0])
        eventually(lambda: not refusal(server))
