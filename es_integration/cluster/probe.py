"""What `verify` sends through the whole chain, and what must come back."""

import math
from collections.abc import Sequence

from es_integration.cluster.check import Link

QUERY = "how to reset a forgotten password"
DOCUMENTS = (
    "The museum opens at nine and is closed on Mondays.",
    "To reset a forgotten password, open the sign-in page and choose `forgot password`.",
    "The river rises in the Black Forest and flows through ten countries.",
)
"""The second is the best, for any model that reads English."""
BEST = 1
SLOW_S = 2.0
"""For three short documents; a page of hits takes longer."""


def judged(scores: Sequence[float], seconds: float, limit_s: float = SLOW_S) -> list[Link]:
    """The links `order`, `scores` and `latency`; `scores` are the documents', in their order."""
    best = max(range(len(scores)), key=scores.__getitem__, default=-1)
    written = "[" + ", ".join(f"{score:.4f}" for score in scores) + "]"
    bounded = all(math.isfinite(score) and 0 <= score <= 1 for score in scores)
    in_time = seconds <= min(SLOW_S, limit_s)
    late = "" if in_time else "; look at the sidecar's load and at the way to it"
    return [
        Link("order", best == BEST, f"document {best} of {written} is the best"),
        Link("scores", bounded, f"{written}, which must be from 0 to 1"),
        Link("latency", in_time, f"{len(DOCUMENTS)} short documents{late}", seconds),
    ]
