"""`rerank-sidecar demo`: what reranking does to BM25's order, on this machine, in one command."""

from importlib.util import find_spec
from typing import Annotated

import typer

from sidecar.cli.demo.collections import Name
from sidecar.errors import StartupError


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
        Name | None,
        typer.Option(help="Search only this collection (default: both; products for --query)."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=300, help="How many hits to rerank.")] = 30,
    every: Annotated[
        bool, typer.Option("--all", help="Show every bundled query, not three per collection.")
    ] = False,
    url: Annotated[
        str | None, typer.Option(help="Use the sidecar at this address; starts none.")
    ] = None,
) -> None:
    """Show BM25's order beside the reranked one, over a bundled catalogue and contract clauses."""
    needed = "opensearchpy" if opensearch else "bm25s"
    if find_spec(needed) is None:
        raise StartupError(f'the demo needs {needed}: pip install "rerank-sidecar[cpu,demo]"')
    from sidecar.cli.demo.run import Wanted, run

    chosen = collection or (Name.PRODUCTS if query is not None else None)
    collections = tuple(Name) if chosen is None else (chosen,)
    run(Wanted(collections, query, top, every, url, opensearch))
