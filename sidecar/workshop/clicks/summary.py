"""What was read, what was left out and why, and what the clicks say: tables on the screen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from sidecar.workshop.clicks.actions import Actions
from sidecar.workshop.clicks.assembling import Assembled
from sidecar.workshop.clicks.event_log import EventLog
from sidecar.workshop.clicks.impressions import Bools
from sidecar.workshop.clicks.judging import Judged
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.figure_table import figure_table

SHOWN_POSITIONS = 10
_Row = tuple[str, int]


class Summary(NamedTuple):
    """All that a run counted."""

    tally: Tally
    log: EventLog
    assembled: Assembled
    judged: Judged
    actions: Actions


def show(summary: Summary, console: Console) -> None:
    """Prints the tables; a line whose count is 0 is left out unless it is a rule's."""
    for title, rows in (
        ("Read", _read(summary)),
        ("Searches", _searches(summary.assembled)),
        ("Clicks and later actions", _clicks(summary.assembled)),
    ):
        _print(title, [(name, count) for name, count in rows if count], console)
    console.print(_rules(summary.assembled))
    console.print(_positions(summary.judged))
    console.print(_grades(summary.judged))


def warnings(summary: Summary) -> Iterator[str]:
    """What the user should look at, a line each."""
    tally, assembled, judged = summary.tally, summary.assembled, summary.judged
    if tally.faults:
        yield f"{tally.faults:,} lines are no UBI records; the first: {tally.first_fault}"
    lost, marked = assembled.interacted.not_shown, int(judged.pairs.clicked.sum())
    if lost > marked:
        yield (
            f"{lost:,} clicks and later actions are on documents that their search did not show: "
            "do the hits in ubi_queries have the IDs of the events' objects (object_id_field)?"
        )
    figures = judged.figures
    if len(figures.unlinked):
        yield (
            f"positions {_listed(figures.unlinked.tolist())}: their documents were shown nowhere "
            "else, so that their examination is taken from click rates, as if all documents were "
            "equally attractive; --examination gives a known one"
        )
    if not figures.converged:
        yield "the click model had not settled after its most steps: its figures are approximate"
    if not judged.enough.any():
        yield "no pair has the least effective sample size (--min-size): there are no judgements"


def _read(summary: Summary) -> Iterator[_Row]:
    log, tally = summary.log, summary.tally
    yield "lines", tally.lines
    yield "lines that are no UBI records", tally.faults
    yield "queries", len(log.queries.key)
    for name, count in log.action_counts.items():
        counts = name in summary.actions.codes
        yield f"events {name!r}" if counts else f"events {name!r}, which count for nothing", count
    yield "events without an object", log.without_object
    yield "records of other applications", log.other_applications
    yield "events without a time that is understood", summary.assembled.timeless


def _searches(assembled: Assembled) -> Iterator[_Row]:
    exposed = assembled.exposed
    yield "searches", assembled.found
    yield "  shown documents from the search engine's hits", exposed.from_hits
    yield "  shown documents from impression events", exposed.from_impressions
    yield "  left out: nothing says what they showed", exposed.unknown
    yield "  left out: no query, or an unknown one", assembled.blank
    yield "  left out: before --since or from --until on", assembled.outside
    yield "records of a query that is there: further pages, or again", assembled.repeated_queries
    yield "impression events without a query ID", exposed.nameless
    yield "documents below the lowest position (--max-position)", exposed.too_deep
    yield "searches that count", len(assembled.searches)


def _clicks(assembled: Assembled) -> Iterator[_Row]:
    interacted, searches = assembled.interacted, assembled.searches
    yield "clicked documents in searches that count", int(searches.row_clicked.sum())
    yield "later actions found by session or client", interacted.by_session
    yield "left out: the search is not known", interacted.unknown_search
    yield "left out: not among what the search showed", interacted.not_shown


def _rules(assembled: Assembled) -> Table:
    table = figure_table("Rules (--rule NAME=LIMIT, or NAME=off)", ["events", "searches"])
    table.add_column("leaves out")
    for rule in assembled.rules:
        counts = ("", "") if rule.limit is None else (f"{rule.events:,}", f"{rule.searches:,}")
        meaning = "(off)" if rule.limit is None else rule.meaning
        table.add_row(rule.name, *counts, meaning)
    return table


def _positions(judged: Judged) -> Table:
    figures = judged.figures
    more = f", persistence {figures.persistence:.3f}" if figures.persistence is not None else ""
    title = f"Click model {figures.model.value}{more}, mean relevance {figures.mean:.3f}"
    table = figure_table(title, ["shown", "clicked", "click rate", "examined"], names="position")
    for each in figures.positions[:SHOWN_POSITIONS]:
        rate = each.clicked / each.shown
        table.add_row(
            str(each.position), f"{each.shown:,}", f"{each.clicked:,}", f"{rate:.3f}",
            f"{each.examination:.3f}",
        )  # fmt: skip
    return table


def _grades(judged: Judged) -> Table:
    table = figure_table("Judgements", ["from relevance", "judgements", "queries"], names="grade")
    enough = judged.enough
    bounds = (0.0, *judged.thresholds)
    for grade in range(max(len(bounds) - 1, int(judged.grades.max())), -1, -1):
        chosen = enough & (judged.grades == grade)
        bound = f"{bounds[grade]:.3f}" if grade < len(bounds) else "later action"
        table.add_row(str(grade), bound, f"{chosen.sum():,}", f"{_queries(judged, chosen):,}")
    out = ~enough
    table.add_row("left out", "", f"{out.sum():,}", f"{_queries(judged, out):,}")
    table.caption = "left out: fewer effective samples than --min-size"
    return table


def _queries(judged: Judged, chosen: Bools) -> int:
    return len(np.unique(judged.pairs.text[chosen]))


def _print(title: str, rows: Sequence[_Row], console: Console) -> None:
    table = figure_table(title, [""])
    table.show_header = False
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    console.print(table)


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN_POSITIONS]))
    return shown if len(numbers) <= SHOWN_POSITIONS else f"{shown}, ..."
