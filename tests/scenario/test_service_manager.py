"""The systemd side of a service: passed sockets, notifications, the watchdog."""

import signal
import socket
import subprocess

import pytest

from support.eventually import DEADLINE_S, eventually
from support.process import BINARY, KEY, Lines
from support.service_manager import Notices, command_with_sockets, frozen, may_freeze
from support.wire import request, speaks_plain

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]


@pytest.fixture(params=["path", "abstract"])
def notices(request, tmp_path):
    address = str(tmp_path / "notify") if request.param == "path" else f"@weir-test-{tmp_path.name}-{id(tmp_path)}"
    notices = Notices(address)
    yield notices
    notices.close()


def told(weir, notices, **sections):
    environment = {"NOTIFY_SOCKET": notices.address, **sections.pop("environment", {})}
    return weir(environment=environment, models=MODELS, **sections)


def test_it_says_when_it_is_ready_when_it_reloads_and_when_it_stops(weir, notices):
    server = told(weir, notices)
    ready = eventually(lambda: notices.where("READY"))[0]
    assert ready["STATUS"] == f"serving 1 models at 127.0.0.1:{server.public}"
    server.signal(signal.SIGHUP)
    eventually(lambda: len(notices.where("READY")) == 2)
    reloading = notices.where("RELOADING")[0]
    assert int(reloading["MONOTONIC_USEC"]) > 0
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0
    eventually(lambda: notices.where("STOPPING"))
    assert notices.first_words() == ["READY", "RELOADING", "READY", "STOPPING"]


def test_ready_means_that_it_answers(weir, tmp_path):
    notices = Notices(str(tmp_path / "notify"))
    server = told(weir, notices, wait=False)
    with notices.news:
        assert notices.news.wait_for(lambda: notices.where("READY"), DEADLINE_S)
    port = int(notices.where("READY")[0]["STATUS"].rpartition(":")[2])
    speaks_plain(port)
    assert request(port, "GET", "/v1/models", key=KEY).status == 200
    server.wait_until_listening()
    notices.close()


def test_a_takeover_names_the_new_main_process(weir, tmp_path):
    notices = Notices(str(tmp_path / "notify"))
    old = told(weir, notices, server={"takeover_socket": "takeover.sock"})
    new = old.successor()
    assert old.process.wait(DEADLINE_S) == 0
    eventually(lambda: notices.where("MAINPID", str(new.process.pid)))
    notices.flush()
    assert not notices.where("STOPPING"), "the service goes on"
    new.stop()
    notices.close()


def test_nobody_to_tell_does_not_matter(weir):
    server = weir(environment={"NOTIFY_SOCKET": "/no/such/socket", "WATCHDOG_USEC": "what"}, models=MODELS)
    assert server.ids() == ["lab/chat"]


def test_the_watchdog_is_fed_while_threads_answer_and_not_while_one_is_stuck(weir, tmp_path):
    if not may_freeze():
        pytest.skip("stopping one thread of a server takes root")
    notices = Notices(str(tmp_path / "notify"))
    environment = {"WATCHDOG_USEC": "200000"}
    server = told(weir, notices, environment=environment)
    eventually(lambda: fed(notices) > 3)
    with frozen(server.process.pid, "weir-io-1"):
        # One may have been on its way; complaints come in place of the next. Some may be from before.
        complains_again(server)
        before = fed(notices)
        complains_again(server)
        assert fed(notices) == before
    eventually(lambda: fed(notices) > before + 1)
    notices.close()


def fed(notices):
    """The number of watchdog notifications so far."""
    notices.flush()
    return len(notices.where("WATCHDOG"))


def complains_again(server):
    def complaints():
        return len(server.log.where(msg="an I/O thread is stuck"))

    before = complaints()
    eventually(lambda: complaints() >= before + 3)


def test_a_watchdog_for_another_process_is_not_fed(weir, tmp_path):
    notices = Notices(str(tmp_path / "notify"))
    server = told(weir, notices, environment={"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"})
    assert server.ids()
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0
    eventually(lambda: notices.where("STOPPING"))
    assert not notices.where("WATCHDOG")
    notices.close()


# Sockets.


class Activated:
    """A server that was started with sockets, as systemd does it."""

    def __init__(self, server, sockets, **variables):
        command, options = command_with_sockets([BINARY, "serve", "--config", server.config_file], sockets)
        environment = {**server.environment, "LISTEN_FDS": str(len(sockets)), **variables}
        self.process = subprocess.Popen(
            command, cwd=server.directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
        )
        self.log = Lines(self.process.stderr)
        Lines(self.process.stdout)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(DEADLINE_S) == 0

    def listening(self):
        return eventually(lambda: self.log.where(msg="listening"))[0]


def listener():
    made = socket.create_server(("127.0.0.1", 0), backlog=128)
    speaks_plain(made.getsockname()[1])
    return made


@pytest.fixture
def config(weir):
    """A folder with a config file; its own server has ended."""
    server = weir(models=MODELS)
    server.signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE_S) == 0
    return server


def test_passed_sockets_are_served_by_name(config):
    with listener() as api, listener() as admin:
        ports = [sock.getsockname()[1] for sock in (api, admin)]
        server = Activated(config, [admin, api], LISTEN_FDNAMES="admin:api")
        assert server.listening()["listen"] == f"127.0.0.1:{ports[0]}"
        assert request(ports[0], "GET", "/v1/models", key=KEY).status == 200
        assert request(ports[1], "GET", "/readyz").status == 200
        server.stop()


def test_a_connection_from_before_the_start_is_answered(config):
    """That is what activation is for: the socket is there, and its queue, when the server is not."""
    with listener() as api:
        port = api.getsockname()[1]
        early = [socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) for _ in range(20)]
        for connection in early:
            connection.sendall(b"GET /openapi.yaml HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")
        server = Activated(config, [api])
        for connection in early:
            with connection:
                assert connection.recv(12) == b"HTTP/1.1 200"
        server.stop()


def test_a_restart_behind_passed_sockets_refuses_nobody(config):
    with listener() as api:
        port = api.getsockname()[1]
        for _ in range(3):
            server = Activated(config, [api])
            assert request(port, "GET", "/v1/models", key=KEY).status == 200
            server.stop()
            # No server is running, and no connection is refused.
            socket.create_connection(("127.0.0.1", port)).close()


def test_its_children_and_logs_see_nothing_of_the_variables(config):
    with listener() as api:
        server = Activated(config, [api])
        server.listening()
        # The environment passed to execve is no longer complete: the config may name any variable.
        config.write_config_text(config.config_file.read_text() + "pepper: ${LISTEN_FDS}\n")
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: [line for line in server.log.all if "LISTEN_FDS is not set" in str(line)])
        server.stop()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LISTEN_FDNAMES": "web"}, 'a socket is named "web"; expected FileDescriptorName=api or admin'),
        ({"LISTEN_FDNAMES": "api:admin"}, "LISTEN_FDNAMES has 2 names for 1 sockets"),
        ({"LISTEN_FDS": "many"}, 'LISTEN_FDS is "many"; expected an integer from 0 to 512'),
    ],
)
def test_what_it_cannot_use_it_names(config, variables, said):
    with listener() as api:
        server = Activated(config, [api], **variables)
        assert server.process.wait(DEADLINE_S) == 1
        server.log.join()
        assert said in server.log.text()


def test_a_socket_that_does_not_listen_is_refused(config):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wrong:
        wrong.bind(("127.0.0.1", 0))
        server = Activated(config, [wrong])
        assert server.process.wait(DEADLINE_S) == 1
        server.log.join()
        assert "cannot listen on descriptor 3" in server.log.text()
