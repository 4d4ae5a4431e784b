"""`rerank-sidecar verify`: checks each step from the cluster to the new order."""

from typing import Annotated

import typer

from sidecar.cli.cluster.cluster_options import ClusterOptions, with_cluster_options

Index = Annotated[
    str | None,
    typer.Option(help="An index to search too, filled through the templates' ingest pipeline."),
]
Size = Annotated[
    int | None,
    typer.Option(
        help="How many hits a search of yours reranks: is such a page reranked in time? "
        "Default: 50, as in the example of `install`.",
        min=1,
        show_default=False,
    ),
]
_TEMPLATES = "the templates' content is not checked"
_NO_CHANGE = "nothing is changed"
_UNREAD = {
    "dimension": _TEMPLATES,
    "synonyms": _TEMPLATES,
    "plain_text": _TEMPLATES,
    "rotate_key": _NO_CHANGE,
    "dry_run": _NO_CHANGE,
    "yes": _NO_CHANGE,
}


def not_read(options: ClusterOptions) -> None:
    """Says which of the given options a check does not read."""
    unread = dict(_UNREAD)
    if options.embed:
        del unread["dimension"]  # Of the encoder's vectors, which are checked.
    for line in options.ignored(unread):
        typer.echo(line, err=True)


@with_cluster_options
def verify_command(options: ClusterOptions, index: Index = None, size: Size = None) -> None:
    """Check each step from the cluster to the new order. Exit status 1 when a check fails.

    Give the options that `install` was given. Changes nothing. The probe goes from the cluster's
    node to the sidecar, as the hits of a search do.
    """
    from rich.console import Console

    from es_integration.cluster.procedure import run
    from es_integration.deployment import verify
    from sidecar.cli.cluster.display import show_report

    not_read(options)
    with options.client() as client:
        report = run(client, verify(options.spec(), index, size))
    show_report(Console(), report)
    if not all(check.passed for check in report):
        raise typer.Exit(1)
