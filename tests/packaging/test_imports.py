"""Serving needs neither the frameworks that models are trained in nor the tools that build them."""

import subprocess
import sys

from tests.packaging.conftest import ROOT

NEVER = (
    *("torch", "transformers", "onnx", "huggingface_hub", "safetensors", "scipy", "matplotlib"),
    *("zstandard", "ir_measures", "bm25s"),
)
"""What only the extras `build` and `demo` bring."""
SCRIPT = """
import sys
from importlib import import_module

for name in sys.argv[1].split():
    import_module(name)
print(*sys.modules)
"""


def modules() -> list[str]:
    """Every module of the wheel but the workshop's, which works on models and measures them, and
    those that work on Ray."""
    others = [ROOT / "sidecar" / name for name in ("workshop", "on_ray")]
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in ("sidecar", "es_integration", "mappings")
        for path in sorted((ROOT / package).rglob("*.py"))
        if not any(map(path.is_relative_to, others)) and path.name != "__main__.py"
    ]


def test_no_module_that_serves_imports_a_framework() -> None:
    names = modules()
    assert {"sidecar.http.serve", "sidecar.runtime.onnx_session", "sidecar.cli.serve"} <= {*names}
    command = [sys.executable, "-c", SCRIPT, " ".join(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "onnxruntime" in loaded
    assert not loaded & {*NEVER}
