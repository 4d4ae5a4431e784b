"""The dashboard and the alerts ask for metrics that the service has."""

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from sidecar.telemetry.canary_metrics import CanaryMetrics
from sidecar.telemetry.metrics import Metrics
from tests.docker.dockerfile import DOCKER
from tests.test_docs_pages import anchors

DASHBOARD = DOCKER / "grafana" / "dashboards" / "rerank-sidecar.json"
ALERTS = DOCKER / "prometheus" / "alerts.yaml"
ALERTS_TESTS = sorted(Path(__file__).parent.glob("alerts*_test.yaml"))
OPERATIONS = (DOCKER.parent / "docs" / "operations.md").read_text()
OF_PROMETHEUS = {"instance", "job"}
"""Labels that a scrape adds."""


def exported() -> dict[str, set[str]]:
    """Every sample that /metrics can have -> its labels. Each metric is given a value first:
    without one, those with labels show no samples."""
    metrics = Metrics()
    canary = CanaryMetrics(metrics.registry)
    parts = (metrics, metrics.effect, metrics.quality, metrics.experiments, canary)
    fields = [vars(each).values() for each in parts]
    for metric in itertools.chain.from_iterable(fields):
        if isinstance(metric, MetricWrapperBase) and metric._labelnames:
            metric.labels(*metric._labelnames)
    return samples(metrics.registry)


def samples(registry: CollectorRegistry) -> dict[str, set[str]]:
    families = registry.collect()
    return {sample.name: set(sample.labels) for each in families for sample in each.samples}


EXPORTED = exported()


def faults(expression: str) -> list[str]:
    """What an expression asks for that is not exported."""
    found = []
    selected: set[str] = set()
    for node in nodes(promql_parser.parse(expression)):
        if isinstance(node, promql_parser.VectorSelector):
            labels = EXPORTED.get(node.name or "")
            if labels is None:
                found.append(f"no metric {node.name}")
                continue
            selected |= labels
            asked = {matcher.name for matcher in node.matchers.matchers}
            found += [f"{node.name}: no label {each}" for each in asked - labels - OF_PROMETHEUS]
    if found:
        return found
    for node in nodes(promql_parser.parse(expression)):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            missing = set(node.modifier.labels) - selected - OF_PROMETHEUS
            found += [f"no label {each} to sum by" for each in missing]
    return found


def nodes(node: Any) -> Iterator[Any]:
    """A tree of PromQL, with its root."""
    yield node
    for name in ("expr", "lhs", "rhs", "param", "vector_selector", "vs"):
        child = getattr(node, name, None)
        if child is not None and type(child).__module__ == "promql_parser":
            yield from nodes(child)
    for child in getattr(node, "args", None) or ():
        yield from nodes(child)


def panel_expressions() -> list[tuple[str, str]]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [
        (panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*"))
        for panel in panels
        for target in panel.get("targets", ())
    ]


def rules() -> list[dict[str, Any]]:
    return [
        rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
    ]


@pytest.mark.parametrize(("title", "expression"), panel_expressions())
def test_every_panel_shows_a_metric_that_exists(title: str, expression: str) -> None:
    assert faults(expression) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_asks_for_a_metric_that_exists(rule: dict[str, Any]) -> None:
    assert faults(rule["expr"]) == []
    named = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
    kept = set().union(
        *(labels for name, labels in EXPORTED.items() if name in rule["expr"]), OF_PROMETHEUS
    )
    assert named <= kept


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_the_docs_say_what_to_do_about_every_alert(rule: dict[str, Any]) -> None:
    assert f"`{rule['alert']}`" in OPERATIONS


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_names_a_section_to_read(rule: dict[str, Any]) -> None:
    path, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor in anchors(DOCKER.parent / path)


def operations_expressions() -> list[str]:
    """The queries of docs/operations.md: in code, with a function or an operator."""
    code = re.findall(r"`([^`\n]*rerank_\w+[^`\n]*)`", OPERATIONS)
    code += re.findall(r"^    (.*rerank_.*)$", OPERATIONS, re.MULTILINE)
    return [each for each in code if re.search(r"[(<>=]", each) and "{" not in each[-2:]]


@pytest.mark.parametrize("expression", operations_expressions())
def test_every_query_of_the_docs_asks_for_a_metric_that_exists(expression: str) -> None:
    assert faults(expression) == []


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("sum(rate(rerank_request_total[5m]))", "no metric rerank_request_total"),
        ("sum(rate(rerank_kendall_tau_sum[5m]))", "no metric rerank_kendall_tau_sum"),
        ("rerank_ready == 1 and absent(rerank_redy)", "no metric rerank_redy"),
        ('rerank_requests_total{code="200"}', "rerank_requests_total: no label code"),
        ("sum by (route) (rerank_requests_total)", "no label route to sum by"),
        (
            "histogram_quantile(0.5, sum by (le) (rate(rerank_scores_bucket[5m])))",
            "no metric rerank_scores_bucket",
        ),
    ],
)
def test_a_wrong_name_is_found(expression: str, fault: str) -> None:
    assert faults(expression) == [fault]


def test_the_dashboard_shows_what_the_provisioned_data_source_has() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels)
    assert all(panel["description"] for panel in panels)
    places = [tuple(panel["gridPos"][key] for key in "xywh") for panel in dashboard["panels"]]
    cells = [(x + i, y + j) for x, y, w, h in places for i in range(w) for j in range(h)]
    assert len(cells) == len(set(cells)), "panels overlap"
    assert max(x for x, _ in cells) < 24


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool (Debian's package prometheus)")
    return found


def test_alerts_fire_when_they_should_and_only_then(promtool: str) -> None:
    tests = (["test", "rules", str(file)] for file in ALERTS_TESTS)
    for arguments in (["check", "rules", str(ALERTS)], *tests):
        done = subprocess.run([promtool, *arguments], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_seen_firing() -> None:
    cases = [case for file in ALERTS_TESTS for case in yaml.safe_load(file.read_text())["tests"]]
    tests = [test for case in cases for test in case["alert_rule_test"]]
    fired = {test["alertname"] for test in tests if test["exp_alerts"]}
    assert fired == {rule["alert"] for rule in rules()}


def test_a_rule_that_lost_its_condition_fails_its_test(promtool: str, tmp_path: Path) -> None:
    """The alerts' own test can fail."""
    mutants = {
        "> 0.25": ("> 0.5", "alerts"),
        "rerank_canary_check == 0": ("rerank_canary_check == 2", "alerts"),
        "rerank_certificate_expiry_timestamp_seconds - time() <": ("0 >", "alerts"),
        "[7d] offset 1d": ("[1d]", "alerts_of_days"),
        "(2 * min by": ("(5 * min by", "alerts_of_experiments"),
    }
    for right, (wrong, tests) in mutants.items():
        text = ALERTS.read_text()
        assert right in text
        (tmp_path / "alerts.yaml").write_text(text.replace(right, wrong))
        test = (Path(__file__).parent / f"{tests}_test.yaml").read_text()
        test = test.replace("../../docker/prometheus/alerts.yaml", "alerts.yaml")
        (tmp_path / "test.yaml").write_text(test)
        done = subprocess.run(
            [promtool, "test", "rules", str(tmp_path / "test.yaml")], capture_output=True
        )
        assert done.returncode != 0, right
