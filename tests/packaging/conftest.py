"""The wheel and the sdist, built once, and an empty environment with the wheel in it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_INDEX = "(from versions: none)"
"""In pip's error where it reaches no package index; otherwise it lists versions."""


@dataclass(frozen=True)
class Artefacts:
    """What `python -m build` makes: the wheel is built from the unpacked sdist."""

    wheel: Path
    sdist: Path


def build(source: Path, out: Path, *flags: str) -> None:
    """Without isolation: the backend comes from the extra `test`, so no index is needed."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--outdir={out}", *flags]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Artefacts:
    out = tmp_path_factory.mktemp("dist")
    build(ROOT, out)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return Artefacts(wheel, sdist)


@dataclass(frozen=True)
class Installation:
    """An environment that holds the wheel with the extras cpu and demo, and nothing else."""

    bin: Path
    elsewhere: Path
    """An empty folder to run commands in; no clone is on the import path there."""

    @property
    def command(self) -> str:
        return str(self.bin / "rerank-sidecar")

    @property
    def environment(self) -> dict[str, str]:
        """A stranger's: no PYTHONPATH, no setting of ours."""
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.elsewhere)}

    def run(self, *command: str) -> str:
        """Its standard output; fails the test where the exit status is not 0."""
        done = subprocess.run(
            command,
            cwd=self.elsewhere,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def installation(artefacts: Artefacts, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Skips where no package index is reached; RERANK_REQUIRE_INSTALL=1 fails instead."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    bin, elsewhere = folder / "venv" / "bin", folder / "elsewhere"
    elsewhere.mkdir()
    pip = (bin / "python", "-m", "pip", "--disable-pip-version-check")
    done = subprocess.run(
        [*pip, "install", "-q", "--no-compile", f"{artefacts.wheel}[cpu,demo]"],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    if NO_INDEX in done.stderr and os.environ.get("RERANK_REQUIRE_INSTALL") != "1":
        pytest.skip("pip reaches no package index")
    assert done.returncode == 0, done.stderr
    return Installation(bin, elsewhere)
