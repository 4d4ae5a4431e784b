"""What the command line chooses from, by name; nothing heavy is imported here."""

from enum import StrEnum


class ClickModel(StrEnum):
    """The click models."""

    PBM = "pbm"
    """Position-based."""
    DBN = "dbn"
    """Dynamic Bayesian."""


class Exposure(StrEnum):
    """Where the shown documents come from."""

    AUTO = "auto"
    """The search engine's hits, and the impression events of searches without them."""
    HITS = "hits"
    IMPRESSIONS = "impressions"
