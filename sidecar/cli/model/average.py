"""`rerank-sidecar model average`."""

from pathlib import Path
from typing import Annotated

import typer


def average_command(
    folder: Annotated[Path, typer.Argument(help="The checkpoint to write.")],
    checkpoints: Annotated[
        list[Path],
        typer.Argument(help="Two or more checkpoints of `model train` from one start."),
    ],
    start_share: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of the runs' start in the mean; with it one run is enough. Not for runs "
            "that pruned their start (--layers, --vocabulary).",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help="With --start-share: the start, as for `model train`, if it has moved."),
    ] = None,
) -> None:
    """Average the weights of several runs from one start: often better than each of them.

    Give the runs different seeds (`model train --seed`). With a share of the start, the mean keeps
    more of what the start knew. The result is a checkpoint, as the runs are.
    """
    from sidecar.cli.model.export import show_written
    from sidecar.cli.model.train import show_held_out
    from sidecar.errors import ModelError
    from sidecar.workshop.model.training.average import StartShare, average

    if start is not None and start_share is None:
        raise ModelError("--start needs --start-share: how much of the mean it is")
    share = None if start_share is None else StartShare(start_share, start)
    show_held_out(average(checkpoints, folder, share), "after")
    show_written(folder)
