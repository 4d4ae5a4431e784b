"""The ledger: every run of a name with its inputs, figures and verdict, and what was served when.

JSON lines beside the models. A line is a run, or says which run serves from then on. The line of a
run that goes on after a failure counts in place of its earlier one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.gate import Change
from sidecar.workshop.state_file import OtherHead, StateFile

Verdict = Literal["start", "accepted", "refused", "failed"]
How = Literal["learned", "promoted", "rolled back"]


def now() -> str:
    """The time as the ledger has it: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class Clicks(_Row):
    """Which searches of users a run learned from; seconds since 1970."""

    since_s: float | None = None
    """None: from the first on."""
    until_s: float
    """Where the next run begins."""
    searches: int


class Run(_Row):
    """One run, or run 0: the model that all of them come from."""

    run: int
    at: str
    """When it began."""
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    """Why it was refused, or failed."""
    seconds: float = 0.0
    parent: int | None = None
    """The run whose model it trained on."""
    beside: int | None = None
    """The run that served, whose model the lift is measured against."""
    start: str | None = None
    """Of run 0: what was given as the start."""
    inputs: Mapping[str, str] = {}
    """What was read -> its SHA-256; "" for a cluster."""
    settings: Mapping[str, Any] = {}
    """The options that decide what is learned."""
    clicks: Clicks | None = None
    figures: Mapping[str, int] = {}
    """Counts of what was learned from."""
    lift: Change | None = None
    kept: tuple[Change, ...] = ()
    order: float | None = None
    """The sample pairs' rank correlation with run 0."""
    ece: tuple[float, float] | None = None
    """Expected calibration error on the held-out queries, before and after calibrating."""
    model: str | None = None
    """Its name in answers."""
    digest: str | None = None
    """SHA-256 over the files of its folder."""


class Served(_Row):
    """From when on a run serves."""

    run: int
    at: str
    how: How


class Ledger(StateFile):
    """The runs of a name. A context manager."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises LearningError for a file that is none, or of another name."""
        self.runs: dict[int, Run] = {}
        self.served: list[Served] = []
        try:
            super().__init__(path, {"ledger": 1, "name": name})
        except OtherHead:
            raise LearningError(f"{path} is no ledger of {name}") from None
        except OSError as fault:
            raise LearningError(f"{path} cannot be opened: {fault.strerror}") from None

    def _take(self, row: Any) -> None:
        if "serves" in row:
            self.served.append(Served.model_validate(row["serves"]))
        else:
            run = Run.model_validate(row["run"])
            self.runs[run.run] = run

    def add(self, run: Run) -> None:
        """Keeps the run."""
        self.runs[run.run] = run
        self._append({"run": run.model_dump(mode="json", exclude_none=True)})

    def serve(self, run: int, how: How) -> None:
        """Keeps that the run serves from now on."""
        self.served.append(Served(run=run, at=now(), how=how))
        self._append({"serves": self.served[-1].model_dump()})

    def learned_until(self, run: int) -> float | None:
        """The time until which the model of a run has learned from clicks, itself or by the runs
        that it comes from; in seconds since 1970. None: it has seen none."""
        found: int | None = run
        while found is not None and found in self.runs:
            known = self.runs[found]
            if known.clicks is not None:
                return known.clicks.until_s
            found = known.parent
        return None

    def before(self, serving: int) -> int | None:
        """The run that `serving` took the place of; None where there is none."""
        stack: list[int] = []
        for each in self.served:
            if each.how == "rolled back" and each.run in stack:
                del stack[stack.index(each.run) + 1 :]
            elif not stack or stack[-1] != each.run:
                stack.append(each.run)
        if serving in stack:
            place = stack.index(serving)
            return stack[place - 1] if place else None
        return stack[-1] if stack else None
