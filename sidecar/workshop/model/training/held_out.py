"""What a network does with Groups that it has not seen, and the calibration of its scores."""

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.calibrate import fit
from sidecar.workshop.model.training.group import Group

MIN_LABELLED_GROUPS = 20
"""Fewer Groups say too little of how sure the network may be; often it ranks them all rightly."""

Logits = dict[str, list[tuple[Group, Tensor]]]
"""By the Groups' source: each Group with its documents' logits."""


@torch.no_grad()
def score(network: nn.Module, groups: Sequence[Group], batches: Batches) -> Logits:
    """The logits of the groups' documents."""
    device = next(network.parameters()).device
    found: Logits = defaultdict(list)
    network.eval()
    for batch in batches.tensors(batches.cut(groups, 0)):
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = network(*(one.to(device) for one in batch.inputs))
        rows = logits.float().cpu().view(len(batch.groups), -1)
        for group, row in zip(batch.groups, rows, strict=True):
            found[group.source].append((group, row))
    return dict(sorted(found.items()))


def first_right(logits: Logits) -> dict[str, float]:
    """Per source the share of Groups whose best document has the highest logit."""
    return {
        name: round(sum(int(row.argmax()) == best(group) for group, row in rows) / len(rows), 3)
        for name, rows in logits.items()
    }


def best(group: Group) -> int:
    """The place of the document that should be first."""
    return int(group.target().argmax())


def calibration(logits: Logits, start: Checkpoint) -> dict[str, float]:
    """`temperature` and `bias` by the labelled Groups, and `calibrated_on`, how many these are.

    Where they are fewer than LEAST they are none, and the calibration stays that of the start.
    """
    labelled = [
        pair
        for rows in logits.values()
        for pair in rows
        # Without a label nobody said what is relevant.
        if pair[0].teacher is None or pair[0].teacher_share < 1
    ]
    if len(labelled) < MIN_LABELLED_GROUPS:
        return {"temperature": start.temperature, "bias": start.bias, "calibrated_on": 0}
    right: list[float] = []
    wrong: list[float] = []
    for group, row in labelled:
        gains = group.gains or (1.0, *[0.0] * (len(row) - 1))
        for gain, logit in zip(gains, row.tolist(), strict=True):
            (right if gain > 0 else wrong).append(logit)
    temperature, bias = fit(torch.tensor(right), torch.tensor(wrong))
    return {"temperature": temperature, "bias": bias, "calibrated_on": len(labelled)}
