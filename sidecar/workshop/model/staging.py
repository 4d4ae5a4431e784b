"""A model folder is written beside its place and moved there in one step, or not at all."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST, Manifest, Origin

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_up_to_date(folder: Path, origin: Origin, *, force: bool) -> bool:
    """Whether `folder` is what this origin gives, with every file as its manifest says.

    Raises ModelError when something else lies there: a folder that is no model folder always,
    another or a damaged model folder unless `force`.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    if not (folder / MANIFEST).is_file():
        raise ModelError(f"{folder} is there and is not a model folder: give a new one")
    if force:
        return False
    try:
        manifest = Manifest.read(folder)
    except ModelError as fault:
        raise ModelError(f"{fault.message}: --force replaces the folder") from None
    if manifest.origin != origin:
        raise ModelError(
            f"{folder} holds {manifest.name}, of another source or other settings: --force "
            "replaces it"
        )
    return True


def check_disk_space(folder: Path, needed: int) -> None:
    """Raises ModelError when the disk of `folder` has fewer than `needed` bytes left."""
    place = next(parent for parent in folder.absolute().parents if parent.exists())
    disk = shutil.disk_usage(place)
    if disk.free < needed and disk.total:  # /proc has no size; writing there says why it fails
        raise ModelError(
            f"{folder} needs {needed / 1e6:.0f} MB and its disk has {disk.free / 1e6:.0f} MB left: "
            "free some, or give a folder on another disk"
        )


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill; when the block ends well it takes the place of `folder`.

    Cards (`*.md`) of a folder that is replaced are kept. When the block fails nothing is left of
    it, and `folder` is as it was. Raises ModelError when the disk is full or cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as scratch:
            fresh = Path(scratch, folder.name)
            fresh.mkdir()
            yield fresh
            _move(fresh, folder, Path(scratch, "replaced"))
    except OSError as fault:
        if fault.errno in DISK_FULL:
            why = "the disk is full: free some, or give a folder on another disk"
        else:
            why = f"{fault.strerror or fault}: give a folder that can be written"
        raise ModelError(f"{folder} cannot be written: {why}") from None


def _move(fresh: Path, folder: Path, replaced: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    for card in folder.glob("*.md"):
        if not (fresh / card.name).exists():
            shutil.copy2(card, fresh)
    folder.rename(replaced)
    try:
        fresh.rename(folder)
    except OSError:
        replaced.rename(folder)
        raise
