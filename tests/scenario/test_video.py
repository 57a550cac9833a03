"""Videos are made in two calls: the second finds the upstream of the first from the id alone, on
any node, after a restart, with no table anywhere."""

import json

import pytest

from support.caller import call, post
from support.engine import Engine, as_json
from support.eventually import eventually

MODEL = "lab/film"
PEPPER = "p" * 40


@pytest.fixture
def engines():
    """Two that give different ids, and know only their own."""
    with Engine(MODEL, name="one") as one, Engine(MODEL, name="two") as two:
        for engine in (one, two):
            engine.scripts["/video/submit"] = as_json({"requestId": f"job/{engine.name}+=~"})
        yield one, two


def sections(engines, **more):
    ups = [{"name": engine.name, "kind": "siliconflow", "url": engine.url} for engine in engines]
    models = [{"id": MODEL, "sub_types": ["text-to-video"], "upstreams": [{"name": up["name"]} for up in ups]}]
    return {"models": models, "upstreams": ups, "pepper": PEPPER, **more}


def submit(server):
    ending = post(server.public, "/v1/video/submit", json.dumps({"model": MODEL, "prompt": "a weir"}).encode())
    assert ending.status == 200, (ending.status, ending.body)
    (name, id_), = ending.json().items()  # fmt: skip
    assert name == "requestId"
    return id_


def status(server, id_, **options):
    return post(server.public, "/v1/video/status", json.dumps({"requestId": id_}).encode(), **options)


def test_the_status_call_finds_its_upstream_again(weir, engines):
    server = weir(**sections(engines))
    for _ in range(20):
        assert status(server, submit(server)).json()["status"] == "Succeed"
    for engine in engines:
        paths = [made.path for made in engine.calls]
        assert paths.count("/video/submit") == paths.count("/video/status") > 0
        asked = [made.json() for made in engine.calls if made.path == "/video/status"]
        assert all(body == {"requestId": f"job/{engine.name}+=~"} for body in asked)


def test_another_node_and_a_later_start_find_it_too(weir, engines):
    first, second = weir(**sections(engines)), weir(**sections(engines))
    ids = [submit(first) for _ in range(4)]
    first.stop()
    first.start()
    for server in (second, first):
        for id_ in ids:
            assert status(server, id_).json()["status"] == "Succeed"


def test_the_id_is_a_plain_word(weir, engines):
    """It ends up in paths, file names and databases of callers."""
    id_ = submit(weir(**sections(engines)))
    assert id_.isascii()
    assert all(letter.isalnum() or letter in "-_." for letter in id_)
    assert len(id_) <= 256


@pytest.mark.parametrize(
    "change", [lambda id_: id_[:-1], lambda id_: id_ + "x", lambda id_: "job/one+=~", lambda id_: ""]
)
def test_an_id_that_was_not_given_out_reaches_no_upstream(weir, engines, change):
    server = weir(**sections(engines))
    asked = sum(len(engine.calls) for engine in engines)
    ending = status(server, change(submit(server)))
    assert ending.status in (400, 404)
    assert ending.json()["code"] in (20012, 20015)
    assert sum(len(engine.calls) for engine in engines) == asked + 1


def test_another_key_learns_nothing_it_may_not_call(weir, engines):
    narrow = "sk-narrow-0123456789abcdef0123456789abcdef"
    base = weir(**sections(engines))
    id_ = submit(base)
    keys = [{"name": "narrow", "key": narrow, "models": ["other/*"]}]
    other = weir(**sections(engines, keys=keys))
    assert status(other, id_, key=narrow).status in (403, 404)


def test_an_image_goes_the_same_way(weir, engines):
    given = sections(engines)
    given["models"][0]["sub_types"] = ["image-to-video"]
    server = weir(**given)
    body = json.dumps({"model": MODEL, "prompt": "p", "image": "data:image/png;base64,AAAA"}).encode()
    ending = post(server.public, "/v1/video/submit", body)
    assert status(server, ending.json()["requestId"]).status == 200


def test_a_status_that_fails_upstream_is_told(weir, engines):
    server = weir(**sections(engines))
    id_ = submit(server)
    for engine in engines:
        engine.scripts["/video/status"] = as_json({"code": 20015, "message": "expired", "data": None}, status=400)
    assert status(server, id_).json()["message"] == "expired"


def test_a_film_model_is_not_for_chat(weir, engines):
    server = weir(**sections(engines))
    eventually(lambda: server.ids() == [MODEL])
    assert "/video/submit" in call(server.public, MODEL).json()["message"]
