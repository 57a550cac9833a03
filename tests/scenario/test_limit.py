"""A limit of N requests admits N, whatever the concurrency. Never one too many."""

import threading

import pytest

from support.process import KEY
from support.wire import Wire, head

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]
CLIENTS = 64


def limited(weir, limit, setting="requests_per_minute"):
    return weir(models=MODELS, keys=[{"name": "test", "key": KEY, setting: limit}])


def storm(server, requests_each):
    """Statuses of all answers to CLIENTS connections asking at the same moment."""
    start, statuses, lock = threading.Barrier(CLIENTS), [], threading.Lock()

    def client():
        with Wire(server.public) as wire:
            start.wait()
            # All requests are sent in one write, so the server reads them as fast as it can.
            wire.send(head("GET", "/v1/models", key=KEY) * requests_each)
            got = [wire.receive().status for _ in range(requests_each)]
        with lock:
            statuses.extend(got)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


# The storm lasts far less than a day, so what is admitted is exactly the limit.
@pytest.mark.parametrize("limit", [1, 100, 500])
def test_64_parallel_clients_get_exactly_the_limit(weir, limit):
    statuses = storm(limited(weir, limit, "requests_per_day"), requests_each=20)

    assert len(statuses) == CLIENTS * 20
    assert statuses.count(200) == limit
    assert statuses.count(429) == len(statuses) - limit


def test_a_refusal_says_when_to_come_back(weir):
    server = limited(weir, 1)
    assert server.get("/v1/models").status == 200

    refused = server.get("/v1/models")

    assert refused.status == 429
    assert 1 <= int(refused.header("Retry-After")) <= 60
    body = refused.json()
    assert list(body) == ["message", "data"]
    assert isinstance(body["data"], str)


def test_the_limit_holds_over_every_route_and_counts_no_refused_key(weir):
    server = limited(weir, 3)
    for _ in range(5):
        assert server.get("/v1/models", key="sk-unknown").status == 401

    statuses = [server.get(path).status for path in ("/v1/models", "/v1/models/lab/chat", "/v1/models/none")]

    assert statuses == [200, 200, 404]
    assert server.get("/v1/models").status == 429


def test_a_reload_does_not_forget_what_was_taken(weir):
    server = limited(weir, 2)
    assert [server.get("/v1/models").status for _ in range(3)] == [200, 200, 429]

    server.write_config(
        models=[*MODELS, {"id": "lab/new", "sub_types": ["chat"]}],
        keys=[{"name": "test", "key": KEY, "requests_per_minute": 2}, {"name": "eye", "key": "sk-" + "e" * 40}],
    )
    from support.eventually import eventually

    eventually(lambda: server.get("/v1/models/lab/new", key="sk-" + "e" * 40).status == 200)

    assert server.get("/v1/models").status == 429
