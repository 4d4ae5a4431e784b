"""`rerank-sidecar evaluate`: what reranking brings on one's own queries."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sidecar.cli.cluster import options
from sidecar.cli.judged_hits import IdField, Relevant
from sidecar.cli.judgements.convert import From, Queries
from sidecar.cli.resuming import resumes
from sidecar.errors import StartupError

DEFAULT_STATE = Path("rerank-evaluation.jsonl")

Cluster = Annotated[
    str | None,
    typer.Option(help="Search the cluster at this address.", envvar="RERANK_CLUSTER_URL"),
]
Fields = Annotated[
    str | None,
    typer.Option(
        help="The fields of a hit that the model reads, separated by commas. Default: all of its "
        "_source.",
        show_default=False,
    ),
]
Rerank = Annotated[
    list[str] | None,
    typer.Option(
        help="One way of reranking, as KEY=VALUE,... of name, profile, model (a folder), window, "
        "sidecar (an address) and instruction; may be repeated. Default: the shipped model and "
        "the plain profile.",
        show_default=False,
    ),
]


def evaluate_command(
    judgements: Annotated[Path, typer.Argument(help="Relevance judgements, in any format.")],
    from_: From = None,
    queries: Queries = None,
    candidates: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help='JSON lines of {"query", "hits"}, not a cluster.'),
    ] = None,
    cluster: Cluster = None,
    index: Annotated[str | None, typer.Option(help="The index to search.")] = None,
    body: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="The first stage's search body as JSON, with {{query}} where the text goes.",
        ),
    ] = None,
    size: Annotated[int, typer.Option(min=1, max=10_000, help="Hits of the first stage.")] = 100,
    fields: Fields = None,
    id_field: IdField = None,
    title_field: Annotated[
        str | None, typer.Option(help="The field that reports show. Default: title or name.")
    ] = None,
    rerank: Rerank = None,
    profiles: Annotated[
        Path | None, typer.Option(file_okay=False, help="A folder with profiles of your own.")
    ] = None,
    metrics: Annotated[
        str, typer.Option(help="nDCG@k, MRR@k, MAP, P@k, R@k; the first one decides.")
    ] = "nDCG@10,MRR@10,MAP,P@10,R@10",
    relevant: Relevant = 1.0,
    gain: Annotated[
        Literal["exponential", "linear"],
        typer.Option(help="nDCG's gain: 2^grade - 1, or the grade itself."),
    ] = "exponential",
    baseline: Annotated[
        str, typer.Option(help="The order that the others are compared with, by its name.")
    ] = "first stage",
    max_queries: Annotated[
        int | None, typer.Option(min=2, help="Only the first queries.", show_default=False)
    ] = None,
    price_per_hour: Annotated[
        float | None,
        typer.Option(min=0, help="Of the machine that reranks; gives the price of 1,000 queries."),
    ] = None,
    json: Annotated[Path | None, typer.Option(dir_okay=False, help="Also write JSON.")] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write a report with plots.")
    ] = None,
    state: Annotated[
        Path,
        typer.Option(dir_okay=False, help="Keeps the scores; the same command goes on with them."),
    ] = DEFAULT_STATE,
    sidecar_key: Annotated[
        str | None,
        typer.Option(
            help="API key for a sidecar; better set in the environment.",
            envvar="RERANK_SIDECAR_KEY",
            show_default=False,
        ),
    ] = None,
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
) -> None:
    """Measure what reranking brings on your own queries and judgements, beside the first stage."""
    from rich.console import Console

    from sidecar.cli.model.progress import bars
    from sidecar.judgements.files import write_text
    from sidecar.workshop.evaluation.evaluate import EvaluationSpec, evaluate
    from sidecar.workshop.evaluation.measures import Grading
    from sidecar.workshop.evaluation.summary_tables import print_summary

    for file in (json, html):
        if file is not None and not file.parent.is_dir():
            raise StartupError(f"there is no folder {file.parent}")
    spec = EvaluationSpec(
        judgements=judgements,
        state=state,
        format=from_,
        queries=queries,
        candidates=candidates,
        login=None if cluster is None else options.login(cluster, api_key, user, ca),
        index=index,
        body=body,
        size=size,
        fields=options.split(fields),
        id_field=id_field,
        title_field=title_field,
        rerank=tuple(rerank or ()),
        profiles=profiles,
        sidecar_key=sidecar_key,
        ca=ca,
        metrics=metrics,
        grading=Grading(relevant, gain),
        baseline=baseline,
        max_queries=max_queries,
        price_per_hour=price_per_hour,
    )
    with resumes(f" goes on with the scores in {state}"), bars() as begin_step:
        evaluation = evaluate(spec, begin_step)
    print_summary(evaluation, Console())
    if json is not None:
        from sidecar.workshop.evaluation.json_report import json_report

        write_text(json, json_report(evaluation))
    if html is not None:
        from sidecar.workshop.evaluation.html_report import html_report

        write_text(html, html_report(evaluation))
