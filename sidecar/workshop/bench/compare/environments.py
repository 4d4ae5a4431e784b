"""The peers' Python environments: one for each file of `environments/`, made once.

Their requirements exclude each other: sentence-transformers' ONNX backend needs transformers 4, its
newest version transformers 5, infinity numpy 1. `uv` makes the environments; where it is not on the
path, pip installs it into an environment of its own (uv resolves these in seconds, pip in minutes).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare.contender import output_tail

REQUIREMENTS = Path(__file__).parent / "environments"
CACHE_VARIABLE = "RERANK_CACHE_DIR"


def default_folder() -> Path:
    """The default folder for environments and models, in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rerank-sidecar"
    return Path(os.environ.get(CACHE_VARIABLE) or cache).absolute() / "compare"


def make(name: str, folder: Path) -> Path:
    """The interpreter of an environment; the environment is made if it is missing or outdated.

    Raises StartupError with the end of the installer's output when that fails.
    """
    home = folder / name
    python, stamp = home / "bin" / "python", home / "made-of"
    made_of = f"Python {sys.version}\n{(REQUIREMENTS / f'{name}.txt').read_text()}"
    if stamp.is_file() and stamp.read_text() == made_of:
        return python
    shutil.rmtree(home, ignore_errors=True)
    uv = _uv(folder)
    _run([uv, "venv", "--quiet", "--python", sys.executable, home])
    requirements: list[str | Path] = ["--requirement", REQUIREMENTS / f"{name}.txt"]
    _run([uv, "pip", "install", "--quiet", "--python", python, *requirements])
    stamp.write_text(made_of)
    return python


def _uv(folder: Path) -> str | Path:
    if on_path := shutil.which("uv"):
        return on_path
    home = folder / "uv"
    uv = home / "bin" / "uv"
    if not uv.exists():
        _run([sys.executable, "-m", "venv", home])
        _run([home / "bin" / "python", "-m", "pip", "install", "--quiet", "uv"])
    return uv


def _run(command: list[str | Path]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as fault:
        reason = output_tail(fault.stderr)
        raise StartupError(f"the environment cannot be made: {reason}") from None
    except OSError as fault:
        raise StartupError(f"the environment cannot be made: {fault}") from None
