"""A new server takes over from a running one: no connection is refused or reset, nothing is
counted twice or lost; and if the new one does not start, nothing changes."""

import signal
import socket
import stat
import threading

import pytest

from support.caller import Stream, call, usage_rows
from support.engine import DONE, Engine, as_stream, event
from support.eventually import DEADLINE_S, eventually
from support.load import Load
from support.process import KEY
from support.wire import Closed, Wire, head

MODELS = [{"id": "lab/declared", "sub_types": ["chat"]}]
PROTOCOL = b"weir-takeover/1 "


@pytest.fixture
def first(weir, tmp_path):
    """first(**sections) starts a server that lets others take over; `first.then(server)` the next."""
    later = []

    def start(**sections):
        # A client that is not scheduled for a while must not be disconnected without an answer.
        server = {"takeover_socket": "takeover.sock", "drain_idle_timeout": "10s", **sections.pop("server", {})}
        return weir(server=server, **{"models": MODELS, **sections})

    def then(server, **options):
        later.append(server.successor(**options))
        return later[-1]

    start.then = then
    yield start
    for server in later:
        server.stop()


def ended(server):
    return server.process.wait(DEADLINE_S)


def takeover_path(server):
    return server.directory / "takeover.sock"


def test_the_new_one_serves_and_the_old_one_ends(first):
    old = first()
    new = first.then(old)
    assert (new.public, new.admin) == (old.public, old.admin)
    assert ended(old) == 0
    assert new.ids() == ["lab/declared"]
    assert new.admin_get("/readyz").status == 200
    eventually(lambda: old.log.where(msg="another server takes over", pid=new.process.pid))
    eventually(lambda: new.log.where(msg="took over", pid=old.process.pid))


def test_nobody_is_refused_or_reset(first):
    with Engine("lab/chat") as engine:
        old = first(upstreams=[{"name": "gpu", "url": engine.url}])
        eventually(lambda: "lab/chat" in old.ids())
        with Load(old.public, fresh=2, kept=2, streams=1, model="lab/chat") as load:
            for _ in range(4):
                eventually(lambda: load.counts["answered"] > 50)
                new = first.then(old)
                assert ended(old) == 0
                old = new
                load.counts["answered"] = 0
            eventually(lambda: load.counts["answered"] > 50)
    assert load.lost == {}
    assert load.counts["told"] > 0
    assert load.counts["streamed"] > 0


def test_a_stream_goes_on_across_the_change(first):
    with Engine("lab/chat") as engine:
        hold = threading.Event()
        engine.scripts["lab/chat"] = as_stream(event({"n": 1}), hold, event({"n": 2}), DONE)
        old = first(upstreams=[{"name": "gpu", "url": engine.url}])
        eventually(lambda: "lab/chat" in old.ids())
        with Stream(old.public) as stream:
            stream.open("lab/chat")
            assert stream.next_event() == event({"n": 1})
            new = first.then(old)
            assert new.ids()
            assert old.process.poll() is None, "it did not wait for its stream"
            hold.set()
            assert stream.rest() == [event({"n": 2}), DONE]
        assert ended(old) == 0


def test_the_list_is_whole_from_the_first_answer_on(first):
    """A new server has not asked its upstreams yet; it does so before it takes over."""
    with Engine("lab/chat") as engine:
        old = first(upstreams=[{"name": "gpu", "url": engine.url}])
        eventually(lambda: "lab/chat" in old.ids())
        seen = []
        stop = threading.Event()

        def watch():
            while not stop.is_set():
                seen.append(tuple(sorted(old.ids())))

        watcher = threading.Thread(target=watch)
        watcher.start()
        first.then(old)
        assert ended(old) == 0
        stop.set()
        watcher.join()
        assert set(seen) == {("lab/chat", "lab/declared")}


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (2, 2)])
def test_the_number_of_threads_may_change(first, before, after):
    old = first(server={"threads": before})
    old.write_config(**{**old.config, "server": {**old.config["server"], "threads": after}})
    with Load(old.public, fresh=3, kept=1) as load:
        new = first.then(old)
        assert ended(old) == 0
        load.counts.clear()
        # Each socket has a queue of its own: enough connections that all of them get some.
        eventually(lambda: load.counts["answered"] > 100)
    assert load.lost == {}
    eventually(lambda: new.log.where(msg="listening", threads=after))


def test_usage_and_keys_are_exact_across_the_change(first):
    with Engine("lab/chat") as engine:
        old = first(upstreams=[{"name": "gpu", "url": engine.url}])
        eventually(lambda: "lab/chat" in old.ids())
        made = [old.create_key("before")]
        calls = 0
        held = threading.Event()
        engine.scripts["lab/chat"] = as_stream(event({"n": 1}), held, DONE)
        eventually(lambda: old.get("/v1/models", key=made[0]).status == 200)
        with Stream(old.public) as stream:
            stream.open("lab/chat", key=made[0])
            stream.next_event()
            del engine.scripts["lab/chat"]
            new = first.then(old)
            made.append(new.create_key("while"))
            eventually(lambda: new.get("/v1/models", key=made[1]).status == 200)
            for key in made * 5:
                assert call(new.public, "lab/chat", key=key).status == 200
                calls += 1
            held.set()
            assert stream.rest() == [DONE]
        assert ended(old) == 0

        def requests():
            return sum(row["requests"] for row in usage_rows(new))

        eventually(lambda: requests() == calls + 1)
        new.signal(signal.SIGTERM)
        assert ended(new) == 0
        assert requests() == calls + 1


def test_the_access_log_file_has_every_line_once(first):
    old = first(log={"access_log": "access.log"})
    with Load(old.public, fresh=2, kept=1) as load:
        eventually(lambda: load.counts["answered"] > 20)
        new = first.then(old)
        assert ended(old) == 0
    new.signal(signal.SIGTERM)
    assert ended(new) == 0
    lines = (old.directory / "access.log").read_text().splitlines()
    assert len(lines) == load.counts["answered"]
    assert all(line.startswith("{") and line.endswith("}") for line in lines)


def test_a_new_server_that_cannot_start_changes_nothing(first):
    old = first()
    old.write_config_text(old.config_file.read_text() + f"pepper: {'x' * 40}\nlog: {{access_log: /no/such/folder/x}}\n")
    broken = first.then(old, wait=False)
    assert ended(broken) == 1
    eventually(lambda: [line for line in old.log.all if "takeover failed" in str(line)])
    assert old.process.poll() is None
    assert old.ids() == ["lab/declared"]
    broken.process.returncode = 0  # as expected


def test_a_new_server_that_dies_on_the_way_changes_nothing(first):
    """It has the sockets, and sends nothing more: the old one only sees its end."""
    old = first()
    with Load(old.public, fresh=1, kept=1) as load:
        asker = ask(old, b"hello test")
        received, passed = receive_all(asker)
        assert received[-1] == PROTOCOL + b"complete 3"
        for number in passed:
            socket.close(number)
        asker.close()
        eventually(lambda: [line for line in old.log.all if "takeover failed" in str(line)])
        eventually(lambda: load.counts["answered"] > 50)
    assert load.lost == {}
    new = first.then(old)
    assert ended(old) == 0
    assert new.ids()


def test_a_new_server_that_is_stopped_while_it_asks_for_lists_changes_nothing(first):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE_S)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        old = first(
            upstreams=[{"name": "silent", "url": url}],
            discovery={"timeout": "5m", "refresh_interval": "1h"},
        )
        asked = [silent.accept()[0]]
        eventually(lambda: old.ids() == ["lab/declared"])
        new = first.then(old, wait=False)
        asked.append(silent.accept()[0])
        new.signal(signal.SIGTERM)
        assert ended(new) == -signal.SIGTERM
        eventually(lambda: [line for line in old.log.all if "takeover failed" in str(line)])
        assert old.process.poll() is None
        assert old.ids() == ["lab/declared"]
        for connection in asked:
            connection.close()
    new.process.returncode = 0  # as expected


def ask(server, words):
    asker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asker.settimeout(DEADLINE_S)
    asker.connect(str(takeover_path(server)))
    asker.send(PROTOCOL + words)
    return asker


def receive_all(asker):
    """The packets up to the last, and the descriptors that came with them."""
    packets, numbers = [], []
    while not packets or packets[-1].startswith(PROTOCOL + b"listener"):
        packet, passed, _, _ = socket.recv_fds(asker, 1024, 64)
        packets.append(packet)
        numbers += passed
    return packets, numbers


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"ready", b"refused unexpected message"),
        (b"nonsense", b"refused not a weir-takeover/1 message"),
    ],
)
def test_what_it_does_not_understand_it_refuses(first, words, said):
    old = first()
    with ask(old, words) as asker:
        assert asker.recv(1024).startswith(PROTOCOL + said)
    assert old.ids()


def test_the_socket_is_for_the_owner_alone_and_goes_with_the_last_server(first):
    old = first()
    path = takeover_path(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    new = first.then(old)
    assert ended(old) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    new.signal(signal.SIGTERM)
    assert ended(new) == 0
    assert not path.exists()


def test_without_a_server_it_starts_as_usual(first):
    old = first()
    old.kill()
    assert takeover_path(old).exists(), "what is left behind by a crash must not matter"
    new = first.then(old)
    assert new.ids() == ["lab/declared"]
    old.process.returncode = 0  # as expected


def test_take_over_without_the_setting_is_refused(weir):
    server = weir(models=MODELS)
    done = server.cli("serve", "--take-over", check=False)
    assert (done.returncode, "server.takeover_socket" in done.stderr) == (1, True)


def test_a_kept_connection_to_the_old_one_is_closed_with_an_answer(first):
    old = first(server={"drain_idle_timeout": "20s"})
    with Wire(old.public) as wire:
        wire.send(head("GET", "/v1/models", key=KEY))
        assert wire.receive().header("connection") is None
        first.then(old)
        eventually(lambda: old.log.where(msg="draining"))

        def is_the_last():
            wire.send(head("GET", "/v1/models", key=KEY))
            return wire.receive().header("connection") == "close"

        eventually(is_the_last)  # its thread may hear of the end after the log does
        with pytest.raises(Closed):
            wire.receive()
    assert ended(old) == 0
