"""What helm makes of the chart under values that are not the defaults."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sidecar import __version__
from sidecar.settings import Settings
from sidecar.telemetry.metrics import Metrics
from tests.docker.chart import (
    CHART,
    MANIFESTS,
    PLAIN,
    Manifest,
    RenderingFailed,
    helm,
    objects,
    plain,
    render,
)
from tests.docker.values_table import described, leaves, table

needs_helm = pytest.mark.skipif(helm() is None, reason="needs helm")
QUEUE = "rerank_queue_wait_seconds"


def rendered(tmp_path: Path, values: dict[str, Any]) -> dict[str, Manifest]:
    """By kind; the second object of a kind is left out."""
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    by_kind: dict[str, Manifest] = {}
    for manifest in objects(render(f"--values={file}")):
        by_kind.setdefault(manifest["kind"], manifest)
    return by_kind


@needs_helm
@pytest.mark.parametrize("name", PLAIN)
def test_the_plain_manifests_are_what_the_chart_makes(name: str) -> None:
    assert (MANIFESTS / name).read_text() == plain(name), "run python -m tests.docker.chart"


@needs_helm
@pytest.mark.parametrize("kind", ["HorizontalPodAutoscaler", "ScaledObject"])
def test_pods_are_added_by_the_time_in_the_queue(tmp_path: Path, kind: str) -> None:
    chosen = "hpa" if kind == "HorizontalPodAutoscaler" else "keda"
    scaling = {"kind": chosen, "minReplicas": 3, "maxReplicas": 7, "queueSeconds": 0.25}
    manifests = rendered(tmp_path, {"autoscaling": scaling})
    assert "replicas" not in manifests["Deployment"]["spec"], "the autoscaler's alone"
    spec = manifests[kind]["spec"]
    assert spec["scaleTargetRef"]["name"] == manifests["Deployment"]["metadata"]["name"]
    if kind == "ScaledObject":
        (trigger,) = spec["triggers"]
        assert QUEUE in trigger["metadata"]["query"]
        assert 'namespace="search"' in trigger["metadata"]["query"]
        assert trigger["metadata"]["threshold"] == "0.25"
        assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (3, 7)
        behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    else:
        (metric,) = spec["metrics"]
        assert metric["pods"]["metric"]["name"] == QUEUE
        assert metric["pods"]["target"] == {"type": "AverageValue", "averageValue": "250m"}
        assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 7)
        behavior = spec["behavior"]
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300


def test_the_metric_to_scale_on_exists() -> None:
    assert QUEUE in {family.name for family in Metrics().registry.collect()}


@needs_helm
def test_secrets_are_mounted_and_never_rendered(tmp_path: Path) -> None:
    values = {
        "keys": {"fileSecret": "our-keys", "secret": "one-key"},
        "tls": {"secret": "our-tls", "clientCertificates": True},
    }
    manifests = rendered(tmp_path, values)
    assert "Secret" not in manifests
    spec = manifests["Deployment"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    volumes = {v["name"]: v["secret"]["secretName"] for v in spec["volumes"] if "secret" in v}
    assert volumes == {"tls": "our-tls", "keys": "our-keys"}
    folders = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
    (variable,) = container["env"]
    assert variable["name"] == "RERANK_API_KEY"
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "one-key", "key": "api-key"}
    data = manifests["ConfigMap"]["data"]
    assert data["RERANK_API_KEYS_FILE"] == f"{folders['keys']}/keys.toml"
    assert data["RERANK_TLS_CERTIFICATE"] == f"{folders['tls']}/tls.crt"
    assert data["RERANK_TLS_CLIENT_CA"] == f"{folders['tls']}/ca.crt"
    assert data["RERANK_ADMIN_TLS"] == "server"
    names = {name.removeprefix("RERANK_").lower() for name in data}
    assert names <= {*Settings.model_fields}
    assert container["readinessProbe"]["httpGet"]["scheme"] == "HTTPS"


@needs_helm
def test_the_service_monitor_finds_the_service_of_metrics(tmp_path: Path) -> None:
    monitor = {"enabled": True, "keySecret": "prometheus-key", "labels": {"release": "kps"}}
    values = {"serviceMonitor": monitor, "tls": {"secret": "our-tls"}}
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    manifests = objects(render(f"--values={file}"))
    (found,) = [each for each in manifests if each["kind"] == "ServiceMonitor"]
    selector = found["spec"]["selector"]["matchLabels"]
    services = [each for each in manifests if each["kind"] == "Service"]
    (service,) = [s for s in services if selector.items() <= s["metadata"]["labels"].items()]
    (endpoint,) = found["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["scheme"] == "https"
    assert endpoint["tlsConfig"]["serverName"] == f"{service['metadata']['name']}.search.svc"
    assert endpoint["authorization"]["credentials"] == {"name": "prometheus-key", "key": "key"}
    assert found["metadata"]["labels"]["release"] == "kps"


@needs_helm
def test_settings_profiles_and_a_model_reach_the_service(tmp_path: Path) -> None:
    values = {
        "settings": {"max_body_bytes": 33554432, "strict_model": True, "deadline_ms": 10000},
        "profiles": {"shoes.yaml": "name: shoes\n"},
        "model": {"volume": {"persistentVolumeClaim": {"claimName": "models"}}},
    }
    manifests = rendered(tmp_path, values)
    data = manifests["ConfigMap"]["data"]
    assert data["RERANK_MAX_BODY_BYTES"] == "33554432"
    assert data["RERANK_STRICT_MODEL"] == "true"
    (container,) = manifests["Deployment"]["spec"]["template"]["spec"]["containers"]
    folders = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert data["RERANK_PROFILES"] == folders["profiles"]
    assert data["RERANK_MODEL"] == folders["model"]


@needs_helm
@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"settings": {"host": "127.0.0.1"}}, "settings.host"),
        ({"settings": {"api_key": "secret"}}, "settings.api_key"),
        ({"replicaCount": 3}, "replicaCount"),
        ({"autoscaling": {"kind": "vpa"}}, "autoscaling"),
        ({"gpu": {"count": 2}}, "gpu"),
        ({"profiles": {"shoes": "name: shoes"}}, "shoes"),
    ],
)
def test_values_that_would_do_nothing_or_harm_are_refused(
    tmp_path: Path, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(RenderingFailed, match=says):
        rendered(tmp_path, values)


def test_the_charts_version_is_the_packages() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == chart["appVersion"] == __version__


def test_every_value_is_in_the_documented_table_and_in_the_schema() -> None:
    page = (CHART.parents[2] / "docs" / "deploying.md").read_text()
    assert table() in page, "run python -m tests.docker.values_table and put it into the page"
    keys = {key for key, _ in described()}
    assert all(any(leaf == key or leaf.startswith(f"{key}.") for key in keys) for leaf in leaves())
    schema = json.loads((CHART / "values.schema.json").read_text())
    for leaf in leaves():
        node = schema
        for name in leaf.split("."):
            if "properties" not in node:
                break
            node = node["properties"][name]
