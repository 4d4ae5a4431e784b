"""`rerank-sidecar demo`: what reranking does to BM25's order, on this machine."""

from typing import Annotated

import typer

from sidecar.cli.cluster import options
from sidecar.workshop.demo.collections import CollectionName


def demo_command(
    opensearch: Annotated[
        bool,
        typer.Option(
            "--opensearch",
            help="Search in a throw-away OpenSearch node with its search pipelines (needs Java and "
            "Maven; downloads the node once).",
        ),
    ] = False,
    query: Annotated[
        str | None, typer.Option(help="Your own query instead of the bundled ones.")
    ] = None,
    collection: Annotated[
        CollectionName | None,
        typer.Option(help="Search only this collection (default: both; products for --query)."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=300, help="Number of hits to rerank.")] = 30,
    every: Annotated[
        bool, typer.Option("--all", help="Show all bundled queries, not three per collection.")
    ] = False,
    sidecar: Annotated[
        str | None,
        typer.Option(help="Use the sidecar that runs at this address instead of starting one."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Search in the Elasticsearch or OpenSearch cluster at this address, in indices "
            "that are deleted afterwards. OpenSearch nodes must reach the sidecar: if they run on "
            "other machines, give --sidecar."
        ),
    ] = None,
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
) -> None:
    """Show BM25's order beside the reranked one, for a product catalogue and contract clauses."""
    from sidecar.workshop.demo.spec import DemoSpec

    login = None if url is None else options.login(url, api_key, user, ca)
    spec = DemoSpec(collection, query, top, every, sidecar, opensearch, login)
    spec.require_packages()

    from sidecar.workshop.demo.demonstration import demonstrate

    demonstrate(spec)
