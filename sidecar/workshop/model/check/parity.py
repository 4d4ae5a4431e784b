"""A graph's logits compared with others of the same pairs."""

import numpy as np
from scipy import stats

from sidecar.errors import ModelError
from sidecar.runtime.measured import Parity
from sidecar.workshop.model.runner import Floats


def parity(logits: Floats, reference: Floats) -> Parity:
    """Rank correlations and differences. Raises ModelError where a logit is not finite.

    A correlation with constant logits is 0: they have no order.
    """
    if not (np.isfinite(logits).all() and np.isfinite(reference).all()):
        raise ModelError("a logit is not finite: the model overflows")
    differences = np.abs(logits - reference)
    constant = np.ptp(logits) == 0 or np.ptp(reference) == 0
    return Parity(
        pairs=len(logits),
        spearman=0.0 if constant else round(float(stats.spearmanr(logits, reference)[0]), 5),
        kendall=0.0 if constant else round(float(stats.kendalltau(logits, reference)[0]), 5),
        max_difference=float(f"{differences.max():.4g}"),
        mean_difference=float(f"{differences.mean():.4g}"),
    )
