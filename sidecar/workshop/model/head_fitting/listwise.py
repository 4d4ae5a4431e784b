"""The weights of a few features, by listwise softmax regression over pools.

The loss of a pool is the cross-entropy of its normalised gains and the softmax of its logits (Cao
et al., 2007: ListNet), and the weights of the features, scaled to a deviation of 1, are kept small
by a quadratic penalty. A bias changes no order: the calibration finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sidecar.errors import ModelError

PENALTY = 0.003
"""Of the sum of squared weights, where no other is given. With a strong one, such as 1, the weights
keep the proportions in which each feature alone tells relevant documents from others."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """logit = bias + weights . features; its mean over the pools' documents is 0."""

    weights: Floats
    bias: float

    def logits(self, features: NDArray[np.float32]) -> Floats:
        """Of documents with these features [documents, features]."""
        values: Floats = features.astype(np.float64) @ self.weights + self.bias
        return values


def fit_listwise(
    features: Sequence[NDArray[np.float32]],
    gains: Sequence[Sequence[float]],
    penalty: float = PENALTY,
) -> Head:
    """Of pools, each with its documents' features [documents, features] and gains.

    Pools whose gains are all the same teach nothing. Raises ModelError when no other is left.
    """
    taught = [
        (torch.from_numpy(matrix).double(), torch.tensor(list(gain)).double())
        for matrix, gain in zip(features, gains, strict=True)
        if max(gain) > min(gain)
    ]
    if not taught:
        raise ModelError("nothing to fit: no pool has relevant and other documents")
    rows = torch.cat([matrix for matrix, _ in taught])
    centre, spread = rows.mean(0), rows.std(0)
    spread = torch.where(spread > 0, spread, torch.ones_like(spread))
    inputs = torch.nn.utils.rnn.pad_sequence(
        [(matrix - centre) / spread for matrix, _ in taught], batch_first=True
    )
    targets = torch.nn.utils.rnn.pad_sequence(
        [gain / gain.sum() for _, gain in taught], batch_first=True
    )
    is_document = torch.nn.utils.rnn.pad_sequence(
        [torch.ones_like(gain) for _, gain in taught], batch_first=True
    ).bool()
    weights = _solve(inputs, targets, is_document, penalty) / spread
    return Head(weights.numpy(), -float(weights @ centre))


def _solve(
    inputs: torch.Tensor, targets: torch.Tensor, is_document: torch.Tensor, penalty: float
) -> torch.Tensor:
    """Weights [features] of inputs [pools, documents, features]."""
    weights = torch.zeros(inputs.shape[-1], dtype=torch.double, requires_grad=True)
    solver = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        logits = (inputs @ weights).masked_fill(~is_document, -1e9)
        losses = -(targets * logits.log_softmax(1).masked_fill(~is_document, 0.0)).sum(1)
        loss = losses.mean() + penalty * (weights**2).sum()
        loss.backward()
        return loss

    solver.step(closure)
    return weights.detach()
