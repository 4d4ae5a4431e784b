"""`rerank-sidecar model fit-head`."""

import shutil
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.cli.model.train import let_waiting_threads_sleep
from sidecar.cli.model.training_options import (
    Checkpoint,
    Force,
    Judged,
    PassagePrefix,
    Recipe,
)

if TYPE_CHECKING:
    from sidecar.workshop.model.head_fitting.fit_head import Outcome


def fit_head_command(
    encoder: Annotated[
        str,
        typer.Argument(
            metavar="ENCODER",
            help="A BERT sentence encoder (folder or hub name), or a checkpoint to fit anew.",
        ),
    ],
    checkpoint: Checkpoint,
    judged: Judged = None,
    recipe: Recipe = None,
    pools: Annotated[int, typer.Option(min=5, help="Pools of each collection of the recipe.")] = 60,
    query_prefix: Annotated[
        str | None,
        typer.Option(
            help="What ENCODER reads before a query. Default: as its folder says.",
            show_default=False,
        ),
    ] = None,
    passage_prefix: PassagePrefix = None,
    features: Annotated[
        str | None,
        typer.Option(
            help="Names by commas: cosine, maxsim:LAYER, lexical. Default: those of a checkpoint; "
            "else these, with the last layer and those at one and two thirds.",
            show_default=False,
        ),
    ] = None,
    penalty: Annotated[
        float,
        typer.Option(
            min=0,
            help="Of the squared weights. A strong one, such as 1, keeps the features in the "
            "proportions in which each is worth something alone.",
        ),
    ] = 0.003,
    languages: Annotated[
        str, typer.Option(help="Codes of the encoder's languages, by commas.")
    ] = "en",
    licence: Annotated[str, typer.Option(help="The licence of what is made.")] = "Apache-2.0",
    max_tokens: Annotated[
        int | None,
        typer.Option(
            min=32, help="Cut longer pairs while fitting. Default: as serving.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the choice of pools.")] = 7,
    force: Force = False,
) -> None:
    """Make a reranker of a sentence encoder without training it: a few weights are fitted.

    It reads query and document apart, as before, and compares them by their cosine, piece by piece
    and by words. An interrupted run resumes. Then `model export` and `model quantize` make a model
    folder of the checkpoint.
    """
    let_waiting_threads_sleep()
    from sidecar.cli.model.export import show_written
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.model.families.cosine_head_prompt import Prefixes
    from sidecar.workshop.model.head_fitting.fit_head import HeadSpec, fit_head

    if force and checkpoint.exists():
        shutil.rmtree(checkpoint)
    with_prefixes = query_prefix is not None or passage_prefix is not None
    spec = HeadSpec(
        encoder=encoder,
        recipe=recipe,
        judged=tuple(judged or ()),
        pools=pools,
        prefixes=Prefixes(query_prefix or "", passage_prefix or "") if with_prefixes else None,
        features=_names(features) if features is not None else None,
        penalty=penalty,
        max_tokens=max_tokens,
        languages=_names(languages),
        licence=licence,
        seed=seed,
    )
    with bars() as begin_step:
        outcome = fit_head(spec, checkpoint, begin_step)
    show(outcome)
    show_written(checkpoint)


def show(outcome: "Outcome") -> None:
    """Prints the weights, what they are worth on held-out pools, and the calibration."""
    from rich.console import Console

    from sidecar.workshop.figure_table import figure_table

    console = Console()
    weights = ", ".join(f"{name} {weight:.3f}" for name, weight in outcome.weights.items())
    console.print(f"Weights: {weights}")
    table = figure_table(
        "nDCG@10 of held-out pools", ("pools", "BM25", "cosine", "fitted"), names="collection"
    )
    for name, row in outcome.held_out.items():
        cosine = "" if row.cosine is None else f"{row.cosine:.3f}"
        table.add_row(name, str(row.pools), f"{row.bm25:.3f}", cosine, f"{row.fitted:.3f}")
    console.print(table)
    fitted = outcome.calibration
    if fitted["calibrated_on"]:
        console.print(
            f"Scores: temperature {fitted['temperature']}, bias {fitted['bias']}, fitted on "
            f"{fitted['calibrated_on']} pools; mean ECE {fitted['ece']:.3f}",
            style="dim",
        )
    else:
        console.print(
            "Scores: too few held-out pools to calibrate them; `model calibrate` does it later",
            style="dim",
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
