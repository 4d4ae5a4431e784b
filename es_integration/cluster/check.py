"""The result of `verify`: one check for each step between the cluster and the new order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One step, and whether it works."""

    name: str
    """"cluster", "sidecar", "shape", "order", "scores", "latency", ..."""
    passed: bool
    detail: str
    """What was seen; for a failed check, what to do. Holds no secret."""
    seconds: float | None = None


Report = tuple[Check, ...]
"""In the order of the steps; ends early at a failure that makes the later steps pointless."""
