"""The fake has the members that the real server sends: a page that reads another name would show nothing."""

import http.client
import json

import pytest

from browser import fake_state
from browser.fake_server import Fake
from support.caller import call
from support.demo import SIMULATOR
from support.eventually import DEADLINE_S, eventually
from support.process import Weir

ADMIN_KEY = "admin-key-0123456789"
PATHS = (
    "session models models/demo/chat upstreams upstreams/demo keys keys/{key} keys/{key}/use series?step=1s calls calls/{call} "
    "usage usage?by=day,key,model config"
).split()


class Side:
    """One of the two servers, and the ids of a key and of a call of its own."""

    def __init__(self, port):
        self.port = port
        self.key = self.call = ""

    def connect(self, path, method="GET", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        fields = {"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"}
        connection.request(method, f"/admin/v1/{path}", body, fields)
        return connection

    def read(self, path):
        connection = self.connect(path.format(key=self.key, call=self.call))
        answer = connection.getresponse()
        assert answer.status == 200, (path, answer.status)
        body = json.loads(answer.read())
        connection.close()
        return body

    def event(self):
        connection = self.connect("events")
        answer = connection.getresponse()
        while not (line := answer.readline()).startswith(b"data:"):
            assert line, "the stream of events ended"
        connection.close()
        return json.loads(line[5:])


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    server = Weir(tmp_path_factory.mktemp("weir"), server={"admin_key": ADMIN_KEY}, usage={"flush_interval": "1s"}, **SIMULATOR)
    side = Side(server.admin)
    eventually(lambda: "demo/chat" in server.ids(), what="the demo models")
    connection = side.connect("keys", "POST", json.dumps({"name": "ci", "limits": {"requests_per_minute": 1000}}))
    made = json.loads(connection.getresponse().read())
    connection.close()
    side.key = made["id"]
    assert call(server.public, "demo/chat", key=made["key"]).status == 200
    side.call = eventually(lambda: side.read("calls")["data"], what="the call")[0]["id"]
    eventually(lambda: side.read("usage")["data"], what="the usage")
    eventually(lambda: side.read("series?step=1s")["data"], what="a second of the series")
    yield side
    server.stop()


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    server = Fake(
        tmp_path_factory.mktemp("assets"),
        fake_state.State(
            models=[fake_state.model("demo/chat", "chat", upstream="demo")],
            upstreams=[fake_state.upstream("demo", "simulator", models=1)],
            keys=[fake_state.key(0, "ci", use=[("requests_per_minute", 1, 1000)])],
            calls=[fake_state.call(1)],
            load=1,
        ),
    )
    side = Side(int(server.url.rpartition(":")[2]))
    side.key, side.call = "key_0000", "1"
    yield side
    server.stop()


def names(value, at=""):
    """The path of every member. Elements of a list count as one."""
    if isinstance(value, list):
        return set().union(*(names(one, f"{at}[]") for one in value))
    if not isinstance(value, dict):
        return set()
    return {f"{at}.{name}" for name in value}.union(*(names(one, f"{at}.{name}") for name, one in value.items()))


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_has_the_same_members(real, fake, path):
    assert names(fake.read(path)) == names(real.read(path))


def test_an_event_has_the_same_members(real, fake):
    in_real = eventually(lambda: (event := real.event())["series"] and event, what="an event with a second")

    assert names(fake.event()) == names(in_real)
