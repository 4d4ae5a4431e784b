"""Options that `model train` and `model fit-head` share."""

from pathlib import Path
from typing import Annotated

import typer

Checkpoint = Annotated[Path, typer.Argument(help="The folder to write.")]
Judged = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True,
        file_okay=False,
        metavar="FOLDER",
        help="Folder with corpus.jsonl, queries.jsonl, qrels.tsv; may be repeated.",
    ),
]
Recipe = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        metavar="FOLDER",
        help="The data folder of the shipped models' own recipe.",
    ),
]
PassagePrefix = Annotated[
    str | None, typer.Option(help="The same before a passage.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Discard the checkpoint and start again.")]
