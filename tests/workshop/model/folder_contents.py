"""The contents of a model folder, to see whether a command changed it."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes by its name."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}
