"""Heads fitted to the whole network's logits, and the thresholds below which a pair may leave."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import huber_loss

from sidecar.workshop.model.exits.head import ExitHead
from sidecar.workshop.model.progress import BeginStep

EPOCHS = 12
BATCH = 256
RATE = 1e-3
WEIGHT_DECAY = 0.05
MIN_DEVIATION = 1e-3
"""Of a feature: one that hardly varies is not blown up."""
BAND_SHARE = 0.15
"""Width of the band above a threshold, in standard deviations of the logits. Wider, more pairs go
on; narrower, a rounding moves a logit further."""


@dataclass(frozen=True)
class FittedExit:
    """An exit, with what it does on pairs that it was not fitted on."""

    head: ExitHead
    threshold: float
    correlation: float
    """Of its logits with the whole network's."""
    leaving: float
    """Share of the pairs below the threshold."""


def fit_head(features: Tensor, logits: Tensor, begin_step: BeginStep, name: str) -> ExitHead:
    """A head that gives the logits [pairs] of features [pairs, features]; repeats exactly."""
    torch.manual_seed(0)
    head = ExitHead(features.mean(0), features.std(0) + MIN_DEVIATION).train()
    optimizer = torch.optim.AdamW(head.parameters(), RATE, weight_decay=WEIGHT_DECAY)
    advance = begin_step(name, EPOCHS)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(features)).split(BATCH):
            loss = huber_loss(head(features[rows]), logits[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        advance()
    return head.eval()


@torch.inference_mode()
def fitted_exit(
    head: ExitHead, features: Tensor, logits: Tensor, relevant: Tensor, lost: float
) -> FittedExit:
    """The head with its threshold: the share `lost` of the relevant pairs, [pairs] of bool, have a
    logit below it. The pairs should be ones that the head was not fitted on."""
    found = head(features)
    threshold = float(found[relevant].quantile(lost))
    correlation = float(torch.corrcoef(torch.stack([found, logits]))[0, 1])
    leaving = float((found < threshold).float().mean())
    return FittedExit(head, round(threshold, 4), correlation, leaving)


def band_of(logits: Tensor) -> float:
    """The width of the band for a network with such logits."""
    return round(BAND_SHARE * float(logits.std()), 4)
