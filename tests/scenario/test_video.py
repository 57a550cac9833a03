"""Videos are made in two calls: the second finds the upstream of the first from the id alone, on
any node, after a restart, with no table anywhere."""

import json

import pytest

from support.caller import call, post
from support.engine import Engine, as_json
from support.eventually import DEADLINE_S, eventually, until
from support.process import KEY

MODEL = "lab/film"
PEPPER = "p" * 40
OTHER = "sk-other-0123456789abcdef0123456789abcdef"
NARROW = "sk-narrow-0123456789abcdef0123456789abcdef"


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


def submit(server, **options):
    body = json.dumps({"model": MODEL, "prompt": "a weir"}).encode()
    ending = post(server.public, "/v1/video/submit", body, **options)
    assert ending.status == 200, (ending.status, ending.body)
    (name, id_), = ending.json().items()  # fmt: skip
    assert name == "requestId"
    return id_


def status(server, id_, **options):
    return post(server.public, "/v1/video/status", json.dumps({"requestId": id_}).encode(), **options)


def test_the_status_call_finds_its_upstream_again(weir, engines):
    server = weir(**sections(engines))
    for _ in until(lambda: all(engine.calls for engine in engines)):
        assert status(server, submit(server)).json()["status"] == "Succeed"
    for engine in engines:
        paths = [made.path for made in engine.calls]
        assert paths.count("/video/submit") == paths.count("/video/status")
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


def key_in(output):
    return next(word for word in output.split() if word.startswith("sk-"))


def all_but_the_trace(ending):
    """Everything that a client can distinguish answers by."""
    return ending.status, ending.json(), sorted(name for name, _ in ending.headers)


def test_another_key_is_told_what_a_made_up_id_is_told(weir, engines):
    keys = [{"name": "test", "key": KEY}, {"name": "other", "key": OTHER}, {"name": "narrow", "key": NARROW,
             "models": ["other/*"]}]  # fmt: skip
    server = weir(**sections(engines, keys=keys))
    id_ = submit(server)
    asked = sum(len(engine.calls) for engine in engines)
    unknown = all_but_the_trace(status(server, "weirreq_made_up"))
    assert unknown[0] == 400
    assert all_but_the_trace(status(server, id_, key=OTHER)) == unknown
    assert all_but_the_trace(status(server, id_, key=NARROW)) == unknown
    assert sum(len(engine.calls) for engine in engines) == asked
    assert status(server, id_).status == 200


def test_a_rotated_key_asks_for_what_its_predecessor_submitted(weir, engines):
    server = weir(**sections(engines))
    before = server.create_key("film")
    eventually(lambda: server.get("/v1/models", key=before).status == 200)
    id_ = submit(server, key=before)

    after = key_in(server.cli("keys", "rotate", "film", "--overlap", "1h").stdout)
    eventually(lambda: server.get("/v1/models", key=after).status == 200)
    assert status(server, id_, key=after).status == 200
    assert status(server, id_, key=before).status == 200
    assert status(server, submit(server, key=after), key=before).status == 200

    server.cli("keys", "revoke", "film")
    namesake = server.create_key("film")
    eventually(lambda: server.get("/v1/models", key=namesake).status == 200)
    assert status(server, id_, key=namesake).status == 400


def test_a_config_key_is_its_text_whatever_its_name(weir, engines):
    server = weir(**sections(engines))
    id_ = submit(server)
    server.stop()
    server.write_config(**sections(engines, keys=[{"name": "test", "key": OTHER}, {"name": "new", "key": KEY}]))
    server.start()
    assert status(server, id_, key=OTHER).status == 400
    assert status(server, id_, key=KEY).status == 200


def test_a_server_that_takes_over_knows_it(weir, engines):
    server = weir(**sections(engines, server={"takeover_socket": "takeover.sock"}))
    id_ = submit(server)
    other = server.successor()
    try:
        assert server.process.wait(DEADLINE_S) == 0
        assert status(other, id_).status == 200
    finally:
        other.stop()


def test_an_id_has_its_time(weir, engines):
    server = weir(**sections(engines))
    id_ = submit(server)
    assert status(server, id_).status == 200
    server.write_config(**sections(engines, calls={"video_request_id_lifetime": "1s"}))
    eventually(lambda: status(server, id_).status == 400)
    assert all_but_the_trace(status(server, id_)) == all_but_the_trace(status(server, "weirreq_made_up"))
    server.write_config(**sections(engines, calls={"video_request_id_lifetime": "1h"}))
    eventually(lambda: status(server, id_).status == 200)


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
