"""The operator's view: access log, health, metrics, none of which may contain a key."""

import re
import signal

import pytest

from support.eventually import eventually
from support.process import KEY

MODELS = [{"id": "lab/chat", "sub_types": ["chat"]}]


@pytest.fixture
def server(weir):
    return weir(models=MODELS)


def test_every_request_has_one_line_with_its_trace_and_status(server):
    asked = [("/v1/models", 200), ("/v1/models?type=bad", 400), ("/v1/models/none", 404), ("/nowhere", 404)]
    for number, (target, status) in enumerate(asked):
        assert server.get(target, {"X-Trace-Id": f"trace-{number}"}).status == status

    for number, (target, status) in enumerate(asked):

        def line(number=number):
            found = [line for line in server.access.all if f"trace-{number}" in str(line)]
            assert len(found) == 1
            return found[0]

        record = eventually(line)
        assert record["status"] == status
        assert record["method"] == "GET"
        assert target.partition("?")[0] in str(record)


def test_the_access_log_is_opened_anew_when_asked_so_that_it_can_be_rotated(weir, tmp_path):
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    server = weir(models=MODELS, log={"access_log": str(log), "access_log_flush": "10ms"})
    assert server.get("/v1/models?n=1").status == 200
    eventually(lambda: log.read_text().count("\n") == 1)
    log.rename(rotated)
    server.signal(signal.SIGHUP)
    eventually(log.exists)
    assert server.get("/v1/models?n=2").status == 200
    eventually(lambda: log.read_text().count("\n") == 1)
    assert rotated.read_text().count("\n") == 1

    # A failure to open is reported, and the open file stays in use.
    log.rename(tmp_path / "access.log.2")
    log.mkdir()
    server.signal(signal.SIGHUP)
    eventually(lambda: server.log.where(msg="the access log cannot be reopened"))
    assert server.get("/v1/models?n=3").status == 200
    eventually(lambda: (tmp_path / "access.log.2").read_text().count("\n") == 2)


def test_a_refused_key_has_a_line_too(server):
    server.get("/v1/models", key="sk-not-a-key-at-all-0123456789abcdef")
    eventually(lambda: server.access.where(status=401))


def test_keys_are_in_no_log_and_no_metric(server):
    wrong = "sk-wrong-0123456789abcdef0123456789abcdef"
    for key in (KEY, wrong):
        server.get("/v1/models", key=key)
        server.get(f"/v1/models?key={key}", key=key)
        server.get(f"/v1/models/{key}", key=key)
    metrics = server.admin_get("/metrics").body.decode()
    server.stop()

    for text in (server.access.text(), server.log.text(), metrics):
        assert wrong not in text
        assert KEY not in text


def test_health_and_readiness_are_on_the_admin_address_alone(server):
    assert server.admin_get("/healthz").status == 200
    eventually(lambda: server.admin_get("/readyz").status == 200)
    for path in ("/healthz", "/readyz", "/metrics", "/admin"):
        assert server.get(path).status == 404


def test_metrics_are_prometheus_text_and_count(server):
    def requests():
        text = server.admin_get("/metrics").body.decode()
        rows = re.findall(r"^(weir_\w*requests\w*_total(?:\{[^}]*\})?) ([0-9.e+]+)$", text, re.MULTILINE)
        return sum(float(value) for _, value in rows)

    before = requests()
    for _ in range(10):
        server.get("/v1/models")
    eventually(lambda: requests() >= before + 10)


def test_metrics_name_no_model_and_no_path_of_a_client(server):
    server.get("/v1/models/made-up-by-a-client")
    server.get("/made/up/path")
    text = server.admin_get("/metrics").body.decode()
    assert "made-up-by-a-client" not in text
    assert "/made/up/path" not in text


def test_the_access_log_can_be_a_file(weir, tmp_path):
    file = tmp_path / "access.log"
    server = weir(models=MODELS, log={"access_log": str(file)})
    server.get("/v1/models", {"X-Trace-Id": "in-the-file"})
    eventually(lambda: file.exists() and "in-the-file" in file.read_text())
