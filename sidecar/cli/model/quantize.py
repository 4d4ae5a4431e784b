"""`rerank-sidecar model quantize`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sidecar.runtime.measured import Quantization


def quantize_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A model folder with an fp32 graph.")
    ],
    to: Annotated[
        list[str],
        typer.Option(
            help="int8 (integers for CPUs, and a float graph over the same weights for everything "
            "else) or fp16 (CUDA). May be given twice."
        ),
    ],
    calibration: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help='Sample pairs to measure differences on, as JSON lines of {"query", "documents"}. '
            "Default: the package's own.",
        ),
    ] = None,
    max_difference: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Largest mean difference of an int8 logit, in standard deviations of the fp32 "
            "logits. Beyond it the worst weights are multiplied as floats (default 0.045).",
        ),
    ] = None,
    no_search: Annotated[
        bool, typer.Option("--no-search", help="All weights to int8, whatever it costs.")
    ] = False,
    keep_fp32: Annotated[
        bool, typer.Option("--keep-fp32", help="Keep the fp32 graph in the folder.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Make graphs again that exist already.")
    ] = False,
) -> None:
    """Make int8 or fp16 graphs of a folder's fp32 graph, and measure what they change.

    The fp32 graph is dropped afterwards unless --keep-fp32 is given. An interrupted search resumes.
    """
    from sidecar.cli.model.export import show_written
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
    from sidecar.workshop.model.quantizing.sensitivity import MAX_DIFFERENCE

    budget = MAX_DIFFERENCE if max_difference is None else max_difference
    spec = QuantizeSpec(
        to=tuple(to),
        sample=calibration,
        max_difference=budget,
        search=not no_search,
        keep_fp32=keep_fp32,
        force=force,
    )
    with bars() as begin_step:
        outcome = quantize(folder, spec, begin_step)
    if not outcome.new_graphs:
        typer.echo(f"{folder} has these graphs already (--force makes them anew)")
        return
    for name in outcome.new_graphs:
        single = outcome.manifest.graphs[name].runs == "single"
        _show(name, outcome.manifest.quantization[name], single=single)
    show_written(folder)


def _show(name: str, measured: "Quantization", *, single: bool) -> None:
    """What a new graph lost."""
    typer.echo(
        f"{name}: logits differ from fp32 by {measured.mean_difference:.3g} in the mean, "
        f"{measured.max_difference:.3g} at most ({measured.relative_difference:.3f} of their "
        f"spread, {measured.pairs} {measured.calibration} pairs)"
    )
    if single:
        typer.echo(
            f"{name}: in a shared run a score would change by {measured.company:.2g}; it runs "
            "one pair at a time"
        )
    if measured.alone:
        typer.echo(
            f"{name}: {len(measured.float_products)} weights are multiplied as floats, "
            f"{len(measured.float_weights)} stay float"
        )
