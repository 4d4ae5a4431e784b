"""`rerank-sidecar processors`: what to paste into a search pipeline that users have already."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from mappings import SearchEngine
from sidecar.cli.cluster import options
from sidecar.errors import StartupError

MODEL_ID = "MODEL_ID"

Cluster = Annotated[
    str | None,
    typer.Option(
        help="The cluster's address, to put the installed model's ID in.",
        envvar="RERANK_CLUSTER_URL",
        show_default=False,
    ),
]


class RouteName(StrEnum):
    """`es_integration.opensearch.spec.Route`, which is imported only when the command runs."""

    FLAT = "flat"
    STRUCTURED = "structured"


OneRoute = Annotated[
    RouteName, typer.Option("--route", help="The route whose processors to print.")
]


def processors_command(
    engine: options.Engine,
    cluster: Cluster = None,
    profile: options.Profile = "ecommerce",
    route: OneRoute = RouteName.STRUCTURED,
    fields: options.Fields = None,
    text_field: options.TextField = None,
    name: options.Name = "rerank-sidecar",
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
) -> None:
    """Print the processors that rerank, as JSON, for a search pipeline of your own.

    They call the model that `install` makes. Changes nothing.
    """
    from es_integration.cluster.procedure import run
    from es_integration.opensearch import OpenSearchInstall, bodies, installed_processors
    from es_integration.opensearch.spec import Route
    from sidecar.cli.cluster.connection import connected

    if engine is not SearchEngine.OPENSEARCH:
        raise StartupError("Elasticsearch has no search pipelines: its searches name the endpoint")
    try:
        spec = OpenSearchInstall(
            "http://sidecar",  # Not in the processors: the model's connector has the address.
            profile,
            options.split(fields),
            name,
            text_field=text_field or OpenSearchInstall.text_field,
        )
        chosen = Route(route)
        processors = bodies.processors(spec, chosen, MODEL_ID)
    except ValueError as error:
        raise StartupError(str(error)) from None
    if cluster is None:
        hint = f"{MODEL_ID} is that of {spec.pipeline(chosen)}: with --cluster it is looked up"
        typer.echo(hint, err=True)
    else:
        with connected(engine, cluster, api_key, user, ca) as client:
            processors = run(client, installed_processors(spec, chosen))
    typer.echo(json.dumps({"response_processors": processors}, indent=1, ensure_ascii=False))
