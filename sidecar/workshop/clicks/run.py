"""Judgements from clicks, from reading to writing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from sidecar.judgements.files import write_text
from sidecar.workshop.clicks.actions import Actions
from sidecar.workshop.clicks.assembling import assemble
from sidecar.workshop.clicks.choices import Exposure
from sidecar.workshop.clicks.estimates_file import estimate_lines
from sidecar.workshop.clicks.event_log import EventLogBuilder
from sidecar.workshop.clicks.examination_file import examination_text
from sidecar.workshop.clicks.judging import JudgingOptions, judge, judgements_of
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.rules import Rules
from sidecar.workshop.clicks.summary import Summary
from sidecar.workshop.clicks.ubi import ClicksError, UbiEvent, UbiQuery
from sidecar.workshop.judgements.formats import Format, format_to_write, write_judgements
from sidecar.workshop.model.progress import BeginStep

ReadRecords = Callable[[Callable[[UbiQuery | UbiEvent], None], Tally], None]
"""Hands every record to its first argument, and counts lines in its second."""


@dataclass(frozen=True)
class Outputs:
    """What is written where."""

    judgements: Path
    format: Format | None = None
    examination: Path | None = None
    estimates: Path | None = None

    def check(self) -> None:
        """Raises JudgementsError or ClicksError for a file that could not be written in the end."""
        format_to_write(self.judgements, self.format)
        for file in (self.examination, self.estimates):
            if file is not None and not file.absolute().parent.is_dir():
                raise ClicksError(f"there is no folder {file.parent}")


@dataclass(frozen=True)
class ClicksSpec:
    """Which records count, and how they become judgements."""

    actions: Actions = field(default_factory=Actions)
    rules: Rules = field(default_factory=Rules)
    exposure: Exposure = Exposure.AUTO
    max_position: int = 50
    since_s: float = -inf
    until_s: float = inf
    application: str | None = None
    most_malformed: float = 0.01
    judging: JudgingOptions = field(default_factory=JudgingOptions)


def judge_clicks(spec: ClicksSpec, read: ReadRecords, begin_step: BeginStep) -> Summary:
    """Reads the records and judges. Raises ClicksError."""
    tally, builder = Tally(spec.most_malformed), EventLogBuilder(spec.actions, spec.application)
    read(builder.add, tally)
    log = builder.done()
    if not len(log.queries.key) and not len(log.events.key):
        raise ClicksError(f"{tally.lines:,} lines, and no UBI query or event that counts in them")
    advance = begin_step("putting searches together", 1)
    assembled = assemble(
        log, spec.rules, spec.exposure, spec.max_position, spec.since_s, spec.until_s
    )
    assembled.check()
    advance()
    advance = begin_step(f"fitting the click model {spec.judging.model.value}", 1)
    judged = judge(assembled.searches, len(log.documents), spec.actions, spec.judging)
    advance()
    return Summary(tally, log, assembled, judged, spec.actions)


def run(
    spec: ClicksSpec, outputs: Outputs, read: ReadRecords, begin_step: BeginStep
) -> tuple[Summary, list[str]]:
    """Reads, judges and writes; returns the counts, and what the judgements' format cannot hold.

    Raises ClicksError or JudgementsError, and then has written nothing.
    """
    outputs.check()
    summary, lost = judge_clicks(spec, read, begin_step), []
    judged, log = summary.judged, summary.log
    if judged.enough.any():
        lost = write_judgements(judgements_of(judged, log), outputs.judgements, outputs.format)
    figures = judged.figures
    if outputs.examination is not None:
        text = examination_text(figures.model.value, figures.positions)
        write_text(outputs.examination, text)
    if outputs.estimates is not None:
        lines = estimate_lines(judged, log, spec.actions.later)
        write_text(outputs.estimates, "".join(lines))
    return summary, lost


def read_time(text: str) -> float:
    """Seconds since 1970 of `2026-11-01` or a whole ISO 8601 time; UTC where it has no zone.

    Raises ClicksError.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ClicksError(f"{text!r} is no time such as 2026-11-01 or 2026-11-01T12:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
