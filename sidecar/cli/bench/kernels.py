"""`rerank-sidecar bench kernels`: where the time of one run goes, and how near its matrix products
come to onnxruntime's fastest integer products."""

from pathlib import Path
from typing import Annotated

import typer


def kernels_command(
    model: Annotated[
        Path | None, typer.Option(help="Model folder (default: the shipped model).")
    ] = None,
    graph: Annotated[
        str | None, typer.Option(help="Graph of the model folder (default: the one for CPUs).")
    ] = None,
    length: Annotated[
        list[int] | None,
        typer.Option(min=8, help="Tokens per pair; repeatable (default: 32 to 512)."),
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, help="Measured rounds per length, after two warm-up rounds.")
    ] = 20,
    json: Annotated[Path | None, typer.Option(help="Also write the figures to this file.")] = None,
) -> None:
    """Profile one run of the model, and compare its matrix products with bare ones.

    Needs onnx, which is in the extra `test`.
    """
    from sidecar.workshop.bench.json_figures import write_json
    from sidecar.workshop.bench.kernels.kernel_benchmark import measure_kernels
    from sidecar.workshop.bench.kernels.kernel_tables import show

    figures = measure_kernels(model, graph, tuple(length or ()), repeats)
    show(figures)
    write_json(figures, json)
