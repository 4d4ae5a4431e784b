"""docker/compose*.yaml and the Dockerfile, as far as they can be checked without Docker."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from es_integration.elasticsearch.version import Version
from es_integration.local_node.opensearch_distributions import RERANK_BY_VERSION
from sidecar.settings import Settings
from tests.docker.dockerfile import DOCKER, assignments, read_stages

ROOT = DOCKER.parent
FILES = sorted(DOCKER.glob("compose*.yaml"))
DOCKERFILE = (DOCKER / "Dockerfile").read_text()


def services(name: str) -> dict[str, Any]:
    """The services of a file; what they extend is merged in, one key over the other."""
    read = yaml.safe_load((DOCKER / name).read_text())["services"]
    for service in read.values():
        if extended := service.pop("extends", None):
            service |= services(extended["file"])[extended["service"]] | service
    found: dict[str, Any] = read
    return found


def resolved(name: str) -> str:
    """A file's text with the default of each variable in its place."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (DOCKER / name).read_text())


every_file = pytest.mark.parametrize("name", [path.name for path in FILES])


@pytest.mark.parametrize("name", [*(path.name for path in FILES), "sidecar.yaml"])
def test_every_key_and_value_is_one_that_compose_knows(name: str) -> None:
    PyCompose.from_yaml(resolved(name)).validate()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("depends_on:", "depend_on:"),
        ("condition: service_healthy", "condition: healthy"),
        ("interval: 5s", "interval: 5x"),
        ("read_only: true", "read_only: maybe"),
    ],
)
def test_a_wrong_key_or_value_is_found(right: str, wrong: str) -> None:
    text = resolved("compose.opensearch.yaml")
    assert right in text
    with pytest.raises(ValueError, match=r"services\.opensearch|services\.canary"):
        PyCompose.from_yaml(text.replace(right, wrong))


def test_elasticsearch_has_a_trial_and_every_service() -> None:
    cluster = services("compose.yaml")["elasticsearch"]
    default = re.search(r":-([\d.]+)\}", cluster["image"])
    assert default is not None
    assert Version(default.group(1)).has("openshift_ai")
    assert cluster["environment"]["xpack.license.self_generated.type"] == "trial"


def test_opensearch_is_a_version_that_is_tested() -> None:
    cluster = services("compose.opensearch.yaml")["opensearch"]
    default = re.search(r":-([\d.]+)\}", cluster["image"])
    assert default is not None
    assert default.group(1) in RERANK_BY_VERSION


@every_file
def test_without_passwords_ports_are_open_to_this_machine_alone(name: str) -> None:
    ports = [port for each in services(name).values() for port in each.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)


@every_file
def test_images_have_an_exact_version(name: str) -> None:
    for service in services(name).values():
        image = service.get("image", "")
        assert image.startswith("rerank-sidecar") or re.search(
            r":(v|\$\{\w+:-)?\d+\.\d+\.\d+", image
        )


@every_file
def test_what_is_mounted_from_this_folder_is_there(name: str) -> None:
    for service in services(name).values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DOCKER / source).is_dir(), source


@pytest.mark.parametrize("name", ["compose.yaml", "compose.opensearch.yaml"])
def test_the_sidecar_has_no_rights_and_time_to_drain(name: str) -> None:
    sidecar = services(name)["sidecar"]
    assert f"127.0.0.1:8080:{Settings().port}" in sidecar["ports"]
    assert sidecar["read_only"] is True
    assert sidecar["cap_drop"] == ["ALL"]
    assert sidecar["security_opt"] == ["no-new-privileges:true"]
    assert sidecar["tmpfs"] == ["/tmp"]
    service = Settings()
    assert sidecar["stop_grace_period"] == f"{service.drain_s + service.shutdown_s + 5:.0f}s"


def test_prometheus_asks_where_the_sidecar_and_the_canary_answer() -> None:
    scrapes = yaml.safe_load((DOCKER / "prometheus" / "prometheus.yaml").read_text())
    asked = {
        (where["names"][0], str(where["port"]))
        for job in scrapes["scrape_configs"]
        for where in job["dns_sd_configs"]
    }
    both = services("compose.opensearch.yaml")
    assert ("sidecar", both["sidecar"]["environment"]["RERANK_ADMIN_PORT"]) in asked
    assert {host for host, _ in asked} <= {*both}


def test_the_image_copies_what_is_there_and_what_the_build_lets_in() -> None:
    build = services("compose.yaml")["sidecar"]["build"]
    assert (DOCKER / build["context"] / build["dockerfile"]).resolve() == DOCKER / "Dockerfile"
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    let_in = re.findall(r"^!(.*)$", (DOCKER / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize(("device", "runs_on"), [("cpu", "cpu"), ("gpu", "cuda")])
def test_an_image_serves_as_a_user_of_its_own_on_its_device(device: str, runs_on: str) -> None:
    stages, _ = read_stages(DOCKERFILE, {"DEVICE": device})
    by_name = {stage.name: stage for stage in stages}
    steps, stage = [], stages[-1]
    while stage.base in by_name:
        stage = by_name[stage.base]
        steps = [*stage.steps, *steps]
    environment = {}
    for word, rest in steps:
        if word == "ENV":
            environment |= assignments(rest)
    assert environment["RERANK_HOST"] == "0.0.0.0"
    assert environment.get("RERANK_DEVICE", Settings().device) == runs_on
    assert [rest for word, rest in steps if word == "USER"] == ["10001:10001"]


def test_the_dockerfile_has_no_known_faults() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint is not None, "it is in the extra `test`"
    done = subprocess.run(
        [hadolint, str(DOCKER / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
