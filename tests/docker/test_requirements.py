"""docker/requirements: the image's packages are those that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docker.dockerfile import DOCKER

FOLDER = DOCKER / "requirements"
PROJECT = tomllib.loads((DOCKER.parent / "pyproject.toml").read_text())["project"]
PYTHON = {"python_full_version": "3.12.12", "python_version": "3.12"}
"""The image's."""


def pinned(file: Path) -> dict[str, str]:
    """Name -> version, of the packages that the image's Python gets."""
    lines = re.findall(r"^([\w.\[\]-]+==[^\\\n]+)", file.read_text(), re.MULTILINE)
    parsed = [Requirement(line.strip()) for line in lines]
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in parsed
        if each.marker is None or each.marker.evaluate(PYTHON)
    }


@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_what_the_project_needs_is_pinned_in_its_range(device: str) -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras[device]]
    wanted += [*extras["opensearch"], *extras["elasticsearch"], *extras["redis"]]
    versions = pinned(FOLDER / f"{device}.txt")
    for line in wanted:
        requirement = Requirement(line)
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{line}: {version} is pinned"


@pytest.mark.parametrize("name", ["cpu.txt", "gpu.txt", "build.txt"])
def test_every_package_has_hashes_and_comes_from_wherever_pip_looks(name: str) -> None:
    text = (FOLDER / name).read_text()
    packages = re.split(r"^(?=[\w.\[\]-]+==)", text, flags=re.MULTILINE)[1:]
    assert packages
    assert all("--hash=sha256:" in package for package in packages)
    assert "index" not in text
    assert "http:" not in text
    assert "https:" not in text


def test_the_client_speaks_to_both_versions_of_elasticsearch() -> None:
    assert pinned(FOLDER / "cpu.txt")["elasticsearch"].startswith("8.")
