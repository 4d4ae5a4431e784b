"""Logits, signals and rules to one score per document. Everything adds in logit space."""

from sidecar.fusion.rank import rank

__all__ = ["rank"]
