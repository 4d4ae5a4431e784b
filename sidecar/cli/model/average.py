"""`rerank-sidecar model average`."""

from pathlib import Path
from typing import Annotated

import typer


def average_command(
    folder: Annotated[Path, typer.Argument(help="The checkpoint to write.")],
    checkpoints: Annotated[
        list[Path],
        typer.Argument(help="Checkpoints of `model train` from one start; two without --start."),
    ],
    start: Annotated[
        str | None,
        typer.Option(help="What the runs started from, as for `model train`: it is averaged too."),
    ] = None,
    start_share: Annotated[
        float, typer.Option(min=0, max=1, help="Of the start in the mean.")
    ] = 0.2,
) -> None:
    """Average the weights of several runs from one start: often better than each of them.

    Give the runs other seeds (`model train --seed`). With a share of the start the mean keeps more
    of what the start knew beside the training data. The result is a checkpoint as theirs.
    """
    from sidecar.build.training.average import Kept, average
    from sidecar.cli.model.export import show_written
    from sidecar.cli.model.train import show_held_out

    kept = None if start is None else Kept(start, start_share)
    show_held_out(average(checkpoints, folder, kept), "after")
    show_written(folder)
