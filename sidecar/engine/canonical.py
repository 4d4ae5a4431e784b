"""The start-up proof: the manifest's canonical pairs get the manifest's numbers on this device."""

from sidecar.engine.manifest import Device, Manifest
from sidecar.engine.placement import strays
from sidecar.engine.runs import batch
from sidecar.engine.session import PROVIDERS, OnnxSession, Session
from sidecar.engine.tokenizer import Pair, PairTokenizer
from sidecar.errors import DeviceError


def canonical_pairs(manifest: Manifest, tokenizer: PairTokenizer) -> list[Pair]:
    """The manifest's pairs, encoded as a request's would be."""
    pairs = []
    for pair in manifest.canonical:
        query = tokenizer.query(pair.query)
        (ids,) = tokenizer.encode([pair.document])
        pairs.append(tokenizer.pair(query, ids[: query.room]))
    return pairs


def check_numbers(
    session: Session, manifest: Manifest, graph_name: str, tokenizer: PairTokenizer
) -> None:
    """Scores each canonical pair alone. Raises DeviceError where a logit is not the manifest's."""
    tolerance = manifest.graphs[graph_name].canonical_tolerance
    encoded = canonical_pairs(manifest, tokenizer)
    for number, (pair, known) in enumerate(zip(encoded, manifest.canonical, strict=True)):
        logit = float(session.run(batch([pair], manifest.padding, tokenizer.pad_id))[0])
        expected = known.logits[graph_name]
        if not abs(logit - expected) <= tolerance:  # a NaN fails too
            raise DeviceError(
                f"this device gives canonical pair {number} the logit {logit:.4f}, the model's "
                f"manifest says {expected:.4f} (tolerance {tolerance}): its scores would be wrong"
            )


def check_placement(
    session: OnnxSession, device: Device, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    """Runs the canonical pairs in a profiled session. Raises DeviceError where a node strayed."""
    run = batch(canonical_pairs(manifest, tokenizer), manifest.padding, tokenizer.pad_id)
    session.run(run)
    found = strays(session.end_profile(), PROVIDERS[device], run.input_ids.size)
    if found:
        raise DeviceError(
            f"{len(found)} nodes do not run on {device!r} but on the CPU, among them "
            f"{', '.join(found[:3])}: choose a graph that this device has kernels for"
        )
