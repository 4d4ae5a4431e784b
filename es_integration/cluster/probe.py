"""The query and documents that `verify` sends to the sidecar, and the checks of their scores."""

import math
import secrets
from collections.abc import Sequence

from es_integration.cluster.check import Check

QUERY = "how to reset a forgotten password"
DOCUMENTS = (
    "The museum opens at nine and is closed on Mondays.",
    "To reset a forgotten password, open the sign-in page and choose `forgot password`.",
    "The river rises in the Black Forest and flows through ten countries.",
)
"""The second is the best for any model that reads English."""
BEST = 1
_NUMBERS = 10**9
MAX_LATENCY_S = 2.0
"""For three short documents; a page of hits takes longer."""


def fresh_documents() -> list[str]:
    """DOCUMENTS, each with a number that no earlier probe had: the model must answer, and not the
    sidecar's cache of logits."""
    number = secrets.randbelow(_NUMBERS)
    return [f"{text} ({number})" for text in DOCUMENTS]


def score_checks(
    scores: Sequence[float], seconds: float, timeout_s: float = MAX_LATENCY_S
) -> list[Check]:
    """The checks `order`, `scores` and `latency` of the documents' scores, in document order.

    `timeout_s` is the time-out of a search, where that is shorter than MAX_LATENCY_S.
    """
    best = max(range(len(scores)), key=scores.__getitem__, default=-1)
    listed = "[" + ", ".join(f"{score:.4f}" for score in scores) + "]"
    in_range = all(math.isfinite(score) and 0 <= score <= 1 for score in scores)
    in_time = seconds <= min(MAX_LATENCY_S, timeout_s)
    advice = "" if in_time else "; look at the sidecar's load and at the network to it"
    return [
        Check("order", best == BEST, f"document {best} of {listed} is the best"),
        Check("scores", in_range, f"{listed}, which must be from 0 to 1"),
        Check("latency", in_time, f"{len(DOCUMENTS)} short documents{advice}", seconds),
    ]
