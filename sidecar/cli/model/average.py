"""`rerank-sidecar model average`."""

from pathlib import Path
from typing import Annotated

import typer


def average_command(
    folder: Annotated[Path, typer.Argument(help="The checkpoint to write.")],
    checkpoints: Annotated[
        list[Path], typer.Argument(help="Two or more checkpoints of `model train` from one start.")
    ],
) -> None:
    """Average the weights of several runs from one start: often better than each of them.

    Give the runs other seeds (`model train --seed`). The result is a checkpoint as theirs.
    """
    from rich.console import Console
    from rich.table import Table

    from sidecar.build.training.average import average
    from sidecar.cli.model.export import show_written

    summary = average(checkpoints, folder)
    if found := summary["held_out_first_right"]["after"]:
        table = Table("held out", "first right", title="Share of groups, best document first")
        for name, share in found.items():
            table.add_row(name, f"{share:.3f}")
        Console().print(table)
    show_written(folder)
