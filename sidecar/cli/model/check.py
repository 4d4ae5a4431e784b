"""`rerank-sidecar model check`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sidecar.runtime.manifest import Manifest


def check_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A model folder.")],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="What the folder was exported from: a Hugging Face folder, a hub name, or a model "
            "folder with an fp32 graph. Without it the folder's own fp32 graph.",
        ),
    ] = None,
    judged: Annotated[
        list[Path] | None,
        typer.Option(
            help="A collection with judgements: a folder as BEIR has it, or with TREC's qrels. May "
            "be given several times."
        ),
    ] = None,
    max_queries: Annotated[
        int | None, typer.Option(min=1, help="Use at most this many queries of a collection.")
    ] = None,
    pool: Annotated[
        str,
        typer.Option(
            metavar="judged|bm25:N", help="Rank the judged documents, or BM25's best N of all."
        ),
    ] = "judged",
    threshold: Annotated[float | None, typer.Option(help="Lowest relevant grade, for MRR.")] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Sample pairs for parity, instead of the package's own."),
    ] = None,
    openvino: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PRECISION",
            help="Also measure a float graph on OpenVINO at fp32, bf16 or int8 (extra `openvino`). "
            "May be given several times.",
        ),
    ] = None,
) -> None:
    """Measure a model folder: parity, invariance, operators, quality; write its card.

    Exits with status 1 when a quantised graph keeps less than 99 % of the fp32 nDCG@10.
    """
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.model.check.checking import CheckSpec, check
    from sidecar.workshop.model.check.summary import summary_lines

    spec = CheckSpec(
        against=against,
        judged=tuple(judged or ()),
        max_queries=max_queries,
        threshold=threshold,
        candidates=_candidates(pool),
        sample=calibration,
        openvino=tuple(openvino or ()),
    )
    with bars() as begin_step:
        manifest = check(folder, spec, begin_step)
    _show(manifest)
    for name in ("README.md", "quality.png", "rerank.json"):
        if (folder / name).is_file():
            typer.echo(f"wrote {folder / name}")
    for summary in summary_lines(folder, manifest):
        typer.echo(summary)
    results = manifest.check
    assert results is not None
    if results.gate.passed is False:
        print(f"rerank-sidecar: refused: {results.gate.reason}", file=sys.stderr)
        raise typer.Exit(1)
    typer.echo(results.gate.reason)


def _candidates(pool: str) -> int | None:
    """How many of BM25's documents are ranked; None: the judged ones."""
    if pool == "judged":
        return None
    ranker, _, count = pool.partition(":")
    if ranker != "bm25" or not count.isdecimal() or int(count) < 1:
        raise typer.BadParameter(
            "judged, or bm25: and a number such as bm25:100", param_hint="pool"
        )
    return int(count)


def _show(manifest: "Manifest") -> None:
    """Prints the numbers, one line each."""
    results = manifest.check
    assert results is not None
    for name, sets in results.parity.items():
        for set_name, parity in sets.items():
            typer.echo(
                f"{name}: {set_name}, {parity.pairs} pairs: Spearman {parity.spearman:.4f}, "
                f"Kendall {parity.kendall:.4f}, logits differ by {parity.mean_difference:.3g} "
                f"in the mean, {parity.max_difference:.3g} at most"
            )
    for name, operators in results.operators.items():
        without_cuda = ", ".join(operators.without_cuda) or "none"
        typer.echo(
            f"{name}: {sum(operators.counts.values())} nodes, without a CUDA kernel: "
            f"{without_cuda}; company changes a score by {results.invariance[name]:.2g}"
        )
    for ranker, values in manifest.quality.items():
        for key, value in values.items():
            low, high = results.intervals[ranker][key]
            typer.echo(f"{ranker}: {key} {value:.3f} ({low:.3f} to {high:.3f})")
