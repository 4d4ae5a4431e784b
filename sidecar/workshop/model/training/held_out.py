"""A network on groups that it has not seen: its ranking, and the calibration of its scores."""

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.calibrate import fit
from sidecar.workshop.model.training.group import Group

MIN_LABELLED_GROUPS = 20
"""Fewer groups do not calibrate: often the network ranks all of them correctly."""

GroupLogits = dict[str, list[tuple[Group, Tensor]]]
"""source -> its groups, each with its documents' logits [documents]"""


@torch.no_grad()
def score(network: nn.Module, groups: Sequence[Group], batches: Batches) -> GroupLogits:
    """The logits of the groups' documents. Leaves the network in eval mode."""
    device = next(network.parameters()).device
    by_source: GroupLogits = defaultdict(list)
    network.eval()
    for batch in batches.tensors(batches.cut(groups, 0)):
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = network(*(tensor.to(device) for tensor in batch.inputs))
        rows = logits.float().cpu().view(len(batch.groups), -1)
        for group, row in zip(batch.groups, rows, strict=True):
            by_source[group.source].append((group, row))
    return dict(sorted(by_source.items()))


def first_right(logits: GroupLogits) -> dict[str, float]:
    """Per source the share of groups whose best document has the highest logit."""
    return {
        name: round(
            sum(int(row.argmax()) == best_index(group) for group, row in rows) / len(rows), 3
        )
        for name, rows in logits.items()
    }


def best_index(group: Group) -> int:
    """The index of the document that should be first."""
    return int(group.target().argmax())


def calibration(logits: GroupLogits, checkpoint: Checkpoint) -> dict[str, float]:
    """`temperature` and `bias` fitted on the labelled groups, and their number, `calibrated_on`.

    With fewer than MIN_LABELLED_GROUPS the checkpoint keeps its calibration, and the number is 0.
    """
    labelled = [
        pair
        for rows in logits.values()
        for pair in rows
        # Without a label it is not known which documents are relevant.
        if pair[0].teacher is None or pair[0].teacher_share < 1
    ]
    if len(labelled) < MIN_LABELLED_GROUPS:
        return {"temperature": checkpoint.temperature, "bias": checkpoint.bias, "calibrated_on": 0}
    right: list[float] = []
    wrong: list[float] = []
    for group, row in labelled:
        for gain, logit in zip(group.known_gains, row.tolist(), strict=True):
            (right if gain > 0 else wrong).append(logit)
    temperature, bias = fit(torch.tensor(right), torch.tensor(wrong))
    return {"temperature": temperature, "bias": bias, "calibrated_on": len(labelled)}
