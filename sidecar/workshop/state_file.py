"""A file that keeps results as they come, so that a command that was interrupted goes on.

JSON lines: the head says what the file holds, each other line is a row. A last line that an
interrupted run left unfinished is cut off; any other damaged line costs what it held, and no more.
"""

import fcntl
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import orjson


class OtherHead(ValueError):
    """The file holds something else; it is left as it is."""

    def __init__(self, head: Any) -> None:
        super().__init__("another head")
        self.head = head
        """The value of its first line; None where that is not JSON."""


class StateFile(ABC):
    """The file, opened for appending. A context manager; one that got no row leaves no file."""

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        """Reads what the file holds. Raises OtherHead, and OSError for a file that cannot be read
        or written, or that another process writes to."""
        self._path = path
        self._empty = True
        self._file: IO[bytes] = path.open("a+b")
        try:
            self._lock()
            self._read(head)
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        """For as long as the file is open."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise OSError(fault.errno, "another process writes to it") from None
        except OSError:  # a file system without locks
            return

    def _read(self, head: dict[str, Any]) -> None:
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file):
            finished = line.endswith(b"\n")
            if not number and (not finished or (found := _value(line)) != head):
                raise OtherHead(found if finished else None)
            if not finished:
                self._file.truncate(whole)
                break
            whole += len(line)
            if number:
                self._take_line(line)
        if not whole:
            self._write(head)

    def _take_line(self, line: bytes) -> None:
        try:
            self._take(_value(line))
            self._empty = False
        except (TypeError, KeyError, ValueError):
            return

    @abstractmethod
    def _take(self, row: Any) -> None:
        """Reads a row. Raises TypeError, KeyError or ValueError for one that is damaged."""

    def _append(self, row: dict[str, Any]) -> None:
        """Writes a row. On the disk when it returns, as far as this process can tell."""
        self._write(row)
        self._empty = False

    def _write(self, row: dict[str, Any]) -> None:
        self._file.write(orjson.dumps(row) + b"\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        except OSError:  # a full disk again: the first fault is the one to tell
            if fault is None:
                raise
        if self._empty and self._path.is_file():
            self._path.unlink()


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
