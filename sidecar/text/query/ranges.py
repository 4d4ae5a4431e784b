"""A number against a range."""

from sidecar.search import Constraint


def judge_range(constraint: Constraint, value: float | None) -> int:
    """1 within the range, its ends included; -1 outside; 0 without a number."""
    if value is None:
        return 0
    above = constraint.low is None or value >= constraint.low
    below = constraint.high is None or value <= constraint.high
    return 1 if above and below else -1
