"""The clients' environments: one folder for each file of `environments`, made once.

`uv` makes them: it is taken from the path, or from an environment of its own that pip makes. (pip's
own resolver took more than nine minutes for what uv does in fifteen seconds.)
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "environments"
FOLDER = "RERANK_CLIENTS_FOLDER"
"""Environment variable with the folder to keep them in."""
EMBEDDINGS = "embeddings"
"""The environment of the embedding clients, which `tests.clients.embeddings` checks."""
FORBIDDEN = ("torch", "tensorflow", "transformers")
"""What no client of an HTTP interface should bring."""


def names() -> list[str]:
    """Of the rerank clients' environments, in order."""
    return sorted(path.stem for path in REQUIREMENTS.glob("*.txt") if path.stem != EMBEDDINGS)


def folder() -> Path:
    """Where they lie: in FOLDER, or in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(FOLDER) or cache / "rerank-sidecar" / "clients").absolute()


def python(name: str) -> Path:
    """The environment's interpreter."""
    return folder() / name / "bin" / "python"


def is_made(name: str) -> bool:
    """Whether it was made with this Python and these requirements."""
    mark = folder() / name / "made-of"
    return mark.is_file() and mark.read_text() == _made_of(name)


def make(name: str) -> None:
    """Makes it, unless it is made.

    Raises CalledProcessError when an installer fails, RuntimeError when it brought in FORBIDDEN.
    """
    if is_made(name):
        return
    home = folder() / name
    shutil.rmtree(home, ignore_errors=True)
    uv = _uv()
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, home], check=True)
    requirements = ["--requirement", REQUIREMENTS / f"{name}.txt"]
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python(name), *requirements], check=True
    )
    packages = [path.name for path in home.glob("lib/*/site-packages/*")]
    if heavy := sorted({*FORBIDDEN} & {*packages}):
        raise RuntimeError(f"{name}.txt brings in {', '.join(heavy)}")
    (home / "made-of").write_text(_made_of(name))


def _made_of(name: str) -> str:
    return f"Python {sys.version}\n{(REQUIREMENTS / f'{name}.txt').read_text()}"


def _uv() -> Path:
    if path := shutil.which("uv"):
        return Path(path)
    home = folder() / "uv"
    uv = home / "bin" / "uv"
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        install = ["-m", "pip", "install", "--quiet", "uv"]
        subprocess.run([home / "bin" / "python", *install], check=True)
    return uv
