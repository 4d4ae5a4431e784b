"""What a run reads, by digest: the same inputs give the same run."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sidecar.runtime.manifest import sha256


def digests(paths: Iterable[Path | None]) -> dict[str, str]:
    """Path -> SHA-256, of a folder over the names and digests of the files in it."""
    return {str(path): digest(path) for path in paths if path is not None}


def digest(path: Path) -> str:
    """The SHA-256 of a file, or of the files of a folder and of the folders in it; "" for what
    cannot be read (whoever reads it says why)."""
    try:
        if not path.is_dir():
            return sha256(path)
        found = hashlib.sha256()
        for file in sorted(path.rglob("*")):
            if file.is_file():
                found.update(f"{file.relative_to(path)} {sha256(file)}\n".encode())
        return found.hexdigest()
    except OSError:
        return ""
