"""The report of a tuning on the screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from sidecar.workshop.counted import counted
from sidecar.workshop.figure_table import figure_table
from sidecar.workshop.tune.candidates import as_flags, layout_name
from sidecar.workshop.tune.contention import BUSY
from sidecar.workshop.tune.measurement import Outcome
from sidecar.workshop.tune.paired_comparison import MIN_GAIN
from sidecar.workshop.tune.tuning import AlternativeOutcome, Report

NOTABLE_GAIN = 1.05
"""Ratio from which another graph or runtime is recommended."""


def show_fixed_settings(names: Sequence[str], console: Console) -> None:
    """Warns, before anything is measured, of settings that keep the result from being used."""
    if names:
        console.print(
            f"[yellow]The settings fix {', '.join(names)}: a kept layout is used only if none of "
            "workers, threads and token_budget is set.[/]"
        )


def show(report: Report, console: Console) -> None:
    """Prints the report, and what to do with it."""
    _show_setup(report, console)
    console.print(_layouts(report))
    _show_winner(report, console)
    for alternative in report.alternatives:
        _show_alternative(alternative, console)


def _show_setup(report: Report, console: Console) -> None:
    running, machine = report.folder.running, report.machine
    console.print(
        f"{machine.cpu}: {counted(machine.cores, 'core')} for this process"
        + (f", {report.physical} without hardware threads" * (report.physical < machine.cores))
        + f"; {machine.onnxruntime}"
    )
    console.print(
        f"Model {running.manifest.name}, graph {running.name} by {running.runtime} at "
        f"{running.graph.precision} on {running.device}"
    )
    if report.waited > BUSY:
        console.print(
            f"[yellow]Other processes used the cores: threads waited for one {report.waited:.0%} "
            "of the time. What wins now may lose on a quiet machine.[/]"
        )
    if report.nodes > 1:
        console.print(
            f"[yellow]This process spans {report.nodes} NUMA nodes. Run one on each instead "
            "(numactl --cpunodebind=N --membind=N), and tune it there.[/]"
        )


def _layouts(report: Report) -> Table:
    columns = ("pairs/s", "/ default", "bounds")
    table = figure_table("Layouts, interleaved on the same texts", columns)
    for outcome in report.outcomes:
        name = layout_name(outcome.layout) + (" (default)" * (outcome is report.outcomes[0]))
        label = f"[bold]{name}[/]" if outcome is report.winner else name
        table.add_row(label, *_figures(outcome, outcome is report.outcomes[0]))
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
        console.print("Nothing beats the default beyond the noise.")
        for outcome in report.outcomes:
            if outcome.gain is not None and outcome.gain.ratio >= MIN_GAIN:
                console.print(
                    f"{layout_name(outcome.layout)} may be faster: measure for more --seconds, or "
                    "on a quieter machine."
                )
    else:
        console.print(f"{layout_name(winner.layout)}: {winner.ratio:.2f} times the default.")
    if report.path is not None:
        console.print(f"Kept in {report.path}; `rerank-sidecar serve` uses it from its next start.")
    elif tie:
        console.print(
            f"Nothing was kept ({report.not_kept}). Without a kept layout `rerank-sidecar serve` "
            "uses the default anyway."
        )
    else:
        console.print(f"Not kept ({report.not_kept}). To serve with it: {as_flags(winner.layout)}")


def _show_alternative(alternative: AlternativeOutcome, console: Console) -> None:
    if alternative.gain is None:
        console.print(f"{alternative.flags} does not run here: {alternative.fault}")
        return
    ratio = f"{alternative.gain.ratio:.2f} times the winner's pairs/s"
    ratio += f" ({alternative.gain.low:.2f} to {alternative.gain.high:.2f})"
    if alternative.gain.low > 1 and alternative.gain.ratio >= NOTABLE_GAIN:
        console.print(
            f"[yellow]{alternative.flags} would be faster: {ratio}. It gives other scores, so the "
            "choice is yours.[/]"
        )
    else:
        console.print(f"{alternative.flags}: {ratio}")
