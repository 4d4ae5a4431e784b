"""Where assembled nodes are kept, and how one gets there: whole, or not at all."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from es_integration.errors import LocalNodeUnavailable
from es_integration.local_node.accounts import open_to_others

CACHE_VARIABLE = "RERANK_CACHE_DIR"
SYSTEM_CACHE = Path("/var/cache/rerank-sidecar")

_HALF_MADE = ".assembling-"


def cache_folder(env: Mapping[str, str]) -> Path:
    """The folder for assembled nodes; it need not exist yet.

    A root user's home is usually closed, and the node's account could not read its own files
    there; the machine's cache folder is the place that is meant for this.
    """
    if env.get(CACHE_VARIABLE):
        chosen = Path(env[CACHE_VARIABLE]).absolute()
        if os.geteuid() == 0 and not open_to_others(chosen):
            raise LocalNodeUnavailable(
                f"{CACHE_VARIABLE}={chosen} lies in a folder that is closed to other accounts, and"
                " a node started by root runs as one of them: choose another folder"
            )
        return chosen
    home = Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "rerank-sidecar"
    if os.geteuid() == 0 and not open_to_others(home):
        return SYSTEM_CACHE
    return home


def assembled(cache: Path, name: str, assemble: Callable[[Path], None]) -> Path:
    """`cache/name`, made by `assemble(folder)` if it is not there yet.

    It is built in a folder beside it and renamed when it is whole, so a process that is killed
    in between leaves nothing that looks finished. The lock keeps a second process waiting
    instead of fetching the same half gigabyte.
    """
    target = cache / name
    if target.is_dir():
        return target
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o755)
        with _lock(cache / ".lock"):
            if not target.is_dir():
                _sweep(cache)
                _assemble_beside(target, assemble)
    except OSError as error:
        raise LocalNodeUnavailable(
            f"the node cannot be put together in {cache}: {error}"
        ) from error
    return target


def _assemble_beside(target: Path, assemble: Callable[[Path], None]) -> None:
    work = Path(tempfile.mkdtemp(prefix=_HALF_MADE, dir=target.parent))
    try:
        assemble(work)
        _open_for_reading(work)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)  # Does nothing after the rename.


def _sweep(cache: Path) -> None:
    """Remove what killed processes left; under the lock nobody else is assembling."""
    for left in cache.glob(_HALF_MADE + "*"):
        shutil.rmtree(left, ignore_errors=True)


def _open_for_reading(folder: Path) -> None:
    """The node's account reads these files and never writes them, whatever the umask is."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        runnable = path.is_dir() or path.parent.name == "bin"
        path.chmod(0o755 if runnable else 0o644)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # Let go by closing, and by the system if we are killed.
        yield
