"""A model folder is written beside its final path and moved there in one step, or not at all."""

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
    """Whether `folder` already holds the model of this origin, with no file altered.

    Raises ModelError when `folder` holds anything else: another or a damaged model is accepted with
    `force` alone, a folder that is not a model folder never.
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
    """Raises ModelError when the disk of `folder` has fewer than `needed` bytes free."""
    parent = next(parent for parent in folder.absolute().parents if parent.exists())
    disk = shutil.disk_usage(parent)
    if (
        disk.free < needed and disk.total
    ):  # /proc has no size; the write itself will say why it fails
        raise ModelError(
            f"{folder} needs {needed / 1e6:.0f} MB and its disk has {disk.free / 1e6:.0f} MB left: "
            "free some, or give a folder on another disk"
        )


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which replaces `folder` when the block succeeds.

    Cards (`*.md`) of the replaced folder are kept. When the block fails, the new folder is removed
    and `folder` is unchanged. Raises ModelError when the disk is full or not writable.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as staging:
            new_folder = Path(staging, folder.name)
            new_folder.mkdir()
            yield new_folder
            _move(new_folder, folder, Path(staging, "replaced"))
    except OSError as fault:
        if fault.errno in DISK_FULL:
            why = "the disk is full: free some, or give a folder on another disk"
        else:
            why = f"{fault.strerror or fault}: give a folder that can be written"
        raise ModelError(f"{folder} cannot be written: {why}") from None


def _move(new_folder: Path, folder: Path, replaced: Path) -> None:
    if not folder.exists():
        new_folder.rename(folder)
        return
    for card in folder.glob("*.md"):
        if not (new_folder / card.name).exists():
            shutil.copy2(card, new_folder)
    folder.rename(replaced)
    try:
        new_folder.rename(folder)
    except OSError:
        replaced.rename(folder)
        raise
