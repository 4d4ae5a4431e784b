"""A report on the screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from sidecar.workshop.tune.candidates import as_settings, counted, named
from sidecar.workshop.tune.contention import BUSY
from sidecar.workshop.tune.measurement import Outcome
from sidecar.workshop.tune.paired_comparison import MIN_GAIN
from sidecar.workshop.tune.tuning import Alternative, Report

MUCH = 1.05
"""Ratio from which another graph or engine is worth a word."""


def show_fixed(names: Sequence[str], console: Console) -> None:
    """Says, before anything is measured, which settings keep the result from being used."""
    if names:
        console.print(
            f"[yellow]The settings fix {', '.join(names)}: a kept layout is used only where none "
            "of workers, threads and token_budget is set.[/]"
        )


def show(report: Report, console: Console) -> None:
    """Prints the report, and what to do with it."""
    _show_setting(report, console)
    console.print(_layouts(report))
    _show_winner(report, console)
    for other in report.others:
        _show_other(other, console)


def _show_setting(report: Report, console: Console) -> None:
    loaded, machine = report.opening.loaded, report.machine
    console.print(
        f"{machine.cpu}: {counted(machine.cores, 'core')} for this process"
        + (f", {report.physical} without hardware threads" * (report.physical < machine.cores))
        + f"; {machine.onnxruntime}"
    )
    console.print(
        f"Model {loaded.manifest.name}, graph {loaded.graph} by {loaded.engine} at "
        f"{loaded.running.precision} on {loaded.device}"
    )
    if report.waited > BUSY:
        console.print(
            f"[yellow]Others used the cores: our threads waited for one {report.waited:.0%} of the "
            "time. What wins beside them may lose on a quiet machine.[/]"
        )
    if report.nodes > 1:
        console.print(
            f"[yellow]This process spans {report.nodes} NUMA nodes. Run one on each instead "
            "(numactl --cpunodebind=N --membind=N), and tune it there.[/]"
        )


def _layouts(report: Report) -> Table:
    table = Table(title="Layouts, interleaved on the same texts")
    table.add_column("")
    for heading in ("pairs/s", "to the default", "bounds"):
        table.add_column(heading, justify="right")
    for outcome in report.outcomes:
        name = named(outcome.layout) + (" (default)" * (outcome is report.outcomes[0]))
        bold = f"[bold]{name}[/]" if outcome is report.winner else name
        table.add_row(bold, *_figures(outcome, outcome is report.outcomes[0]))
    return table


def _figures(outcome: Outcome, default: bool) -> tuple[str, str, str]:
    if outcome.fault:
        return "", "", f"[red]{outcome.fault}[/]"
    rate, ratio = f"{outcome.rate:.1f}", f"{outcome.ratio:.2f}"
    if default:
        return rate, "1", ""
    if outcome.gain is None:
        return rate, ratio, "screened out"
    return rate, ratio, f"{outcome.gain.low:.2f} to {outcome.gain.high:.2f}"


def _show_winner(report: Report, console: Console) -> None:
    winner = report.winner
    tie = winner is report.outcomes[0]
    if tie:
        console.print("Nothing beats the default beyond the noise: it stays.")
        for outcome in report.outcomes:
            if outcome.gain is not None and outcome.gain.ratio >= MIN_GAIN:
                console.print(
                    f"{named(outcome.layout)} may be faster, which more --seconds or a quieter "
                    "machine would tell."
                )
    else:
        console.print(f"{named(winner.layout)}: {winner.ratio:.2f} times the default.")
    if report.path is not None:
        console.print(f"Kept in {report.path}; `rerank-sidecar serve` takes it at its next start.")
    elif tie:
        console.print(
            f"Nothing was kept ({report.not_kept}). Where nothing is kept, `rerank-sidecar serve` "
            "takes the default anyway."
        )
    else:
        console.print(
            f"Not kept ({report.not_kept}). To serve with it: {as_settings(winner.layout)}"
        )


def _show_other(other: Alternative, console: Console) -> None:
    if other.gain is None:
        console.print(f"{other.flags} does not run here: {other.fault}")
        return
    ratio = f"{other.gain.ratio:.2f} times the winner's pairs/s"
    ratio += f" ({other.gain.low:.2f} to {other.gain.high:.2f})"
    if other.gain.low > 1 and other.gain.ratio >= MUCH:
        console.print(
            f"[yellow]{other.flags} would be faster: {ratio}. It gives other scores, so the choice "
            "is yours.[/]"
        )
    else:
        console.print(f"{other.flags}: {ratio}")
