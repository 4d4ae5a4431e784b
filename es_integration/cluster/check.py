"""What `verify` found: the chain from the cluster to the new order, link by link."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain, and whether it held."""

    name: str
    """"cluster", "sidecar", "shape", "order", "scores", "latency", ..."""
    held: bool
    detail: str
    """What was seen; where it did not hold, what to do. Holds no secret."""
    seconds: float | None = None


Report = tuple[Link, ...]
"""In the order of the chain; it ends with the first link that everything behind it needs."""
