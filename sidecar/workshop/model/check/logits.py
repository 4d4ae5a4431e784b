"""Logits of every scorer and of the reference on every set of pairs; a broken-off check goes on."""

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
REFERENCE = "reference"
Logits = dict[str, dict[str, Floats]]
"""set of pairs -> scorer, or REFERENCE -> logits"""


def score_all(
    scorers: Sequence[GraphScorer],
    manifest: Manifest,
    reference: Reference | None,
    sets: Mapping[str, Sequence[TextPair]],
    journal: MeasurementCache,
    start: BeginStep,
) -> Logits:
    """Every scorer on every set. The reference too, but on a judged set only where the folder has
    no fp32 graph: a framework takes much longer, and the fp32 graph's parity with it is known."""

    def once(
        parts: list[str],
        step: str,
        pairs: Sequence[TextPair],
        score: Callable[[Sequence[TextPair], Advance], Floats],
    ) -> Floats:
        def measure() -> list[float]:
            logits: list[float] = score(pairs, start(step, len(pairs))).tolist()
            return logits

        return np.array(journal.get_or_measure(_key(parts, pairs), measure))

    files = sorted(manifest.files.values())
    found: Logits = {}
    for on, pairs in sets.items():
        found[on] = {
            scorer.name: once(
                [*files, scorer.name, scorer.engine],
                f"{on}: {scorer.name}",
                pairs,
                scorer.logits,
            )
            for scorer in scorers
        }
        if reference is None:
            continue
        if reference.name == OWN:
            found[on][REFERENCE] = found[on][FP32]
        elif on == SAMPLE or FP32 not in manifest.graphs:
            parts = [reference.name, reference.key]
            found[on][REFERENCE] = once(parts, f"{on}: {reference.name}", pairs, reference.logits)
    return found


def baseline(logits: Mapping[str, Floats]) -> Floats | None:
    """The fp32 logits of one set: the folder's own graph's, else the reference's, else None."""
    return logits.get(FP32, logits.get(REFERENCE))


def _key(parts: list[str], pairs: Sequence[TextPair]) -> str:
    return hashlib.sha256("\n".join([*parts, repr(list(pairs))]).encode()).hexdigest()[:24]
