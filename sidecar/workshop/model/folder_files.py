"""What steps that change a model folder share: its files brought along, its manifest written."""

import os
import shutil
from pathlib import Path

from sidecar.runtime.manifest import MANIFEST, Manifest


def link_files(source: Path, fresh: Path) -> None:
    """Brings every file of `source` but the manifest to `fresh`.

    Hard links where the disk can: weights are not copied.
    """
    for file in sorted(source.iterdir()):
        if file.name == MANIFEST or not file.is_file():
            continue
        try:
            os.link(file, fresh / file.name)
        except OSError:
            shutil.copy2(file, fresh / file.name)


def format_size(size: int) -> str:
    """Bytes as people read them."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Writes `rerank.json` in one step."""
    write_text(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Writes a file in one step."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf8")
    part.replace(path)
