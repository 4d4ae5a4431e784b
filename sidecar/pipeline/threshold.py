"""`min_score`: what scores below it is left out of an answer that may leave something out. Pure."""

from sidecar.request import RankRequest

IGNORED = "min_score has no effect here: this API answers every document"
ALL_BELOW = "every document scores below min_score"
"""The warnings."""


def threshold_of(request: RankRequest) -> float | None:
    """The least score of a document in the answer, in [0, 1]; None: every document is in it."""
    return None if request.complete else request.control.min_score


def threshold_warnings(request: RankRequest, kept: int) -> tuple[str, ...]:
    """What the client should know where `kept` documents reach its `min_score`."""
    if request.control.min_score is None:
        return ()
    if request.complete:
        return (IGNORED,)
    return () if kept else (ALL_BELOW,)
