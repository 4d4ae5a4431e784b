"""`rerank-sidecar model prune-vocabulary`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sidecar.workshop.model.vocabulary.pruning import Pruned

Texts = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help="Lines of text, or JSON lines; may be repeated. Each counts as much as a language.",
    ),
]
Measured = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help="Texts that are only measured: what the smaller vocabulary makes of them.",
    ),
]


def prune_vocabulary_command(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A Hugging Face folder, or a hub name.")
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.")],
    pieces: Annotated[int, typer.Option(min=1, help="Pieces to keep.")],
    languages: Annotated[
        str, typer.Option(help="ISO 639-1 codes of the languages to keep, by commas: en,zh,de.")
    ] = "",
    texts: Texts = None,
    measure: Measured = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is in the folder.")] = False,
) -> None:
    """Make a model with a smaller vocabulary: the pieces that some languages and texts use most.

    The result is a Hugging Face folder of the same kind, to `train` from or to `export`. Single
    characters stay, so that every text can still be read, in more pieces.
    """
    from sidecar.errors import ModelError
    from sidecar.workshop.model.hub import fetch
    from sidecar.workshop.model.vocabulary.pruning import prune_vocabulary

    chosen = [language.strip() for language in languages.split(",") if language.strip()]
    if not (chosen or texts):
        raise ModelError("nothing to choose the pieces by: give --languages or --texts")
    if folder.exists() and any(folder.iterdir()) and not force:
        raise ModelError(f"{folder} is there: give a new folder, or --force to replace it")
    show(prune_vocabulary(fetch(source), folder, pieces, chosen, texts or (), measure or ()))


def show(pruned: "Pruned") -> None:
    """Prints the sizes, and what became of each language and text."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        f"{pruned.pieces_before:,} pieces -> {pruned.pieces_after:,}, "
        f"weights {pruned.megabytes_before:,.1f} MB -> {pruned.megabytes_after:,.1f} MB"
    )
    table = Table(
        "",
        "pieces lost, by use",
        "pieces per 100 characters",
        "",
        "unknown",
        "",
        title="Before, after",
    )
    for row in pruned.rows:
        lost = "" if row.lost is None else f"{row.lost:.1%}"
        cells = [""] * 4
        if row.before is not None and row.after is not None:
            densities = [f"{one.pieces_per_100_characters:.1f}" for one in (row.before, row.after)]
            unknown = [f"{one.unknown_share:.3%}" for one in (row.before, row.after)]
            cells = [*densities, *unknown]
        table.add_row(row.name, lost, *cells)
    console.print(table)
