"""`rerank-sidecar demo`: what reranking does to BM25's order, on this machine, in one command."""

from importlib.util import find_spec
from typing import Annotated

import typer

from sidecar.cli.cluster import options as given
from sidecar.errors import StartupError
from sidecar.workshop.demo.collections import CollectionName


def demo_command(
    opensearch: Annotated[
        bool,
        typer.Option(
            "--opensearch",
            help="Search with a throw-away OpenSearch node and its search pipelines"
            " (needs Java and Maven; fetches the node once).",
        ),
    ] = False,
    query: Annotated[
        str | None, typer.Option(help="A query of your own instead of the bundled ones.")
    ] = None,
    collection: Annotated[
        CollectionName | None,
        typer.Option(help="Search only this collection (default: both; products for --query)."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=300, help="How many hits to rerank.")] = 30,
    every: Annotated[
        bool, typer.Option("--all", help="Show every bundled query, not three per collection.")
    ] = False,
    sidecar: Annotated[
        str | None, typer.Option(help="Use the sidecar at this address; starts none.")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Search with the Elasticsearch or OpenSearch cluster at this address, in indices"
            " of the demo's own that are deleted afterwards. OpenSearch's nodes must reach the"
            " sidecar: where they run elsewhere, give --sidecar."
        ),
    ] = None,
    api_key: given.ApiKey = None,
    user: given.User = None,
    ca: given.Ca = None,
) -> None:
    """Show BM25's order beside the reranked one, over a bundled catalogue and contract clauses."""
    if opensearch and url is not None:
        raise StartupError("--opensearch starts a node and --url uses one that runs: give one")
    needed = "opensearchpy" if opensearch else "bm25s"
    if url is None and find_spec(needed) is None:
        raise StartupError(f'the demo needs {needed}: pip install "rerank-sidecar[cpu,demo]"')
    from sidecar.workshop.demo.demonstration import DemoSpec, run

    login = None if url is None else given.login(url, api_key, user, ca)
    chosen = collection or (CollectionName.PRODUCTS if query is not None else None)
    collections = tuple(CollectionName) if chosen is None else (chosen,)
    run(DemoSpec(collections, query, top, every, sidecar, opensearch, login))
