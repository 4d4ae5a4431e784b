"""Logits of every scorer and the reference on every set of pairs; an interrupted check resumes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.graph_scorers import GraphScorer
from sidecar.workshop.model.check.reference import OWN, Reference
from sidecar.workshop.model.graphs import FP32
from sidecar.workshop.model.measurement_cache import MeasurementCache
from sidecar.workshop.model.progress import Advance, BeginStep
from sidecar.workshop.model.runner import Floats
from sidecar.workshop.model.text_pair import TextPair

SAMPLE = "calibration"
"""The manifest's name for the sample pairs, beside the names of judged collections."""
REFERENCE = "reference"
Logits = dict[str, dict[str, Floats]]
"""set of pairs -> scorer, or REFERENCE -> logits [pairs]"""


def score_all(
    scorers: Sequence[GraphScorer],
    manifest: Manifest,
    reference: Reference | None,
    sets: Mapping[str, Sequence[TextPair]],
    cache: MeasurementCache,
    begin_step: BeginStep,
) -> Logits:
    """The logits of every scorer on every set, and of the reference where it is needed.

    On a judged collection the reference scores only when the folder has no fp32 graph: a framework
    is much slower, and how close the fp32 graph is to it is known from the sample.
    """

    def cached(
        key_parts: list[str],
        step: str,
        pairs: Sequence[TextPair],
        score: Callable[[Sequence[TextPair], Advance], Floats],
    ) -> Floats:
        def measure() -> list[float]:
            logits: list[float] = score(pairs, begin_step(step, len(pairs))).tolist()
            return logits

        return np.array(cache.get_or_measure(_key(key_parts, pairs), measure))

    file_digests = sorted(manifest.files.values())
    logits: Logits = {}
    for set_name, pairs in sets.items():
        logits[set_name] = {
            scorer.name: cached(
                [*file_digests, scorer.name, scorer.version],
                f"{set_name}: {scorer.name}",
                pairs,
                scorer.logits,
            )
            for scorer in scorers
        }
        if reference is None:
            continue
        if reference.name == OWN:
            logits[set_name][REFERENCE] = logits[set_name][FP32]
        elif set_name == SAMPLE or FP32 not in manifest.graphs:
            logits[set_name][REFERENCE] = cached(
                [reference.name, reference.key],
                f"{set_name}: {reference.name}",
                pairs,
                reference.logits,
            )
    return logits


def fp32_logits(by_scorer: Mapping[str, Floats]) -> Floats | None:
    """The fp32 logits of one set: the folder's own graph's, else the reference's, else None."""
    return by_scorer.get(FP32, by_scorer.get(REFERENCE))


def _key(parts: list[str], pairs: Sequence[TextPair]) -> str:
    return hashlib.sha256("\n".join([*parts, repr(list(pairs))]).encode()).hexdigest()[:24]
