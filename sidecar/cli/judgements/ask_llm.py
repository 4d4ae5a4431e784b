"""`rerank-sidecar judgements ask-llm`: a language model as a judge, if it agrees with others."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sidecar.cli.model.progress import bars
from sidecar.workshop.judgements.formats import Format

Url = Annotated[
    str, typer.Option(help="A server that speaks OpenAI's chat completions: http://HOST:PORT/v1.")
]
Known = Annotated[
    Path, typer.Option(exists=True, help="Given judgements of some of the pairs, in any format.")
]
State = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="Where answers are kept, so that no pair is asked twice. Default: OUT.answers.",
        show_default=False,
    ),
]
KEY = "RERANK_LLM_API_KEY"
"""The only place that a key is taken from: a command line is seen by others."""


def ask_llm_command(
    candidates: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help='JSON lines of {"query", "hits": [{"_id", "_source"}]}.',
        ),
    ],
    url: Url,
    model: Annotated[str, typer.Option(help="The model's name on that server.")],
    known: Known,
    out: Annotated[Path, typer.Option(help="The judgements to write.")],
    to: Annotated[
        Format | None,
        typer.Option(help="Their format. Default: the name says.", show_default=False),
    ] = None,
    prompt: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="A prompt with {query} and {document}. Default: the one of the package.",
            show_default=False,
        ),
    ] = None,
    max_grade: Annotated[int, typer.Option(min=1, max=10, help="The prompt's highest grade.")] = 3,
    min_agreement: Annotated[
        float, typer.Option(max=1, help="The least weighted kappa with the given judgements.")
    ] = 0.4,
    force: Annotated[
        bool, typer.Option("--force", help="Write also where the agreement is lower.")
    ] = False,
    size: Annotated[int, typer.Option(min=1, help="Hits of a query that are judged.")] = 20,
    known_size: Annotated[
        int, typer.Option(min=30, help="Most given judgements that the agreement rests on.")
    ] = 300,
    field: Annotated[
        list[str] | None,
        typer.Option(help="A field to read; repeatable. Default: all.", show_default=False),
    ] = None,
    max_words: Annotated[int, typer.Option(min=1, help="A document is cut after so many.")] = 400,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Questions at the same time.")] = 4,
    state: State = None,
) -> None:
    """Let a language model judge, if it agrees with given judgements.

    It is asked for pairs that are judged already first, and the agreement is shown; below
    --min-agreement nothing is written. Documents are sent to the server that --url names. A key
    is taken from RERANK_LLM_API_KEY alone.
    """
    from rich.console import Console

    from sidecar.workshop.judgements.formats import (
        format_to_write,
        read_judgements,
        write_judgements,
    )
    from sidecar.workshop.llm_judge import asking
    from sidecar.workshop.llm_judge.chat import ChatClient
    from sidecar.workshop.llm_judge.pairs import read_pairs
    from sidecar.workshop.llm_judge.prompt import LlmJudgeError, read_prompt
    from sidecar.workshop.llm_judge.state import State
    from sidecar.workshop.llm_judge.tables import show_agreement

    format_to_write(out, to)
    if out.resolve() in (candidates.resolve(), known.resolve()):
        raise LlmJudgeError(f"--out is {out}, which is read")
    given = read_judgements(known)
    pairs = read_pairs(candidates, given, size=size, fields=field or (), max_words=max_words)
    judge = asking.Judge(
        ChatClient(url, model, os.environ.get(KEY)), read_prompt(prompt), max_grade, parallel
    )
    judged, grades = asking.known_pairs(pairs, given, max_grade, known_size)
    path = state or out.with_name(f"{out.name}.answers")
    new = [pair for pair in pairs if pair.document_id not in given.grades.get(pair.query_id, {})]
    with State(path) as answers, bars() as begin_step:
        try:
            first = asking.ask(judge, judged, answers, begin_step, "asking what is judged already")
            found = asking.agreement_of(grades, first, max_grade)
            show_agreement(found, model, Console())
            if found.weighted < min_agreement and not force:
                raise LlmJudgeError(
                    f"{model} agrees too little with the given judgements: weighted kappa "
                    f"{found.weighted:.2f}, and --min-agreement is {min_agreement:g}. Nothing is "
                    "written; try another prompt or model, or --force"
                )
            rest = asking.ask(judge, new, answers, begin_step, "asking the rest")
        except (LlmJudgeError, KeyboardInterrupt):
            typer.echo(
                f"{path} keeps the answers: the same command asks for no pair again", err=True
            )
            raise
    lost = write_judgements(asking.with_answers(given, new, rest), out, to)
    for line in lost:
        typer.echo(line, err=True)
    if rest.unreadable:
        typer.echo(f"{rest.unreadable:,} answers hold no grade: left out", err=True)
    added = len(new) - rest.unreadable
    typer.echo(f"{out}: {len(given):,} given judgements and {added:,} of {model}")
