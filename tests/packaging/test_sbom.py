"""`.ci/sbom` names every package that the wheel brings, and a licence for each."""

import json
import os
import subprocess
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.conftest import NO_INDEX, ROOT, Artefacts

DISTRIBUTION = "rerank-sidecar"


def test_every_dependency_has_its_line_and_a_licence(artefacts: Artefacts, tmp_path: Path) -> None:
    command = [ROOT / ".ci" / "sbom", artefacts.wheel, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if NO_INDEX in done.stderr and os.environ.get("RERANK_REQUIRE_INSTALL") != "1":
        pytest.skip("pip reaches no package index")
    assert done.returncode == 0, done.stdout + done.stderr

    sbom = json.loads((tmp_path / "sbom.cdx.json").read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    named = {canonicalize_name(component["name"]): component for component in sbom["components"]}
    requirements = map(Requirement, Distribution.from_name(DISTRIBUTION).requires or [])
    needed = {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": "cpu"})
    }
    assert {"aiohttp", "onnxruntime", "tokenizers", DISTRIBUTION} <= needed | {DISTRIBUTION}
    assert needed <= named.keys()
    assert all(component["version"] for component in named.values())

    rows = (tmp_path / "licences.md").read_text().splitlines()[2:]
    assert {canonicalize_name(row.split("|")[1].strip()) for row in rows} == named.keys()
    assert not any("none named" in row for row in rows)


def test_a_package_without_a_licence_fails(tmp_path: Path) -> None:
    sbom = tmp_path / "sbom.json"
    sbom.write_text(json.dumps({"components": [{"name": "a", "version": "1", "licenses": []}]}))
    command = ["python3", ROOT / ".ci" / "licences.py", sbom]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no licence named: a" in done.stderr
