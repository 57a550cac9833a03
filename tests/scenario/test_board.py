"""The Grafana board and the alerts of packaging/grafana: what they ask for exists, and alerts fire when they should."""

import json
import re
import subprocess

import pytest
import yaml

from support.process import ROOT
from support.promtool import promtool
from support.wire import request

PLACE = ROOT / "packaging/grafana"
BOARD = json.loads((PLACE / "weir.json").read_text())
RULES = yaml.safe_load((PLACE / "alerts.yaml").read_text())["groups"][0]["rules"]
METRIC = re.compile(r"\b((?:weir|gen_ai)_[a-z_]+?)(?:_bucket|_count|_sum)?(?=[\s{\[)(]|$)")
LABELS = re.compile(r"\bby \([^)]*\)|\{[^}]*\}")
SET = {"$__rate_interval": "5m", "$instance": ".*", "$model": ".*"}


def run(*words):
    return subprocess.run([promtool(), *words], capture_output=True, text=True, cwd=PLACE)


def expressions():
    return [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]


def test_the_alerts_are_valid_and_fire_when_they_should():
    for words in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")):
        done = run(*words)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_says_what_to_do():
    assert len({rule["alert"] for rule in RULES}) == len(RULES) > 10
    for rule in RULES:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"] and rule["annotations"]["action"].endswith(".")


def test_the_boards_expressions_are_valid(tmp_path):
    rules = []
    for number, expression in enumerate(expressions()):
        for name, value in SET.items():
            expression = expression.replace(name, value)
        rules.append({"record": f"board:{number}", "expr": expression})
    file = tmp_path / "board.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    done = run("check", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", ["board", "alerts"])
def test_every_metric_exists(source):
    known = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/reference/metrics.md").read_text(), re.M))
    asked = expressions() if source == "board" else [rule["expr"] for rule in RULES]
    named = {name for expression in asked for name in METRIC.findall(LABELS.sub("", expression))}
    assert len(named) > 8
    assert named <= known


def test_every_error_that_the_alerts_count_exists():
    known = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/reference/errors.md").read_text(), re.M))
    patterns = {part for rule in RULES for part in re.findall(r'error_type=~"([^"]+)"', rule["expr"])}
    assert patterns
    for part in "|".join(patterns).split("|"):
        assert any(re.fullmatch(part, name) for name in known), part


def test_the_panels_do_not_overlap_and_are_explained():
    taken = set()
    for panel in BOARD["panels"]:
        assert panel["description"].endswith(".")
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24
        taken |= cells


def test_a_server_has_metrics_as_prometheus_wants_them(weir):
    server = weir(models=[{"id": "lab/chat", "sub_types": ["chat"]}])
    metrics = request(server.admin, "GET", "/metrics").body
    done = subprocess.run([promtool(), "check", "metrics"], input=metrics, capture_output=True)
    complaints = [line for line in done.stderr.decode().splitlines() if "counter" in line or "parsing" in line]
    assert complaints == []
