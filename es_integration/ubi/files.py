"""Records as JSON lines in a folder, as `rerank-sidecar judgements from-clicks` reads them.

    ubi-HOST-PID-20261130T115000123456Z.jsonl

Each process has files of its own, so that several may share the folder. A line is written by one
call of the system and without a buffer, so that a process that dies loses none.
"""

import os
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from es_integration.errors import IntegrationError
from es_integration.ubi.log import Losses, as_json

MAX_BYTES = 64 * 2**20
PATTERN = "ubi-*.jsonl"


class UbiFiles:
    """A log in a folder. `open` one, and `close` it at the end. Thread-safe."""

    def __init__(self, folder: Path, max_bytes: int, max_files: int | None) -> None:
        self.folder = folder
        self.losses = Losses(str(folder))
        self._max_bytes = max_bytes
        self._max_files = max_files
        self._lock = threading.Lock()
        self._file: int | None = None
        self._size = 0
        self._pid = os.getpid()
        self._torn = False

    @classmethod
    def open(
        cls, folder: Path | str, *, max_bytes: int = MAX_BYTES, max_files: int | None = None
    ) -> "UbiFiles":
        """The log in the folder, which is made if it is not there.

        A file that would grow beyond `max_bytes` is followed by a new one. With `max_files` the
        oldest of the folder are deleted, those of other processes too. Raises IntegrationError if
        the folder cannot be made or written.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise IntegrationError(f"{folder} cannot be made: {fault.strerror}") from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise IntegrationError(f"{folder} cannot be written")
        return cls(folder, max_bytes, max_files)

    @property
    def lost(self) -> int:
        """Records that could not be written."""
        return self.losses.count

    def write(self, record: Mapping[str, Any]) -> None:
        """Appends the record. One that cannot be written, as on a full disk, is lost and
        counted."""
        try:
            line = as_json(record) + b"\n"
            with self._lock:
                self._write(line)
        except (OSError, TypeError, ValueError) as fault:
            self.losses.add(1, fault)

    def close(self) -> None:
        """Closes the file. A later record opens a new one."""
        with self._lock:
            self._close()

    def _write(self, line: bytes) -> None:
        if self._pid != os.getpid():  # a fork: the file is the parent's
            self._close()
        if self._file is None or self._size + len(line) > self._max_bytes:
            self._begin()
        assert self._file is not None
        if self._torn:  # half a line is there: it ends here, and counts as one line that is no JSON
            line = b"\n" + line
        written = os.write(self._file, line)
        self._size += written
        self._torn = written < len(line)
        if self._torn:
            raise OSError("only a part of the line could be written")

    def _begin(self) -> None:
        self._close()
        self._pid = os.getpid()
        time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        path = self.folder / f"ubi-{socket.gethostname()}-{self._pid}-{time}.jsonl"
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        self._size, self._torn = 0, False
        if self._max_files is not None:
            by_age = sorted(self.folder.glob(PATTERN), key=lambda file: file.name.split("-")[-1])
            for file in by_age[: -self._max_files]:
                file.unlink(missing_ok=True)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)
