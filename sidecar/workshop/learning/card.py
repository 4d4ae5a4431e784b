"""What a model's card says of the run that made it. Pure."""

from collections.abc import Sequence

from sidecar.workshop.learning.gate import Change
from sidecar.workshop.learning.runs import Run


def notes(run: Run) -> str:
    """Markdown: from what it was learned, and what the gate measured."""
    assert run.lift is not None
    counts = ", ".join(f"{count:,} {name}" for name, count in run.figures.items())
    lines = [
        f"Learned by `rerank-sidecar learn run` on {run.at[:10]} as {run.model}, from the model of "
        f"run {run.parent}. {counts}.",
        "",
        "| nDCG@10 of | queries | beside | before | after | difference |",
        "| --- | --- | --- | --- | --- | --- |",
        _row(run.lift, f"run {run.beside}"),
        *(_row(each, "run 0") for each in run.kept),
        "",
        f"Rank correlation of the sample pairs with run 0: {run.order:.3f}. "
        + (_refused(run.reasons) if run.reasons else "The gate let it pass."),
    ]
    if run.ece is not None:
        lines += ["", _calibration(run.ece)]
    sources = [f"{name} (SHA-256 {digest[:16]})" for name, digest in run.inputs.items() if digest]
    if sources:
        lines += ["", f"Read: {', '.join(sources)}."]
    return "\n".join(lines)


def _row(change: Change, beside: str) -> str:
    return (
        f"| {change.name} | {change.queries} | {beside} | {change.before:.3f} | {change.after:.3f} "
        f"| {change.difference:+.4f} ({change.low:+.4f} to {change.high:+.4f}) |"
    )


def _refused(reasons: Sequence[str]) -> str:
    return f"**The gate refused it**: {'; '.join(reasons)}."


def _calibration(ece: tuple[float, float]) -> str:
    return (
        "Temperature and bias are fitted to the held-out queries: expected calibration error "
        f"{ece[0]:.3f} before, {ece[1]:.3f} after, by cross-validation."
    )
