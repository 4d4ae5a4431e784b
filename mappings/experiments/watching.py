"""Experiments that are read again when their files change."""

from pathlib import Path

from mappings.experiments.experiment import Experiment
from mappings.experiments.reading import SUFFIX, read_experiments
from mappings.experiments.stops import stops_file

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, inode, size and time of the last change of each file."""


class ExperimentFiles:
    """The experiments of a file or a folder. `open` them."""

    def __init__(self, path: Path, experiments: tuple[Experiment, ...], stamp: Stamp) -> None:
        self.path = path
        self.experiments = experiments
        """In force now, by name. Replaced whole, never changed."""
        self._known = self._pending = stamp

    @classmethod
    def open(cls, path: Path) -> "ExperimentFiles":
        """Raises ExperimentError."""
        stamp = _stamp(path)  # what changes after this is a change
        return cls(path, read_experiments(path), stamp)

    def changed(self) -> tuple[Experiment, ...] | None:
        """The experiments as they are now, if their files have changed and did not since the call
        before this one: nobody is in the middle of writing them. `experiments` stays as it is.

        Raises ExperimentError, once per change, if they are not understood.
        """
        now = _stamp(self.path)
        if now != self._pending or now == self._known:
            self._pending = now
            return None
        self._known = now
        return read_experiments(self.path)


def _stamp(path: Path) -> Stamp:
    files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    stamps = (_file_stamp(each) for file in files for each in (file, stops_file(file)))
    return tuple(stamp for stamp in stamps if stamp is not None)


def _file_stamp(file: Path) -> tuple[str, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return file.name, found.st_ino, found.st_size, found.st_mtime_ns
