"""What a profile says of documents that do not fit the model, and their windows' common logit."""

import math
from collections.abc import Sequence

from sidecar.schema import (
    Aggregate,
    BudgetTokens,
    FrozenModel,
    Overlap,
    TopWindows,
    WindowTokens,
)


class LongDocuments(FrozenModel):
    """What happens to a document that does not fit the model."""

    aggregate: Aggregate = "max"
    top: TopWindows = 3
    """`mean` is over this many of the best windows."""
    budget_tokens: BudgetTokens = 1536
    """Tokens of a document that are scored; a lexical selector chooses which windows."""
    window_tokens: WindowTokens = 128
    """Most tokens of a window. As long as the model allows is worse: an answer of 60 words among
    500 others reads as a passage about the others. Clauses in contracts of 2,000 words: the best
    window's logit was within 1 of the clause's own for 28 of 36 with 128 tokens, 3 with 512."""
    overlap: Overlap = 0.1
    """Share of a window that is repeated in the next."""


def aggregate(logits: Sequence[float], long: LongDocuments) -> float:
    """The document's logit from those of its windows, given in the order of the text.

    max         the best window's
    first       the first window's
    mean        mean of the best `long.top`
    logsumexp   ln((e^l1 + ... + e^ln) / n): between mean and max, and n equal logits l give l

    The logit of a single window is the document's, whatever the aggregate.
    """
    best = max(logits)
    match long.aggregate:
        case "max":
            return best
        case "first":
            return logits[0]
        case "mean":
            top = sorted(logits, reverse=True)[: long.top]
            return math.fsum(top) / len(top)
        case "logsumexp":
            total = math.fsum(math.exp(logit - best) for logit in logits)
            return best + math.log(total / len(logits))
