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
    from sidecar.build.training.average import average
    from sidecar.cli.model.export import show_written
    from sidecar.cli.model.train import show_held_out

    show_held_out(average(checkpoints, folder), "after")
    show_written(folder)
