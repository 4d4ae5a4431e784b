"""What a network does with Groups that it has not seen, and the calibration of its scores."""

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sidecar.build.training.batches import Batches
from sidecar.build.training.calibrate import fit
from sidecar.build.training.group import Group

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


def calibration(logits: Logits) -> tuple[float, float]:
    """(temperature, bias) of the labelled Groups; (1, 0) when there are none."""
    right: list[float] = []
    wrong: list[float] = []
    for group, row in (pair for rows in logits.values() for pair in rows):
        if group.teacher is not None and group.teacher_share == 1:
            continue  # nobody said what is relevant there
        gains = group.gains or (1.0, *[0.0] * (len(row) - 1))
        for gain, logit in zip(gains, row.tolist(), strict=True):
            (right if gain > 0 else wrong).append(logit)
    if not right or not wrong:
        return 1.0, 0.0
    return fit(torch.tensor(right), torch.tensor(wrong))
