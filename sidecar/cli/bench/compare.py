"""`rerank-sidecar bench compare`: the sidecar and others on the same model and texts."""

from pathlib import Path
from typing import Annotated

import typer

from sidecar.workshop.bench.compare.contender_specs import EMBEDDING_PEERS, PEERS
from sidecar.workshop.bench.compare.workloads import WORKLOADS

PEER_NAMES = ", ".join(peer.key for peer in PEERS)
EMBEDDING_PEER_NAMES = ", ".join(peer.key for peer in EMBEDDING_PEERS)
WORKLOAD_NAMES = ", ".join(WORKLOADS)


def compare_command(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]",
            help="A cross-encoder: a Hugging Face folder or hub name (default: the shipped model, "
            "with a head that other libraries can load). With --embeddings a sentence encoder "
            "(default: all-MiniLM-L6-v2, which the shipped one was made of).",
        ),
    ] = None,
    embeddings: Annotated[
        bool, typer.Option("--embeddings", help="Compare encoders: vectors of texts per second.")
    ] = False,
    peers: Annotated[
        str | None,
        typer.Option(
            help=f"Comma-separated, from: {PEER_NAMES} (default: all; with --embeddings those "
            f"that embed: {EMBEDDING_PEER_NAMES})."
        ),
    ] = None,
    workloads: Annotated[
        str | None,
        typer.Option(help=f"Comma-separated, from: {WORKLOAD_NAMES} (default: all)."),
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, help="Measured rounds; heavy workloads run 20 or 30 % of them.")
    ] = 10,
    documents: Annotated[
        int, typer.Option(min=1, help="Documents per request, in workloads of 100 by default.")
    ] = 100,
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder for environments (6 GB) and models (default: the user's cache)."),
    ] = None,
    sidecar: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting of the sidecar, NAME=VALUE: workers, graph, engine or precision; "
            "repeatable."
        ),
    ] = None,
    price_per_hour: Annotated[
        float | None,
        typer.Option(min=0, help="Price of this machine, to show the cost of a million pairs."),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write a PNG plot to this file.")] = None,
) -> None:
    """Compare with other rerankers, or encoders, on the same model, texts and machine.

    The first run installs them into environments of their own. Needs the extra `bench`.
    """
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.bench.compare import selection
    from sidecar.workshop.bench.compare.comparison import CompareSpec, compare
    from sidecar.workshop.bench.compare.comparison_plot import draw
    from sidecar.workshop.bench.compare.comparison_tables import show, to_markdown
    from sidecar.workshop.bench.compare.environments import default_folder
    from sidecar.workshop.bench.json_figures import write_json

    spec = CompareSpec(
        source=source,
        contenders=selection.contenders(peers, embeddings=embeddings),
        workloads=selection.workloads(workloads, documents),
        rounds=rounds,
        documents=documents,
        folder=(folder or default_folder()).absolute(),
        price_per_hour=price_per_hour,
        settings=selection.settings(sidecar or []),
        embeddings=embeddings,
    )
    with bars() as begin_step:
        comparison = compare(spec, begin_step)
    show(comparison)
    write_json(comparison, json)
    if markdown is not None:
        markdown.write_text(to_markdown(comparison), encoding="utf8")
    if plot is not None:
        draw(comparison, plot)
