"""What `plan` needs to know of a node: how long work takes it, and how much goes on at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LengthFigures:
    """Pairs of one length."""

    tokens: int
    """Of a pair: query, document and what is around them."""
    pair_s: float
    """Seconds of a worker for a pair, while all workers are busy."""
    alone_s: float
    """Of a pair that is all there is to do."""
    cached_s: float
    """Of a pair whose logit is in the cache, and of any pair before and after its run: parsing,
    tokenising, looking up, fusing, answering. Core seconds."""


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """One sidecar on one machine."""

    model: str
    score_revision: str
    device: str
    cores: int
    workers: int
    token_budget: int
    """Most padded tokens of a run; 0: a run is one pair."""
    cache_mb: int
    request_s: float
    """Core seconds of a request beside its pairs."""
    side_by_side: float
    """How many answers from the cache are worked at beside each other: their time alone, times
    their rate at the busiest."""
    lengths: tuple[LengthFigures, ...]
    """Ascending."""
