"""`rerank-sidecar bench compare`: us and other rerankers on the same model and texts."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from sidecar.errors import StartupError

PEER_NAMES = "st-fp32, st-bf16, st-onnx, fastembed, flashrank, infinity, bare"
WORKLOAD_NAMES = "short, lognormal, long, clients, single, thousand"


def compare_command(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]",
            help="A cross-encoder: a Hugging Face folder or a hub name. When absent the shipped "
            "model with a head that other libraries have.",
        ),
    ] = None,
    peers: Annotated[
        str | None, typer.Option(help=f"Of {PEER_NAMES}; separated by commas. All when absent.")
    ] = None,
    workloads: Annotated[
        str | None, typer.Option(help=f"Of {WORKLOAD_NAMES}; separated by commas. All when absent.")
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, help="Measured rounds; heavy workloads take 0.2 or 0.3 of them.")
    ] = 10,
    documents: Annotated[
        int, typer.Option(min=1, help="Documents of a request where the workload says 100.")
    ] = 100,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Where environments (6 GB) and models are kept; the user's cache when absent."
        ),
    ] = None,
    sidecar: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting of ours, NAME=VALUE: workers, graph, engine or precision; may be given "
            "several times."
        ),
    ] = None,
    price_per_hour: Annotated[
        float | None, typer.Option(min=0, help="Of this machine, for the cost of a million pairs.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write a PNG to this file.")] = None,
) -> None:
    """Compare with other rerankers: the same model, texts and machine, in turn.

    Their environments are made on the first run. Needs the extra `bench`.
    """
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.bench.compare import contender_specs
    from sidecar.workshop.bench.compare.comparison import CompareSpec, compare
    from sidecar.workshop.bench.compare.comparison_plot import draw
    from sidecar.workshop.bench.compare.comparison_tables import show, to_markdown
    from sidecar.workshop.bench.compare.environments import default_folder
    from sidecar.workshop.bench.compare.workloads import WORKLOADS
    from sidecar.workshop.bench.report import to_json

    plan = CompareSpec(
        source,
        contender_specs.chosen(peers),
        tuple(
            workload.scaled(documents)
            for workload in contender_specs.pick(workloads, WORKLOADS, "--workloads")
        ),
        rounds,
        documents,
        (folder or default_folder()).absolute(),
        price_per_hour,
        _settings(sidecar or []),
    )
    with bars() as start:
        comparison = compare(plan, start)
    show(comparison)
    if json is not None:
        json.write_bytes(to_json(comparison))
    if markdown is not None:
        markdown.write_text(to_markdown(comparison), encoding="utf8")
    if plot is not None:
        draw(comparison, plot)


def _settings(given: list[str]) -> dict[str, Any]:
    """NAME=VALUE as the settings table names them. Raises StartupError."""
    found: dict[str, Any] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals or not re.fullmatch(r"[a-z_]+", name):
            raise StartupError(f"--sidecar {setting}: it must be NAME=VALUE")
        found[name] = int(value) if value.isdecimal() else value
    return found
