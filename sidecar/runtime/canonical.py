"""The start-up proof: on this device the manifest's canonical pairs get the manifest's numbers."""

from collections.abc import Sequence

from sidecar.errors import DeviceError, ModelError
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.runs import batch
from sidecar.runtime.session import ModelInput, Session
from sidecar.runtime.tokenizer import PairTokenizer

EXACT = 1e-4
"""A logit that is as near was not rounded on the way: fp32 on two CPUs agrees to 1e-5. An earlier
model moved by 0.03 at bf16 and 0.04 at int8."""


def canonical_pairs(manifest: Manifest, tokenizer: PairTokenizer) -> list[ModelInput]:
    """The manifest's pairs, encoded as a request's would be."""
    return [
        tokenizer.whole(tokenizer.query(pair.query), pair.document) for pair in manifest.canonical
    ]


def check_numbers(
    session: Session,
    manifest: Manifest,
    graph_name: str,
    tokenizer: PairTokenizer,
    running: Graph | None = None,
) -> None:
    """Scores each canonical pair alone. `running` is the graph where it runs at another precision
    than the manifest's.

    Raises DeviceError if a logit is not the manifest's, or if all of them are though they should
    have been rounded; ModelError if the graph fails.
    """
    graph = manifest.graphs[graph_name]
    running = running or graph
    pairs = canonical_pairs(manifest, tokenizer)
    logits = [_run(session, [pair], manifest, tokenizer)[0] for pair in pairs]
    largest = compare(logits, manifest, graph_name, running.canonical_tolerance)
    if running.precision != graph.precision and largest < EXACT:
        raise DeviceError(
            f"precision {running.precision!r} was asked for, but the logits are those of "
            f"{graph.precision}: this CPU has no instructions for it, or the graph's weights are "
            "not int8"
        )


def check_company(
    session: Session, manifest: Manifest, graph_name: str, tokenizer: PairTokenizer
) -> int:
    """Scores the canonical pairs together, padded, and returns the tokens of that run.

    Raises DeviceError if padding or company change a logit of a `padded` graph beyond the
    manifest's tolerance, ModelError if the graph fails.
    """
    pairs = canonical_pairs(manifest, tokenizer)
    logits = _run(session, pairs, manifest, tokenizer)
    graph = manifest.graphs[graph_name]
    if graph.runs == "padded":
        compare(logits, manifest, graph_name, graph.canonical_tolerance)
    return len(pairs) * max(map(len, pairs))


def _run(
    session: Session, pairs: Sequence[ModelInput], manifest: Manifest, tokenizer: PairTokenizer
) -> list[float]:
    """One logit per pair. Raises ModelError if the graph fails or answers anything else."""
    try:
        tensors = session.run(batch(pairs, manifest.padding, tokenizer.pad_id))
        logits = FAMILIES[manifest.family].outputs(tensors).tolist()
    except Exception as fault:  # onnxruntime raises its own classes and bare RuntimeError
        raise ModelError(f"the graph does not run: {fault}") from None
    if len(logits) != len(pairs):
        raise ModelError(f"the graph gives {len(logits)} logits for {len(pairs)} pairs")
    return [float(logit) for logit in logits]


def compare(
    logits: Sequence[float], manifest: Manifest, graph_name: str, tolerance: float
) -> float:
    """The largest difference of the canonical pairs' logits from the manifest's. Raises DeviceError
    beyond `tolerance`."""
    largest = 0.0
    for number, (logit, pair) in enumerate(zip(logits, manifest.canonical, strict=True)):
        expected = pair.logits[graph_name]
        if not abs(logit - expected) <= tolerance:  # a NaN fails too
            raise DeviceError(
                f"this device gives canonical pair {number} the logit {logit:.4f}, the model's "
                f"manifest says {expected:.4f} (tolerance {tolerance:.3g}): its scores would be "
                "wrong"
            )
        largest = max(largest, abs(logit - expected))
    return largest
