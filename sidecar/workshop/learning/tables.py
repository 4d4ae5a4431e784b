"""Runs on the screen."""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table

from sidecar.workshop.learning.gate import Change
from sidecar.workshop.learning.runs import Ledger, Run


def print_run(run: Run, console: Console) -> None:
    """What the run learned from, what the gate measured, and its verdict."""
    _line(console, f"run {run.run}: {run.verdict}, {_local(run.at)}, {run.seconds:.0f} s")
    if run.start is not None:
        _line(console, f"start: {run.start}")
    if run.parent is not None:
        _line(console, f"trained on the model of run {run.parent}")
    for name, count in run.figures.items():
        _line(console, f"  {count:>9,} {name}")
    if run.clicks is not None:
        _line(console, f"  {run.clicks.searches:>9,} searches, until {_time(run.clicks.until_s)}")
    if run.lift is not None:
        console.print(_changes(run))
        _line(console, f"rank correlation of the sample pairs with run 0: {run.order:.3f}")
    if run.ece is not None:
        before, after = run.ece
        _line(console, f"calibration error on held-out queries: {before:.3f} -> {after:.3f}")
    for reason in run.reasons:
        _line(console, f"{run.verdict}: {reason}")
    for name, digest in run.inputs.items():
        _line(console, f"read {name}" + (f"  SHA-256 {digest[:16]}" if digest else ""))


def print_runs(ledger: Ledger, serving: int | None, console: Console) -> None:
    """A row for each run, the one that serves marked."""
    table = Table("run", "when", "verdict", "trained on", "nDCG@10, held out", "queries", "")
    for run in ledger.runs.values():
        lift = run.lift
        table.add_row(
            str(run.run),
            _local(run.at),
            run.verdict,
            "" if run.parent is None else f"run {run.parent}",
            "" if lift is None else f"{lift.before:.3f} -> {lift.after:.3f}",
            "" if lift is None else str(lift.queries),
            "serves" if run.run == serving else "",
        )
    console.print(table)


def print_notes(notes: Iterable[str], console: Console) -> None:
    """A line each."""
    for note in notes:
        _line(console, f"note: {note}")


def _changes(run: Run) -> Table:
    table = Table("nDCG@10", "queries", "beside", "before", "after", "difference", "95 % interval")
    assert run.lift is not None
    rows: list[tuple[Change, str]] = [(run.lift, f"run {run.beside}")]
    rows += [(each, "run 0") for each in run.kept]
    for change, beside in rows:
        table.add_row(
            change.name,
            str(change.queries),
            beside,
            f"{change.before:.3f}",
            f"{change.after:.3f}",
            f"{change.difference:+.4f}",
            f"{change.low:+.4f} to {change.high:+.4f}",
        )
    return table


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _local(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
