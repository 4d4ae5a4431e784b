"""What a language model as a judge is worth, on the screen."""

from rich.console import Console

from sidecar.workshop.figure_table import figure_table
from sidecar.workshop.llm_judge.agreement import Agreement


def show_agreement(found: Agreement, model: str, console: Console) -> None:
    """Prints how often given and answered grades meet, and the kappas."""
    grades = range(len(found.table))
    table = figure_table(
        f"{found.pairs:,} given judgements (rows) and the grades of {model} (columns)",
        [*map(str, grades), "recall"],
        names="given",
        caption=(
            f"same grade {found.same:.0%}, kappa {found.kappa:.2f}, weighted kappa "
            f"{found.weighted:.2f} ({found.low:.2f} to {found.high:.2f})"
        ),
    )
    for grade in grades:
        row = found.table[grade]
        recall = f"{row[grade] / row.sum():.0%}" if row.sum() else "-"
        table.add_row(str(grade), *(f"{count:,}" for count in row), recall)
    console.print(table)
