"""A model's calibration on the screen."""

from rich.console import Console

from sidecar.workshop.figure_table import figure_table
from sidecar.workshop.model.score_calibration.outcome import LOW, Outcome


def show(outcome: Outcome, console: Console | None = None) -> None:
    """Prints the calibration before and after, and how right the scores are on each set."""
    console = console or Console()
    table = figure_table(
        "How right the scores are",
        ("pairs", "relevant", "ECE before", "after", "by chance", f"below {LOW} before", "after"),
        names="set",
        caption="after: on queries that were held out; by chance: the ECE of as many right scores",
    )
    for before, after in zip(outcome.scores_before, outcome.scores_after, strict=True):
        table.add_row(
            before.name,
            f"{before.pairs:,}",
            f"{before.relevant:.1%}",
            f"{before.ece:.3f}",
            f"{after.ece:.3f}",
            f"{after.chance:.3f}",
            f"{before.low:.1%}",
            f"{after.low:.1%}",
        )
    console.print(table)
    old, new = (outcome.mean_ece(rows) for rows in (outcome.scores_before, outcome.scores_after))
    console.print(f"Mean ECE of the judged sets: {old:.3f} -> {new:.3f}")
    for name, each in (("before", outcome.before), ("after", outcome.after)):
        console.print(f"{name}: temperature {each.temperature:g}, bias {each.bias:g}")
