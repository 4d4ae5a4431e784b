"""`bench compare --help`, and what the command refuses before it starts.

A whole comparison: tests/workshop/bench/compare/test_comparison.py.
"""

import subprocess
import sys

import pytest

from sidecar.cli.bench import compare
from sidecar.errors import StartupError
from sidecar.workshop.bench.compare.contender_factory import ADAPTERS
from sidecar.workshop.bench.compare.contender_specs import PEERS
from sidecar.workshop.bench.compare.library_process import ADAPTER_FOLDER
from sidecar.workshop.bench.compare.workloads import WORKLOADS


def test_the_help_names_what_there_is() -> None:
    assert compare.PEER_NAMES.split(", ") == [kind.key for kind in PEERS]
    assert compare.WORKLOAD_NAMES.split(", ") == list(WORKLOADS)


def test_the_help_loads_no_runtime() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from sidecar.cli import app;"
        "done = CliRunner().invoke(app, ['bench', 'compare', '--help']);"
        "assert done.exit_code == 0 and '--price-per-hour' in done.output, done.output;"
        "print([m for m in ('onnxruntime', 'aiohttp', 'tokenizers', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={"COLUMNS": "200", "PATH": ""},
    )
    assert done.stdout.strip() == "[]"


def test_every_adapter_is_there_and_leaves_the_package_alone() -> None:
    for adapter in set(ADAPTERS.values()):
        text = (ADAPTER_FOLDER / f"{adapter}.py").read_text()
        assert "PACKAGES = (" in text
        assert ("sidecar import" in text) == (adapter == "with_sidecar")


def test_settings_of_ours_are_read_by_their_names() -> None:
    assert compare._settings(["workers=2", "engine=openvino"]) == {
        "workers": 2,
        "engine": "openvino",
    }
    with pytest.raises(StartupError, match="--sidecar workers: it must be NAME=VALUE"):
        compare._settings(["workers"])
