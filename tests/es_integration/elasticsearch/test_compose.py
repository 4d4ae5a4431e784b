"""docker/compose.yaml and its Dockerfile, as far as they can be checked without Docker."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from es_integration.elasticsearch.version import Version
from sidecar.settings import Settings

ROOT = Path(__file__).parents[3]
DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose_services: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())[
        "services"
    ]
    return compose_services


def test_the_cluster_has_a_trial_and_every_service(services: dict[str, Any]) -> None:
    cluster = services["elasticsearch"]
    default = re.search(r":-([\d.]+)\}", cluster["image"])
    assert default is not None
    assert Version(default.group(1)).has("openshift_ai")
    assert cluster["environment"]["xpack.license.self_generated.type"] == "trial"


def test_without_passwords_ports_are_open_to_this_machine_alone(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service["ports"]]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert f"127.0.0.1:8080:{Settings().port}" in ports


def test_the_image_copies_what_is_there_and_what_the_build_lets_in(
    services: dict[str, Any],
) -> None:
    build = services["sidecar"]["build"]
    assert (DOCKER / build["context"] / build["dockerfile"]).resolve() == DOCKER / "Dockerfile"
    copied = [
        name
        for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    let_in = re.findall(r"^!(.*)$", (DOCKER / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_serves_as_a_user_of_its_own_on_every_address() -> None:
    assert DOCKERFILE.index("\nUSER rerank") > DOCKERFILE.index("\nRUN pip install")
    assert "ENV RERANK_HOST=0.0.0.0" in DOCKERFILE
    assert "host" in Settings.model_fields
