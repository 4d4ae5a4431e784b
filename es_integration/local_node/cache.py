"""The folder with assembled nodes; a node enters it complete, or not at all."""

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

_INCOMPLETE_PREFIX = ".assembling-"


def cache_folder(env: Mapping[str, str]) -> Path:
    """The folder for assembled nodes; it need not exist yet.

    Root's home is usually closed, so the node's account could not read its files there: root uses
    the system's cache folder. Raises LocalNodeUnavailable when RERANK_CACHE_DIR is closed too.
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


def get_or_assemble(cache: Path, name: str, assemble: Callable[[Path], None]) -> Path:
    """`cache/name`, made by `assemble(folder)` if it does not exist yet.

    It is assembled in a folder beside it and renamed when complete, so a killed process leaves
    nothing that looks finished. A lock makes a second process wait instead of fetching the same
    half gigabyte. Raises LocalNodeUnavailable.
    """
    target = cache / name
    if target.is_dir():
        return target
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o755)
        with _lock(cache / ".lock"):
            if not target.is_dir():
                _remove_incomplete(cache)
                _assemble_beside(target, assemble)
    except OSError as error:
        raise LocalNodeUnavailable(
            f"the node cannot be put together in {cache}: {error}"
        ) from error
    return target


def _assemble_beside(target: Path, assemble: Callable[[Path], None]) -> None:
    work = Path(tempfile.mkdtemp(prefix=_INCOMPLETE_PREFIX, dir=target.parent))
    try:
        assemble(work)
        _open_for_reading(work)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)  # Does nothing after the rename.


def _remove_incomplete(cache: Path) -> None:
    """Removes what killed processes left behind; under the lock no other process assembles."""
    for folder in cache.glob(_INCOMPLETE_PREFIX + "*"):
        shutil.rmtree(folder, ignore_errors=True)


def _open_for_reading(folder: Path) -> None:
    """Lets the node's account read these files, whatever the umask; it never writes them."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue  # what it points to is in the folder and has its turn, or is not ours
        runnable = path.is_dir() or path.parent.name == "bin"
        path.chmod(0o755 if runnable else 0o644)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # Released by closing, or by the system if killed.
        yield
