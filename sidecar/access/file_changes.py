"""Whether files have changed and are written to their end.

Polled and not notified: that works on every file system, for files that are replaced, and behind
the symbolic links by which Kubernetes swaps a whole mounted secret.
"""

from pathlib import Path

Stamp = tuple[tuple[int, int, int, int] | None, ...]
"""Device, inode, size and time of the last change in nanoseconds of each file; None: no file."""


class FileChanges:
    """Watches a few small files that are read together."""

    def __init__(self, *paths: Path) -> None:
        """Make it before the first reading: what changes after that is a change."""
        self._paths = paths
        self._known = self._pending = self._stamp()

    def settled(self) -> bool:
        """Whether the files differ from those of the last True (or of the start), and did not
        change since the call before this one: nobody is in the middle of writing them.

        Each change is reported once, whatever the caller makes of it.
        """
        now = self._stamp()
        if now == self._pending and now != self._known:
            self._known = now
            return True
        self._pending = now
        return False

    def _stamp(self) -> Stamp:
        return tuple(_stamp(path) for path in self._paths)


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
