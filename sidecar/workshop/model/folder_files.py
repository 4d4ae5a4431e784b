"""Files of a model folder: linked into a new folder, written, and their sizes for people."""

import os
import shutil
from pathlib import Path

from sidecar.runtime.manifest import MANIFEST, Manifest


def link_files(source: Path, target: Path) -> None:
    """Brings every file of `source` except the manifest into `target`.

    As hard links where the disk allows, so that weights are not copied.
    """
    for file in sorted(source.iterdir()):
        if file.name == MANIFEST or not file.is_file():
            continue
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copy2(file, target / file.name)


def format_size(size: int) -> str:
    """Bytes as MB or kB, for people."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Writes `rerank.json`; it replaces an old one in one step."""
    write_text(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Writes a file; it replaces an old one in one step."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf8")
    part.replace(path)
