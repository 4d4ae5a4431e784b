"""Where the runs of a name lie, and which of them the name points to.

MODELS/shop         -> shop.runs/2, a symbolic link: what `serve --model shop=MODELS/shop` loads
MODELS/shop.runs/
  ledger.jsonl
  0/  1/  2/        model folders; 0 is the start
  2.checkpoint/     fp32 weights, for the next run to train on; it may be deleted
  work/             a run that is not done
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.runs import Ledger

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Home:
    """The files of one name."""

    models: Path
    name: str

    def __post_init__(self) -> None:
        """Raises LearningError for a name that no served model could have."""
        if not NAME.fullmatch(self.name):
            raise LearningError(f"{self.name!r} is no name of letters, digits, `.`, `_` and `-`")

    @property
    def link(self) -> Path:
        return self.models / self.name

    @property
    def runs(self) -> Path:
        return self.models / f"{self.name}.runs"

    @property
    def work(self) -> Path:
        return self.runs / "work"

    def folder(self, run: int) -> Path:
        """The model folder of a run."""
        return self.runs / str(run)

    def checkpoint(self, run: int) -> Path:
        return self.runs / f"{run}.checkpoint"

    def below(self, run: int) -> str:
        """The folder of a run as a service knows it, whose `models_dir` is `models`."""
        return f"{self.runs.name}/{run}"

    def serving(self) -> int | None:
        """The run that the name points to; None where there is no such name yet.

        Raises LearningError for a name that something else has.
        """
        if not self.link.is_symlink():
            if self.link.exists():
                raise LearningError(f"{self.link} is there and is no link to a run: another name")
            return None
        target = os.readlink(self.link)
        folder, _, run = target.rpartition("/")
        if folder != self.runs.name or not run.isdecimal():
            raise LearningError(f"{self.link} is a link to {target}, which is no run: another name")
        return int(run)

    def point_to(self, run: int) -> None:
        """Lets the name point to the run, in one step. Raises LearningError."""
        new = self.runs / "new-link"
        try:
            new.unlink(missing_ok=True)
            new.symlink_to(self.below(run))
            new.replace(self.link)
        except OSError as fault:
            raise LearningError(f"{self.link} cannot be written: {fault.strerror}") from None

    def open(self) -> Ledger:
        """The ledger. Raises LearningError, also where the name has no run."""
        if not self._ledger.is_file():
            raise self._no_runs()
        return Ledger(self._ledger, self.name)

    @property
    def _ledger(self) -> Path:
        return self.runs / "ledger.jsonl"

    @contextmanager
    def locked(self, *, begin: bool = False) -> Iterator[Ledger]:
        """The ledger, while nobody else may change what lies here; to `begin` with it is made.

        Raises LearningError, also while another command is at work.
        """
        self.serving()
        if not begin and not self._ledger.is_file():
            raise self._no_runs()
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            lock = (self.runs / "lock").open("w")
        except OSError as fault:
            raise LearningError(f"{self.runs} cannot be written: {fault.strerror}") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LearningError(f"another command is at work on {self.name}") from None
            try:
                with Ledger(self._ledger, self.name) as ledger:
                    yield ledger
            finally:
                if not self._ledger.exists():
                    self._leave_nothing()

    def _leave_nothing(self) -> None:
        """Nothing was learned, so nothing is to be seen of it; other files stay."""
        with suppress(OSError):
            (self.runs / "lock").unlink()
            self.runs.rmdir()
            self.models.rmdir()

    def _no_runs(self) -> LearningError:
        return LearningError(f"{self.models} has no runs of {self.name}")
