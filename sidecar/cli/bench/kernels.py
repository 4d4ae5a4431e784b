"""`rerank-sidecar bench kernels`: where the time of a run goes, and how near its products come to
onnxruntime's own integer products."""

from pathlib import Path
from typing import Annotated

import typer


def kernels_command(
    model: Annotated[
        Path | None, typer.Option(help="Model folder; the shipped model when absent.")
    ] = None,
    graph: Annotated[
        str | None, typer.Option(help="A graph of the folder; the CPU's when absent.")
    ] = None,
    length: Annotated[
        list[int] | None,
        typer.Option(min=8, help="Tokens of a pair; may be given again (32 to 512 when absent)."),
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, help="Measured rounds of each length; two more warm up.")
    ] = 20,
    json: Annotated[
        Path | None, typer.Option(help="Write the figures to this file as well.")
    ] = None,
) -> None:
    """Measure where the time of one run goes, and its products beside onnxruntime's bare ones.

    Needs onnx, which is in the extra `test`.
    """
    from sidecar.workshop.bench.kernels.kernel_benchmark import measure
    from sidecar.workshop.bench.kernels.kernel_tables import show
    from sidecar.workshop.bench.report import to_json

    figures = measure(model, graph, tuple(length or ()), repeats)
    show(figures)
    if json is not None:
        json.write_bytes(to_json(figures))
