"""`rerank-sidecar experiment analyse` and `guard`: a file and a log -> what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from mappings.experiments import Experiment, ExperimentError, read_experiment, stop_arm
from sidecar.errors import StartupError
from sidecar.workshop.clicks.cluster_records import read_cluster
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.record_files import read_files
from sidecar.workshop.clicks.ubi import UbiEvent
from sidecar.workshop.experiments.allocation import Allocation, allocation
from sidecar.workshop.experiments.guardrails import Limits, Trouble, harm, troubles
from sidecar.workshop.experiments.lift import Lift, lifts
from sidecar.workshop.experiments.preference import Preference, preferences
from sidecar.workshop.experiments.records import Exposure, experiment_records
from sidecar.workshop.experiments.searches import ExperimentLog, assemble
from sidecar.workshop.model.progress import BeginStep

ReadRecords = Callable[[Callable[[Exposure | UbiEvent], None], Tally, BeginStep], None]
"""Hands every record to its first argument, and counts lines in its second."""
DEFAULT_METRICS = ("clicked", "mrr", "clicks")
LOG_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst")


class AnalysisError(StartupError):
    """An experiment that cannot be analysed, with the reason."""

    code = "experiment"


@dataclass(frozen=True, kw_only=True)
class AnalysisSpec:
    """What is analysed, and how. Its fields are the options of the commands."""

    file: Path
    read: ReadRecords
    metrics: Sequence[str] = DEFAULT_METRICS
    """The first decides."""
    clicks: Sequence[str] = ("click",)
    expected: float = 0.05
    """A change that would be no surprise, as a share of the control's mean."""
    alpha: float = 0.05
    limits: Limits = field(default_factory=Limits)
    most_malformed: float = 0.01
    now_s: float
    """Seconds since 1970: what is later has a wrong clock."""


@dataclass(frozen=True)
class Analysis:
    """What came of an experiment so far."""

    log: ExperimentLog
    tally: Tally
    metrics: Sequence[str]
    alpha: float
    allocation: Allocation | None
    """None for interleaving."""
    lifts: tuple[Lift, ...]
    """Of a split: for each metric, for each arm."""
    preferences: tuple[Preference, ...]
    """Of interleaving."""
    troubles: tuple[Trouble, ...]

    @property
    def deciding(self) -> tuple[Lift | Preference, ...]:
        """Of each arm, what its verdict comes from."""
        of_first = [lift for lift in self.lifts if lift.metric == self.metrics[0]]
        return (*of_first, *self.preferences)

    @property
    def warnings(self) -> list[str]:
        """What casts doubt on everything else."""
        warnings = list(self.log.faults.warnings)
        if self.allocation is not None and self.allocation.mismatch:
            warnings.insert(
                0,
                "sample-ratio mismatch: the arms' sizes are none that their shares give "
                f"(p = {self.allocation.p_value:.2g}). Find out what got lost before you believe "
                "any difference",
            )
        return warnings

    def reasons_to_stop(self) -> dict[str, str]:
        """Arm -> why, of those that are not stopped yet."""
        reasons: dict[str, str] = {}
        for trouble in self.troubles:
            if trouble.stop:
                reasons.setdefault(trouble.arm, trouble.reason)
        for found in self.deciding:
            if (why := harm(found)) is not None:
                reasons.setdefault(found.arm, why)
        stopped = self.log.experiment.stops
        return {arm: why for arm, why in reasons.items() if arm not in stopped}


def analyse(spec: AnalysisSpec, begin_step: BeginStep) -> Analysis:
    """Reads and analyses. Raises AnalysisError or ClicksError in one line."""
    experiment = _read(spec.file)
    records: list[Exposure | UbiEvent] = []
    tally = Tally(spec.most_malformed)
    spec.read(records.append, tally, begin_step)
    advance = begin_step("putting searches together", 1)
    log = assemble(experiment, records, spec.now_s, spec.clicks)
    advance()
    if not log.searches:
        raise AnalysisError(
            f"{tally.lines:,} lines, and no search that took part in {experiment.name}"
            + "".join(f"; {note}" for note in log.faults.notes)
        )
    interleaved = experiment.method == "interleave"
    advance = begin_step("comparing", 1)
    analysis = Analysis(
        log,
        tally,
        spec.metrics,
        spec.alpha,
        None if interleaved else allocation(log),
        () if interleaved else _lifts(log, spec),
        preferences(log, alpha=spec.alpha) if interleaved else (),
        troubles(log, spec.limits),
    )
    advance()
    return analysis


def stop_harmful_arms(analysis: Analysis, file: Path, now_s: float) -> dict[str, str]:
    """Stops every arm that there is a reason to stop; arm -> reason. Raises AnalysisError."""
    reasons = analysis.reasons_to_stop()
    for arm, why in reasons.items():
        try:
            stop_arm(file, arm, why, datetime.fromtimestamp(now_s, UTC))
        except ExperimentError as fault:
            raise AnalysisError(fault.message) from None
    return reasons


def from_files(paths: Sequence[Path]) -> ReadRecords:
    """Reads the files, and those of the folders. Raises AnalysisError for a folder without any."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        found = sorted(each for each in path.iterdir() if each.name.endswith(LOG_ENDINGS))
        if not found:
            raise AnalysisError(f"{path} holds no {', '.join(LOG_ENDINGS)}")
        files += found
    return partial(_read_files, files)


def from_cluster(client: Any, indices: tuple[str, ...], since_s: float = -inf) -> ReadRecords:
    """Reads UBI's indices, from that time on, in seconds since 1970."""

    def read(
        add: Callable[[Exposure | UbiEvent], None], tally: Tally, begin_step: BeginStep
    ) -> None:
        read_cluster(
            client, indices, add, tally, begin_step, since_s=since_s, parse=experiment_records
        )

    return read


def _read_files(
    files: Sequence[Path],
    add: Callable[[Exposure | UbiEvent], None],
    tally: Tally,
    begin_step: BeginStep,
) -> None:
    read_files(files, add, tally, begin_step, experiment_records)


def _read(file: Path) -> Experiment:
    try:
        return read_experiment(file)
    except ExperimentError as fault:
        raise AnalysisError(fault.message) from None


def _lifts(log: ExperimentLog, spec: AnalysisSpec) -> tuple[Lift, ...]:
    return tuple(
        found
        for metric in dict.fromkeys(spec.metrics)
        for found in lifts(log, metric, expected=spec.expected, alpha=spec.alpha)
    )
