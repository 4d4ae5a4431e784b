"""`rerank-sidecar judgements convert`: judgements from one format into another."""

from pathlib import Path
from typing import Annotated

import typer

from sidecar.workshop.judgements.formats import Format

From = Annotated[
    Format | None,
    typer.Option(
        "--from",
        help="The format of what is read. Default: its content says.",
        show_default=False,
    ),
]
To = Annotated[
    Format | None,
    typer.Option(
        help="The format of OUT. Default: its name says; .json is the Search Relevance "
        "Workbench's, a name without ending a BEIR folder.",
        show_default=False,
    ),
]
Queries = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="The texts of queries that the judgements name by ID alone: JSON lines, or ID and "
        "text with a tab between.",
    ),
]


def convert_command(
    given: Annotated[Path, typer.Argument(metavar="IN", help="A file, or a BEIR folder.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file or folder to write.")],
    from_: From = None,
    to: To = None,
    queries: Queries = None,
) -> None:
    """Convert relevance judgements.

    A file with faults is refused as a whole, with a line for each of them, and nothing is written.
    """
    from sidecar.workshop.judgements.formats import read_judgements, write_judgements
    from sidecar.workshop.judgements.query_texts import read_query_texts

    judgements = read_judgements(given, from_)
    if queries is not None:
        judgements = judgements.with_texts(read_query_texts(queries))
    lost = write_judgements(judgements, out, to)
    for line in (*judgements.notes, *lost):
        typer.echo(line, err=True)
    for query in judgements.without_relevant():
        typer.echo(f"query {query!r} has no relevant document", err=True)
    typer.echo(f"{out}: {len(judgements)} judgements of {len(judgements.grades)} queries")
