"""What several build tests ask of a model folder."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes by its name."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}
