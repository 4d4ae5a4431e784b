"""docker/kubernetes: what a pod may do, when it gets requests, and how it ends."""

import os
from typing import Any

import kubernetes_validate
import pytest

from sidecar.http.app import PROBES
from sidecar.settings import PREFIX, Settings
from tests.docker.chart import MANIFESTS, PLAIN, Manifest, objects
from tests.docker.dockerfile import DOCKER, instructions

OLDEST = "1.27"
every_file = pytest.mark.parametrize("name", PLAIN)


def read(name: str) -> dict[str, Manifest]:
    """By kind, and kind and name where there are several."""
    manifests = objects((MANIFESTS / name).read_text())
    kinds = [manifest["kind"] for manifest in manifests]
    return {
        each["kind"]
        if kinds.count(each["kind"]) == 1
        else f"{each['kind']} {each['metadata']['name']}": each
        for each in manifests
    }


def pod(manifests: dict[str, Manifest]) -> dict[str, Any]:
    spec: dict[str, Any] = manifests["Deployment"]["spec"]["template"]["spec"]
    return spec


def container(manifests: dict[str, Manifest]) -> dict[str, Any]:
    (only,) = pod(manifests)["containers"]
    assert isinstance(only, dict)
    return only


def settings(manifests: dict[str, Manifest], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the service makes of the ConfigMap. Fails for a variable that is no setting."""
    data = manifests["ConfigMap"]["data"]
    names = {name.removeprefix(PREFIX).lower() for name in data}
    assert names <= {*Settings.model_fields}, names - {*Settings.model_fields}
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in data.items():
        monkeypatch.setenv(name, value)
    return Settings()


@every_file
@pytest.mark.parametrize("version", [OLDEST, None], ids=["oldest", "newest"])
def test_every_object_is_one_that_kubernetes_knows(name: str, version: str | None) -> None:
    asked = version or kubernetes_validate.latest_version()
    for manifest in objects((MANIFESTS / name).read_text()):
        kubernetes_validate.validate(manifest, asked, strict=True)


@every_file
def test_a_pod_has_no_rights_and_nothing_to_write_to(name: str) -> None:
    manifests = read(name)
    rights = pod(manifests)["securityContext"]
    assert rights["runAsNonRoot"] is True
    assert rights["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(manifests)["automountServiceAccountToken"] is False
    assert container(manifests)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    written = {mount["mountPath"] for mount in container(manifests)["volumeMounts"]}
    assert written == {"/tmp", "/state"}
    assert all("emptyDir" in volume for volume in pod(manifests)["volumes"])


@every_file
def test_the_pod_is_the_images_user(name: str) -> None:
    rights = pod(read(name))["securityContext"]
    steps = [*instructions((DOCKER / "Dockerfile").read_text())]
    assert ("USER", f"{rights['runAsUser']}:{rights['runAsGroup']}") in steps


@every_file
def test_probes_ask_what_they_are_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = read(name)
    probes = {
        kind: container(manifests)[f"{kind}Probe"]["httpGet"]
        for kind in ("startup", "readiness", "liveness")
    }
    assert {kind: probe["path"] for kind, probe in probes.items()} == {
        "startup": "/health/startup",
        "readiness": "/health/ready",
        "liveness": "/health/live",
    }
    assert all(probe["path"] in PROBES for probe in probes.values())
    ports = {port["name"]: port["containerPort"] for port in container(manifests)["ports"]}
    service = settings(manifests, monkeypatch)
    assert ports == {"http": service.port, "metrics": service.admin_port}
    assert (service.host, service.admin_host) == ("0.0.0.0", "0.0.0.0")
    assert {probe["port"] for probe in probes.values()} == {"metrics"}


@every_file
def test_a_pod_has_time_to_drain(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = read(name)
    service = settings(manifests, monkeypatch)
    assert (
        pod(manifests)["terminationGracePeriodSeconds"] == service.drain_s + service.shutdown_s + 5
    )


@every_file
def test_services_and_the_budget_find_the_pods(name: str) -> None:
    manifests = read(name)
    labels = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]
    ports = {port["name"] for port in container(manifests)["ports"]}
    services = [each for kind, each in manifests.items() if kind.startswith("Service ")]
    selectors = [service["spec"]["selector"] for service in services]
    for kind in ("Deployment", "PodDisruptionBudget"):
        selectors.append(manifests[kind]["spec"]["selector"]["matchLabels"])
    selectors.append(manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"])
    assert len(selectors) == 5
    assert all(selector.items() <= labels.items() for selector in selectors)
    assert {port["targetPort"] for each in services for port in each["spec"]["ports"]} == ports


@every_file
def test_a_pod_connects_to_nothing_and_metrics_are_for_the_cluster(name: str) -> None:
    policy = read(name)["NetworkPolicy"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    clients, operators = policy["ingress"]
    assert clients == {"ports": [{"port": "http"}]}
    assert operators["ports"] == [{"port": "metrics"}]
    assert operators["from"] == [{"namespaceSelector": {}}]


def test_on_a_cpu_workers_are_counted_by_the_limit() -> None:
    resources = container(read("cpu.yaml"))["resources"]
    assert resources["limits"] == resources["requests"] == {"cpu": "2", "memory": "1Gi"}


def test_on_a_gpu_a_pod_waits_for_a_gpu_and_serves_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = read("gpu.yaml")
    resources = container(manifests)["resources"]
    assert resources["limits"]["nvidia.com/gpu"] == 1
    assert resources["requests"]["nvidia.com/gpu"] == 1
    assert pod(manifests)["nodeSelector"]
    assert {taint["key"] for taint in pod(manifests)["tolerations"]} == {"nvidia.com/gpu"}
    assert settings(manifests, monkeypatch).device == "cuda"
    assert container(manifests)["image"].endswith("-gpu")
    rolling = manifests["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": 0, "maxUnavailable": 1}
