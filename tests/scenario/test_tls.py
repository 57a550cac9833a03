"""TLS on the public listener: what is spoken, what is refused, and all that calls need."""

import contextlib
import os
import re
import socket
import ssl
import subprocess
import threading
import warnings

import pytest

from support import wire
from support.caller import Caller, Stream, access_line, call, multipart, post_head, trace
from support.certificates import PAST
from support.engine import DONE, Engine, Script, as_stream, event
from support.eventually import DEADLINE_S, eventually
from support.kernel import HELD_AT_MOST
from support.process import BINARY, KEY
from support.wire import Wire, head

MODELS = [
    {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
    {"id": "lab/ear", "sub_types": ["speech-to-text"], "upstreams": [{"name": "gpu"}]},
]


@pytest.fixture
def engine():
    with Engine("lab/chat", "lab/ear") as engine:
        yield engine


@pytest.fixture
def start(weir, certificates, engine):
    """start(**server.tls) starts a server that speaks TLS."""

    def make(tls=None, server=None, **sections):
        section = {**(server or {}), "tls": certificates.settings(**(tls or {}))}
        upstreams = [{"name": "gpu", "url": engine.url}]
        return weir(tls=certificates.client(), server=section, **{"models": MODELS, "upstreams": upstreams, **sections})

    return make


def metric(server, name, **labels):
    """A metric's value, 0 if it is not there."""
    wanted = {f'{label}="{value}"' for label, value in labels.items()}
    for line in server.admin_get("/metrics").body.decode().splitlines():
        found = re.fullmatch(name + r"(?:\{(.*)\})? (\S+)", line)
        if found and wanted <= set((found[1] or "").split(",")):
            return float(found[2])
    return 0


def handshakes(server, outcome):
    return metric(server, "weir_tls_handshakes_total", outcome=outcome)


def client(certificates, version=None, ciphers=None, alpn=None):
    context = certificates.client()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if version:
            context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


# Protocol versions and parameters.


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_versions_1_2_and_1_3_are_spoken(start, certificates, version):
    server = start()
    with Wire(server.public, client(certificates, version)) as connection:
        for _ in range(3):
            connection.send(head("GET", "/v1/models", key=KEY))
            assert connection.receive().status == 200
        assert connection.socket.version() == version.name.replace("_", ".")
        assert connection.socket.compression() is None
    assert handshakes(server, "completed") == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
def test_older_versions_are_refused(start, certificates, version):
    server = start()
    with pytest.raises(ssl.SSLError):
        Wire(server.public, client(certificates, version, "ALL:@SECLEVEL=0"))
    assert server.get("/v1/models").status == 200


FORWARD_SECRET = {
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
}


def test_only_forward_secret_aead_suites_are_spoken(start, certificates):
    """Every suite that this machine's OpenSSL knows for an EC key, one by one."""
    server = start()
    known = client(certificates, ssl.TLSVersion.TLSv1_2, "ALL:@SECLEVEL=0").get_ciphers()
    spoken = set()
    for name in [suite["name"] for suite in known if suite["protocol"] != "TLSv1.3"]:
        try:
            context = client(certificates, ssl.TLSVersion.TLSv1_2, f"{name}:@SECLEVEL=0")
            Wire(server.public, context).socket.close()
            spoken.add(name)
        except (ssl.SSLError, ConnectionResetError):
            pass
    assert spoken == FORWARD_SECRET


def test_the_servers_order_of_suites_counts(start, certificates):
    server = start()
    worst_first = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
    with Wire(server.public, client(certificates, ssl.TLSVersion.TLSv1_2, worst_first)) as connection:
        assert connection.socket.cipher()[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"


def test_alpn_is_http_1_1_and_nothing_else(start, certificates):
    server = start()
    with Wire(server.public, client(certificates, alpn=["h2", "http/1.1"])) as connection:
        assert connection.socket.selected_alpn_protocol() == "http/1.1"
    with pytest.raises(ssl.SSLError):
        Wire(server.public, client(certificates, alpn=["h2"])).socket.recv(1)


def test_renegotiation_is_refused(start):
    server = start()
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.public}", "-tls1_2"],
        input="R\n",
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert "RENEGOTIATING" in done.stdout + done.stderr
    assert "no renegotiation" in done.stderr
    assert server.get("/v1/models").status == 200


def test_a_session_is_taken_up_again(start, certificates):
    server = start()
    context = client(certificates, ssl.TLSVersion.TLSv1_2)
    raw = socket.create_connection(("127.0.0.1", server.public), timeout=DEADLINE_S)
    with (
        Wire(server.public, context) as first,  # a connection without close_notify ends its session
        context.wrap_socket(raw, server_hostname="localhost", session=first.socket.session) as second,
    ):
        assert second.session_reused


# Whatever goes over plain HTTP goes over TLS.


def test_a_call_a_stream_and_an_upload(start, engine):
    server = start()
    assert call(server.public, "lab/chat").status == 200
    with Stream(server.public) as stream:
        events = stream.open("lab/chat").rest()
        assert events[-1] == b"data: [DONE]\n\n"
        # Again on the same connection.
        assert stream.open("lab/chat").rest()[-1] == b"data: [DONE]\n\n"
    content_type, body = multipart(("model", "lab/ear"), ("file", "a.wav", bytes(range(256)) * 20_000))
    with Caller(server.public) as caller:
        caller.post("/v1/audio/transcriptions", body, content_type=content_type)
        assert caller.ending().status == 200
    assert engine.calls[-1].received >= len(body)


def test_requests_in_one_record_and_in_single_bytes_are_answered_in_order(start):
    server = start()
    request = head("GET", "/v1/models", key=KEY)
    with Wire(server.public) as connection:
        connection.send(request * 3)
        for _ in range(3):
            assert connection.receive().status == 200
        for byte in request:
            connection.send(bytes([byte]))
        assert connection.receive().status == 200


def test_a_large_answer_comes_whole_to_a_slow_reader(start, engine):
    server = start()
    large = b'{"a":"' + b"x" * 20_000_000 + b'"}'
    engine.scripts["lab/chat"] = Script((large,))
    with Caller(server.public) as caller:
        caller.call("lab/chat")
        eventually(lambda: engine.calls and engine.calls[-1].stalled.is_set(), what="the answer to stall")
        ending = caller.ending()
    assert ending.body == large


def test_expect_100_continue_is_answered(start):
    server = start()
    body = b'{"model":"lab/chat","messages":[{"role":"user","content":"hello"}]}'
    with Caller(server.public) as caller:
        caller.send(post_head("/v1/chat/completions", len(body), headers=[("Expect", "100-continue")]))
        assert caller.receive("HEAD").status == 100
        caller.send(body)
        assert caller.ending().status == 200


def test_a_refusal_and_the_close_behind_it_end_with_a_farewell(start):
    server = start()
    with Wire(server.public) as connection:
        connection.send(b"GET /v1/models HTTP/1.1\r\n\r\n")
        reply = connection.receive()
        assert (reply.status, reply.header("connection")) == (400, "close")
        # An end without close_notify would raise SSLEOFError.
        assert connection.socket.recv(1) == b""


def fin(caller):
    caller.socket.shutdown(socket.SHUT_RDWR)
    caller.socket.close()


def farewell(caller):
    """close_notify, and the connection stays."""
    caller.socket.settimeout(0)
    # It is sent before the answer to it is looked for, which may be here, or the end, or nothing.
    with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLEOFError):
        caller.socket.unwrap()


def farewell_and_fin(caller):
    farewell(caller)
    caller.socket.close()


@pytest.mark.parametrize("leave", [fin, farewell, farewell_and_fin], ids=lambda leave: leave.__name__)
@pytest.mark.parametrize("streamed", [True, False], ids=["stream", "plain"])
def test_a_client_that_leaves_lets_the_engine_go(start, engine, leave, streamed):
    server = start(keys=[{"name": "test", "key": KEY, "max_in_flight": 1}])
    hello = event({"choices": [{"delta": {"content": "hello"}}]})
    held = threading.Event()
    engine.scripts["lab/chat"] = as_stream(hello, held, DONE) if streamed else Script((b"{}",), hold=held)
    header = trace()
    caller = Caller(server.public)
    caller.call("lab/chat", headers=[header], stream=streamed)
    if streamed:
        assert next(caller.pieces(caller.receive_head())) == hello
    else:
        eventually(lambda: engine.calls and engine.calls[-1].whole.is_set())
    made = engine.calls[-1]

    leave(caller)

    eventually(lambda: made.left, what="the engine's connection closed")
    assert eventually(lambda: access_line(server, header))["reason"] == "client_left"
    engine.scripts.clear()
    eventually(lambda: call(server.public, "lab/chat").status == 200)


def test_a_client_that_reads_nothing_is_given_up(start, engine):
    server = start(server={"write_stall_timeout": "300ms"})
    engine.scripts["lab/chat"] = Script((b'{"a":"' + b"x" * HELD_AT_MOST + b'"}',))
    header = trace()
    with Caller(server.public) as caller:
        caller.call("lab/chat", headers=[header])
        line = eventually(lambda: access_line(server, header))
    assert line["reason"] == "client_stalled"


# Clients that do not speak TLS, or send nothing.


def test_plain_http_is_told_and_closed(start):
    server = start()
    wire.speaks_plain(server.public)
    with Wire(server.public) as connection:
        connection.send(head("GET", "/v1/models", key=KEY))
        reply = connection.receive()
        assert reply.status == 400
        assert "HTTPS" in reply.json()["message"]
        assert connection.closed()
    assert handshakes(server, "not_tls") == 1


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\xff\xff", b"\x80\x2e\x01", b"\0"])
def test_noise_is_closed_without_harm(start, noise):
    server = start()
    with socket.create_connection(("127.0.0.1", server.public), timeout=DEADLINE_S) as connection:
        connection.sendall(noise)
        with contextlib.suppress(OSError):  # it may have been closed by now
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass
    assert server.get("/v1/models").status == 200
    eventually(lambda: handshakes(server, "failed") == 1)


def test_a_handshake_that_stalls_is_closed_in_time(start):
    server = start(tls={"handshake_timeout": "1s"})
    silent = socket.create_connection(("127.0.0.1", server.public), timeout=DEADLINE_S)
    begun = socket.create_connection(("127.0.0.1", server.public), timeout=DEADLINE_S)
    begun.sendall(b"\x16\x03\x01")
    assert silent.recv(1) == b""
    with pytest.raises(ConnectionResetError):  # what was sent was never read
        begun.recv(1)
    eventually(lambda: handshakes(server, "timed_out") == 2)
    assert server.get("/v1/models").status == 200


# Certificates that change.


def shown(server):
    """The serial number of the certificate that a new connection is shown."""
    with Wire(server.public) as connection:
        return connection.socket.getpeercert()["serialNumber"]


def replace(target, source):
    fresh = target.with_suffix(".new")
    fresh.write_bytes(source.read_bytes())
    os.chmod(fresh, 0o600)
    os.replace(fresh, target)


@pytest.fixture
def renewable(certificates):
    """Files of a server's own, and those that are to take their place."""
    certificates.make("served")
    certificates.make("renewed")
    return certificates.files("served"), certificates.files("renewed")


def test_renewed_files_are_taken_up_and_open_connections_go_on(start, certificates, renewable):
    served, renewed = renewable
    server = start(tls={"name": "served"})
    before = shown(server)
    with Wire(server.public) as connection:
        for target, source in zip(served, renewed, strict=True):
            replace(target, source)
        eventually(lambda: shown(server) != before, what="the renewed certificate")
        connection.send(head("GET", "/v1/models", key=KEY))
        assert connection.receive().status == 200
    assert metric(server, "weir_tls_certificate_valid_until_seconds") > 4_000_000_000


def test_files_of_no_use_leave_the_last_good_ones(start, certificates, renewable):
    (certificate, key), (renewed, renewed_key) = renewable
    server = start(tls={"name": "served"})
    before = shown(server)

    replace(certificate, renewed)
    refused = eventually(lambda: server.log.where(msg="certificate refused; the last good one stays"))
    assert "does not belong to the certificate" in refused[-1]["problem"]
    assert shown(server) == before

    replace(key, renewed_key)
    eventually(lambda: shown(server) != before, what="the renewed certificate")


def test_other_files_are_taken_with_the_config(start, certificates, renewable):
    server = start()
    before = shown(server)
    config = server.config
    config["server"]["tls"] = certificates.settings("renewed")
    server.write_config(**config)
    eventually(lambda: shown(server) != before, what="the other certificate")


def test_tls_does_not_end_without_a_restart(start):
    server = start()
    config = server.config
    del config["server"]["tls"]
    server.write_config(**config)
    eventually(lambda: server.log.where(setting="server.tls.certificate_file"))
    assert server.get("/v1/models").status == 200


# Files of no use at the start.


def check(folder, tls):
    lines = ["server:", "  tls:", *(f"    {name}: {value}" for name, value in tls.items())]
    (folder / "weir.yaml").write_text("\n".join(lines) + "\n")
    return [
        subprocess.run([BINARY, *words], capture_output=True, text=True, cwd=folder, timeout=DEADLINE_S)
        for words in (["check", "weir.yaml"], ["serve", "--config", "weir.yaml"])
    ]


def test_files_of_no_use_are_told_with_their_place(tmp_path, certificates):
    good = certificates.settings()
    open_key = tmp_path / "open.key"
    open_key.write_bytes(certificates.files()[1].read_bytes())
    open_key.chmod(0o644)
    certificates.make("another")
    cases = [
        ({**good, "certificate_file": "nowhere.pem"}, 3, "certificate_file", "cannot be read: No such file"),
        ({**good, "certificate_file": good["key_file"]}, 3, "certificate_file", "contains no PEM certificate"),
        ({**good, "key_file": good["certificate_file"]}, 4, "key_file", "by other users"),
        ({**good, "key_file": str(open_key)}, 4, "key_file", "chmod 600"),
        ({**good, "key_file": str(certificates.files("another")[1])}, 4, "key_file", "does not belong"),
        ({"certificate_file": good["certificate_file"]}, 3, "key_file", "is missing"),
    ]
    for tls, line, setting, words in cases:
        for done in check(tmp_path, tls):
            assert done.returncode == 1, (tls, done)
            first = done.stderr.splitlines()[0]
            assert re.match(rf"weir\.yaml:\d+: server\.tls\.{setting}: ", first), first
            assert words in first
            if "missing" not in words:
                assert first.startswith(f"weir.yaml:{line}: "), first
            assert "expected" in first or "No such file" in first


def test_an_expired_certificate_is_a_warning(start, certificates, tmp_path):
    certificates.make("old", dates=PAST)
    lines = [f"    {name}: {value}" for name, value in certificates.settings("old").items()]
    (tmp_path / "weir.yaml").write_text("\n".join(["server:", "  tls:", *lines]) + "\n")
    done = subprocess.run([BINARY, "check", "weir.yaml"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0
    assert "warning: server.tls.certificate_file" in done.stderr
    assert "expired at" in done.stderr
    server = start(tls={"name": "old"})
    eventually(lambda: server.log.where(msg="the certificate of server.tls is not valid now"))
