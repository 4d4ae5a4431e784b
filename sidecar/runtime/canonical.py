"""The start-up proof: on this device the manifest's canonical pairs get the manifest's numbers.

A pair's number is its logit, or by an encoder the cosine of its two vectors."""

from collections.abc import Sequence

import numpy as np

from sidecar.errors import DeviceError, InputTooLong, ModelError
from sidecar.runtime.families import FAMILIES, Outputs
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.runs import batch
from sidecar.runtime.session import ModelInput, Session
from sidecar.runtime.text_inputs import TextInputs
from sidecar.runtime.tokenizer import PairTokenizer

EXACT = 1e-4
"""A logit that is as near was not rounded on the way: fp32 on two CPUs agrees to 1e-5. An earlier
model moved by 0.03 at bf16 and 0.04 at int8."""


def pair_inputs(
    manifest: Manifest, tokenizer: PairTokenizer, query: str, document: str
) -> list[ModelInput]:
    """A pair as its family reads it: one input, or by an encoder the query's and the document's.

    Raises ModelError if the query and the manifest's prompt leave no room for a document.
    """
    if not manifest.is_encoder:
        try:
            return [tokenizer.whole(tokenizer.query(query), document)]
        except InputTooLong as fault:
            raise ModelError(f"a canonical pair does not fit: {fault.message}") from None
    texts = TextInputs.of(manifest, tokenizer)
    return texts.encode([query], "query")[0] + texts.encode([document], "document")[0]


def canonical_pairs(manifest: Manifest, tokenizer: PairTokenizer) -> list[ModelInput]:
    """The manifest's pairs, encoded as a request's would be: as many inputs each as the family
    reads of a pair."""
    return [
        each
        for pair in manifest.canonical
        for each in pair_inputs(manifest, tokenizer, pair.query, pair.document)
    ]


def check_numbers(
    session: Session,
    manifest: Manifest,
    graph_name: str,
    tokenizer: PairTokenizer,
    running: Graph | None = None,
) -> None:
    """Runs each canonical input alone. `running` is the graph where it runs at another precision
    than the manifest's.

    Raises DeviceError if a logit is not the manifest's, or if all of them are though they should
    have been rounded; ModelError if the graph fails.
    """
    graph = manifest.graphs[graph_name]
    running = running or graph
    pairs = canonical_pairs(manifest, tokenizer)
    rows = np.concatenate([_run(session, [pair], manifest, tokenizer) for pair in pairs])
    logits = FAMILIES[manifest.family].pair_values(rows).tolist()
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
    """Runs the canonical pairs together, padded, and returns the tokens of that run.

    Raises DeviceError if padding or company change a logit of a `padded` graph beyond the
    manifest's tolerance, ModelError if the graph fails.
    """
    pairs = canonical_pairs(manifest, tokenizer)
    rows = _run(session, pairs, manifest, tokenizer)
    logits = FAMILIES[manifest.family].pair_values(rows).tolist()
    graph = manifest.graphs[graph_name]
    if graph.runs == "padded":
        compare(logits, manifest, graph_name, graph.canonical_tolerance)
    return len(pairs) * max(map(len, pairs))


def _run(
    session: Session, inputs: Sequence[ModelInput], manifest: Manifest, tokenizer: PairTokenizer
) -> Outputs:
    """A row per input. Raises ModelError if the graph fails or answers anything else."""
    try:
        tensors = session.run(batch(inputs, manifest.padding, tokenizer.pad_id))
        rows = FAMILIES[manifest.family].outputs(tensors)
    except Exception as fault:  # onnxruntime raises its own classes and bare RuntimeError
        raise ModelError(f"the graph does not run: {fault}") from None
    if len(rows) != len(inputs):
        raise ModelError(f"the graph gives {len(rows)} rows for {len(inputs)} inputs")
    return rows


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
                f"this device gives canonical pair {number} the "
                f"{'cosine' if manifest.is_encoder else 'logit'} {logit:.4f}, the model's "
                f"manifest says {expected:.4f} (tolerance {tolerance:.3g}): its scores would be "
                "wrong"
            )
        largest = max(largest, abs(logit - expected))
    return largest
