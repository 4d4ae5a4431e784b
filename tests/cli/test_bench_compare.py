"""`bench compare --help`. A whole comparison: tests/workshop/bench/compare/test_comparison.py."""

import subprocess
import sys


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
