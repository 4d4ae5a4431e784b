"""A model's calibration on the screen."""

from collections.abc import Sequence

from rich.console import Console

from sidecar.workshop.figure_table import figure_table
from sidecar.workshop.model.score_calibration.outcome import LOW, Outcome, SetReliability


def show(outcome: Outcome, console: Console | None = None) -> None:
    """Prints the calibration before and after, and how right the scores are on each set."""
    console = console or Console()
    fitted = (outcome.scores_before, outcome.scores_after)
    _show_sets("How right the scores are", "on queries that were held out", *fitted, console)
    if outcome.measured_before:
        others = (outcome.measured_before, outcome.measured_after)
        _show_sets("Of collections that were only measured", "by all of the fit", *others, console)
    for name, each in (("before", outcome.before), ("after", outcome.after)):
        console.print(f"{name}: temperature {each.temperature:g}, bias {each.bias:g}")


def _show_sets(
    title: str,
    after: str,
    scores_before: Sequence[SetReliability],
    scores_after: Sequence[SetReliability],
    console: Console,
) -> None:
    table = figure_table(
        title,
        ("pairs", "relevant", "ECE before", "after", "by chance", f"below {LOW} before", "after"),
        names="set",
        caption=f"after: {after}; by chance: the ECE of as many right scores",
    )
    for old, new in zip(scores_before, scores_after, strict=True):
        table.add_row(
            old.name,
            f"{old.pairs:,}",
            f"{old.relevant:.1%}",
            f"{old.ece:.3f}",
            f"{new.ece:.3f}",
            f"{new.chance:.3f}",
            f"{old.low:.1%}",
            f"{new.low:.1%}",
        )
    console.print(table)
    means = " -> ".join(f"{Outcome.mean_ece(rows):.3f}" for rows in (scores_before, scores_after))
    console.print(f"Mean ECE of the judged sets: {means}")
