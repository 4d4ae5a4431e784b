"""One score per document from logits, field matches, signals and rules. All add in logit space.

fuse    the model's parts: windows aggregated, fields that are scored alone, calibration; their sum
parts   the other parts: field matches, signals, rules
rank    logits -> scores, in order
diversity  an order of documents that are not all alike
"""

from sidecar.fusion.rank import rank

__all__ = ["rank"]
