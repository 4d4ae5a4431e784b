"""The Helm chart, rendered by helm; and docker/kubernetes, which is what it renders to.

python -m tests.docker.chart        # writes docker/kubernetes anew
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.docker.dockerfile import DOCKER

CHART = DOCKER / "helm" / "rerank-sidecar"
MANIFESTS = DOCKER / "kubernetes"
PLAIN: dict[str, Sequence[str]] = {
    "cpu.yaml": (),
    "gpu.yaml": (f"--values={CHART / 'values-gpu.yaml'}",),
}
"""File -> options of helm."""
HEAD = """\
# What the chart in docker/helm makes of its {values}, for `kubectl apply -f` without Helm.
# Written by `python -m tests.docker.chart`: change the chart.
"""
Manifest = dict[str, Any]


class RenderingFailed(Exception):
    """helm refused; its words are the message."""


def helm() -> str | None:
    """The command, if it is there."""
    return shutil.which("helm")


def render(*options: str) -> str:
    """The chart's manifests as a release `rerank-sidecar`. Raises RenderingFailed."""
    command = [helm() or "helm", "template", "rerank-sidecar", str(CHART), "--namespace=search"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RenderingFailed(done.stderr)
    return done.stdout


def objects(text: str) -> list[Manifest]:
    return [manifest for manifest in yaml.safe_load_all(text) if manifest]


def plain(name: str) -> str:
    """What the file `name` of docker/kubernetes should hold: nothing in it is Helm's."""
    lines = render(*PLAIN[name]).splitlines()
    left_out = ("# Source:", "helm.sh/chart:")
    # Versions of helm put blank lines in other places.
    kept = [line for line in lines if line and not line.lstrip().startswith(left_out)]
    values = "values" if name == "cpu.yaml" else "values-gpu.yaml"
    return HEAD.format(values=values) + "\n".join(kept) + "\n"


if __name__ == "__main__":
    for name in PLAIN:
        Path(MANIFESTS / name).write_text(plain(name))
