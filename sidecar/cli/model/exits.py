"""`rerank-sidecar model exits`."""

from pathlib import Path
from typing import Annotated

import typer


def exits_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A model folder.")],
    groups: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            help="`groups.jsonl` of a run of `model train`: texts such as the model ranks.",
        ),
    ],
    lost: Annotated[
        float,
        typer.Option(
            min=0,
            max=0.5,
            help="Share of the held-out best documents that may leave early, at each exit.",
        ),
    ] = 0.05,
    max_groups: Annotated[
        int, typer.Option(min=100, help="Groups to fit the exits on, at most.")
    ] = 2500,
) -> None:
    """Give a model early exits: `serve --depth adaptive` then spends less on irrelevant documents.

    The network stays as it is, and so do its scores at full depth. The folder gets graphs in three
    parts over the same weights, with a fitted exit after each of the first two.
    """
    from sidecar.cli.model.export import show_written
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.model.exits.add_exits import ExitSpec, add_exits

    with bars() as begin_step:
        outcome = add_exits(folder, ExitSpec(groups, lost, max_groups), begin_step)
    for number, fitted in enumerate(outcome.exits, 1):
        typer.echo(
            f"exit {number}: below a logit of {fitted.threshold:.2f}, {fitted.leaving:.0%} of the "
            f"held-out pairs; its logits correlate with the whole network's by "
            f"{fitted.correlation:.3f}"
        )
    show_written(folder)
