"""`rerank-sidecar bench`: how fast this machine reranks, beside bare loops over the same graph."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sidecar.cli.bench.compare import compare_command
from sidecar.cli.bench.kernels import kernels_command
from sidecar.cli.model import with_build

bench_app = typer.Typer()
bench_app.command("compare")(with_build(compare_command, "bench"))
bench_app.command("kernels")(with_build(kernels_command, "test"))


@bench_app.callback(invoke_without_command=True)
def bench_command(
    context: typer.Context,
    rounds: Annotated[int, typer.Option(min=1, help="Measured rounds; one more warms up.")] = 20,
    documents: Annotated[
        int, typer.Option(min=1, help="Documents of a request of the synthetic mix.")
    ] = 100,
    requests: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='JSON lines of {"query", "documents"} instead of the synthetic mix; a round is '
            "the whole file.",
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Model folder; the shipped model when absent.")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="A running sidecar on this machine, instead of starting one."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Requests at a time over HTTP.")] = 1,
    json: Annotated[
        Path | None, typer.Option(help="Write the figures to this file as well.")
    ] = None,
) -> None:
    """Measure speed on this machine: over HTTP, and beside bare onnxruntime loops."""
    if context.invoked_subcommand is not None:
        return

    from es_integration.errors import SidecarError
    from sidecar.workshop.bench.benchmark import BenchSpec, run

    spec = BenchSpec(rounds, documents, requests, model, url, concurrency)
    try:
        report = run(spec)
    except SidecarError as fault:
        print(f"rerank-sidecar bench: {fault.message}", file=sys.stderr)
        raise typer.Exit(1) from None

    from sidecar.workshop.bench.report import to_json
    from sidecar.workshop.bench.report_tables import show

    show(report)
    if json is not None:
        json.write_bytes(to_json(report))
