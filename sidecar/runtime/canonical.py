"""The start-up proof: the manifest's canonical pairs get the manifest's numbers on this device."""

from sidecar.errors import DeviceError, ModelError
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.onnx_session import PROVIDERS, OnnxSession, Session
from sidecar.runtime.placement import strays
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import Pair, PairTokenizer

EXACT = 1e-4
"""A logit that is as near was not rounded on the way: fp32 on two CPUs agrees to 1e-5. An earlier
model moved by 0.03 at bf16 and 0.04 at int8."""


def canonical_pairs(manifest: Manifest, tokenizer: PairTokenizer) -> list[Pair]:
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

    Raises DeviceError where a logit is not the manifest's, or is the manifest's throughout though
    it should have been rounded; ModelError where the graph fails.
    """
    graph = manifest.graphs[graph_name]
    running = running or graph
    pairs = canonical_pairs(manifest, tokenizer)
    logits = [_run(session, [pair], manifest, tokenizer)[0] for pair in pairs]
    farthest = _compare(logits, manifest, graph_name, running.canonical_tolerance)
    if running.precision != graph.precision and farthest < EXACT:
        raise DeviceError(
            f"precision {running.precision!r} was asked for, but the logits are those of "
            f"{graph.precision}: this CPU has no instructions for it, or the graph's weights are "
            "not int8"
        )


def _run(
    session: Session, pairs: list[Pair], manifest: Manifest, tokenizer: PairTokenizer
) -> list[float]:
    """One logit per pair. Raises ModelError when the graph fails or answers anything else."""
    try:
        logits = session.run(batch(pairs, manifest.padding, tokenizer.pad_id)).tolist()
    except Exception as fault:  # onnxruntime raises its own classes and bare RuntimeError
        raise ModelError(f"the graph does not run: {fault}") from None
    if len(logits) != len(pairs):
        raise ModelError(f"the graph gives {len(logits)} logits for {len(pairs)} pairs")
    return [float(logit) for logit in logits]


def _compare(logits: list[float], manifest: Manifest, graph_name: str, tolerance: float) -> float:
    """The largest difference from the manifest's logits. Raises DeviceError beyond `tolerance`."""
    farthest = 0.0
    for number, (logit, known) in enumerate(zip(logits, manifest.canonical, strict=True)):
        expected = known.logits[graph_name]
        if not abs(logit - expected) <= tolerance:  # a NaN fails too
            raise DeviceError(
                f"this device gives canonical pair {number} the logit {logit:.4f}, the model's "
                f"manifest says {expected:.4f} (tolerance {tolerance:.3g}): its scores would be "
                "wrong"
            )
        farthest = max(farthest, abs(logit - expected))
    return farthest


def check_placement(
    session: OnnxSession, manifest: Manifest, graph_name: str, tokenizer: PairTokenizer
) -> None:
    """Runs the canonical pairs together, padded, in a session opened with `profile=True`.

    Raises DeviceError where a node did not run on the session's device, or where padding or
    company change a logit beyond the manifest's tolerance.
    """
    pairs = canonical_pairs(manifest, tokenizer)
    logits = _run(session, pairs, manifest, tokenizer)
    padded = len(pairs) * max(map(len, pairs))
    found = strays(session.end_profile(), PROVIDERS[session.device], padded)
    if found:
        raise DeviceError(
            f"{len(found)} nodes do not run on {session.device!r} but on the CPU, among them "
            f"{', '.join(found[:3])}: choose a graph that this device has kernels for"
        )
    graph = manifest.graphs[graph_name]
    if graph.runs == "padded":
        _compare(logits, manifest, graph_name, graph.canonical_tolerance)
