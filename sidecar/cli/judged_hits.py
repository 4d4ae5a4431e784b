"""The options of commands that learn from judged hits."""

from pathlib import Path
from typing import Annotated

import typer

PROFILE_HELP = "The name of a shipped profile, or a profile's file."
JUDGEMENTS_HELP = (
    "Relevance judgements, in any format; of a BEIR folder with corpus.jsonl the judged documents "
    "are the candidates."
)
Profile = Annotated[str, typer.Argument(help=PROFILE_HELP)]
Judged = Annotated[Path, typer.Option(help=JUDGEMENTS_HELP)]
CandidatesFile = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False, help='JSON lines of {"query", "hits"}: what the first stage found.'
    ),
]
Size = Annotated[int, typer.Option(min=1, max=10_000, help="Hits of each query, at most.")]
Fields = Annotated[
    str | None,
    typer.Option(
        help="The fields of a hit that the profile reads, separated by commas. Default: all of its "
        "_source.",
        show_default=False,
    ),
]
IdField = Annotated[
    str | None,
    typer.Option(
        help="The field by which judgements name documents, if not _id.", show_default=False
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="The profile's file to write, beside the one that it extends.",
        show_default=False,
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace OUT if it is there.")]
Model = Annotated[
    Path | None,
    typer.Option(
        file_okay=False, help="A model folder. Default: the shipped model.", show_default=False
    ),
]
Parts = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="Keeps what the model said of each pair; the same command goes on with it. Default: "
        "OUT's name with the score revision and .parts.jsonl.",
        show_default=False,
    ),
]
Relevant = Annotated[float, typer.Option(help="The lowest relevant grade.")]
Unjudged = Annotated[
    bool,
    typer.Option(
        "--unjudged-irrelevant",
        help="Hits without a judgement count as grade 0. Default: they are left out.",
    ),
]
RESUMES = " goes on with the pairs that are scored"
"""What is said when such a command is interrupted."""
