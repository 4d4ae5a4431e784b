"""`rerank-sidecar model calibrate`."""

from pathlib import Path
from typing import Annotated

import typer

from sidecar.cli.model.training_options import Recipe


def calibrate_model_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A model folder.")],
    judged: Annotated[
        list[Path] | None,
        typer.Option(help="A collection with judgements, as for `check`. May be given repeatedly."),
    ] = None,
    recipe: Recipe = None,
    pools: Annotated[int, typer.Option(min=5, help="Pools of each collection of --recipe.")] = 20,
    measure: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="A collection that nothing is fitted to: how right its scores become.",
        ),
    ] = None,
    max_queries: Annotated[
        int | None,
        typer.Option(min=1, help="Use at most this many queries of a judged collection."),
    ] = None,
    relevant: Annotated[
        float | None,
        typer.Option(
            help="The lowest relevant grade of a judged collection. Default: its own, else 1.",
            show_default=False,
        ),
    ] = None,
    unrelated: Annotated[
        int, typer.Option(min=0, help="Pairs of a query and a document of another collection.")
    ] = 1000,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure alone: the folder stays as it is.")
    ] = False,
) -> None:
    """Fit a model's temperature and bias, so that its scores are shares of relevant documents.

    The order of documents stays. The score revision changes: scores are others than before.
    """
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.model.score_calibration.calibrating import (
        ModelCalibrationSpec,
        calibrate_model,
    )
    from sidecar.workshop.model.score_calibration.tables import show

    spec = ModelCalibrationSpec(
        judged=tuple(judged or ()),
        recipe=recipe,
        pools=pools,
        measured=tuple(measure or ()),
        max_queries=max_queries,
        relevant=relevant,
        unrelated=unrelated,
    )
    with bars() as begin_step:
        outcome = calibrate_model(folder, spec, write=not dry_run, begin_step=begin_step)
    show(outcome)
    if not dry_run:
        typer.echo(f"wrote {folder / 'rerank.json'}: `model check` renews the card")
