"""`rerank-sidecar bench`: the speed of this machine over HTTP, beside bare onnxruntime loops.

compare   `bench compare`: the same model in other rerankers
kernels   `bench kernels`: where the time of one run goes
load      `bench load`: more work than the machine can do
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.cli.bench.compare import compare_command
from sidecar.cli.bench.kernels import kernels_command
from sidecar.cli.bench.load import load_command
from sidecar.cli.model import with_build

if TYPE_CHECKING:
    from sidecar.workshop.bench.benchmark import BenchSpec

bench_app = typer.Typer()
bench_app.command("compare")(with_build(compare_command, "bench"))
bench_app.command("kernels")(with_build(kernels_command, "test"))
bench_app.command("load")(with_build(load_command))


@bench_app.callback(invoke_without_command=True)
def bench_command(
    context: typer.Context,
    rounds: Annotated[
        int, typer.Option(min=1, help="Measured rounds, after one warm-up round.")
    ] = 20,
    documents: Annotated[
        int, typer.Option(min=1, help="Documents per request of the synthetic workload.")
    ] = 100,
    requests: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='JSON lines of {"query", "documents"} to send instead of the synthetic workload. '
            "Each round sends the whole file.",
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Model folder (default: the shipped model).")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Measure the sidecar that runs at this address on this machine."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Concurrent HTTP requests.")] = 1,
    judged: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="A collection with judgements, as for `model check`: its pools are ranked over "
            "HTTP, and nDCG is printed beside speed.",
        ),
    ] = None,
    max_queries: Annotated[
        int, typer.Option(min=1, help="Use at most this many queries of the collection.")
    ] = 100,
    json: Annotated[Path | None, typer.Option(help="Also write the figures to this file.")] = None,
) -> None:
    """Measure reranking speed on this machine: over HTTP, and in bare onnxruntime loops."""
    if context.invoked_subcommand is not None:
        return
    from sidecar.workshop.bench.benchmark import BenchSpec

    spec = BenchSpec(rounds, documents, requests, model, url, concurrency, judged, max_queries)
    with_build(_bench, "learn")(spec, json)


def _bench(spec: "BenchSpec", json: Path | None) -> None:
    from sidecar.workshop.bench.benchmark import run_benchmark
    from sidecar.workshop.bench.json_figures import write_json
    from sidecar.workshop.bench.report_tables import show

    report = run_benchmark(spec)
    show(report)
    write_json(report, json)
