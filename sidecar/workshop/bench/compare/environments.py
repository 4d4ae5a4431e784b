"""The other libraries' environments: one for each file of `environments/`, made once.

Their requirements exclude each other: sentence-transformers' ONNX backend wants transformers 4, its
newest version transformers 5, infinity numpy 1. `uv` makes them: it is taken from the path, or from
an environment of its own that pip makes (pip's resolver takes minutes for what uv does in seconds).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare.contender import last_line

REQUIREMENTS = Path(__file__).parent / "environments"
CACHE_VARIABLE = "RERANK_CACHE_DIR"


def default_folder() -> Path:
    """Where environments and models are kept when no folder is given: in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rerank-sidecar"
    return Path(os.environ.get(CACHE_VARIABLE) or cache).absolute() / "compare"


def make(name: str, folder: Path) -> Path:
    """The interpreter of an environment, which is made unless it is there.

    Raises StartupError with the installer's last words when it cannot be made.
    """
    home = folder / name
    python, mark = home / "bin" / "python", home / "made-of"
    made_of = f"Python {sys.version}\n{(REQUIREMENTS / f'{name}.txt').read_text()}"
    if mark.is_file() and mark.read_text() == made_of:
        return python
    shutil.rmtree(home, ignore_errors=True)
    uv = _uv(folder)
    _run([uv, "venv", "--quiet", "--python", sys.executable, home])
    wanted: list[str | Path] = ["--requirement", REQUIREMENTS / f"{name}.txt"]
    _run([uv, "pip", "install", "--quiet", "--python", python, *wanted])
    mark.write_text(made_of)
    return python


def _uv(folder: Path) -> str | Path:
    if found := shutil.which("uv"):
        return found
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
        said = last_line(fault.stderr)
        raise StartupError(f"the environment cannot be made: {said}") from None
    except OSError as fault:
        raise StartupError(f"the environment cannot be made: {fault}") from None
