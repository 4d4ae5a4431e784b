"""The mean of several runs' weights, as one checkpoint.

Runs from one start with other data or seeds end in one valley, and the mean of their weights ranks
better than most of them, at no cost when it serves: "Model soups", arXiv 2203.05482.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from sidecar.build.pretrained import SUMMARY, training
from sidecar.build.training.batches import Batches
from sidecar.build.training.group import Group, read_groups
from sidecar.build.training.held_out import calibration, first_right, score
from sidecar.build.training.run import GROUPS
from sidecar.build.training.start import Start, open_start
from sidecar.errors import ModelError


def average(checkpoints: Sequence[Path], folder: Path) -> dict[str, Any]:
    """Writes the mean of the checkpoints, calibrated on the Groups that none of them was trained
    on; returns what its `train.json` holds.

    Raises ModelError when they are fewer than two, no checkpoints of `model train`, or differ in
    tokenizer or architecture, and when `folder` is there already.
    """
    if len(checkpoints) < 2:
        raise ModelError("a mean needs two checkpoints or more")
    if folder.exists():
        raise ModelError(f"{folder} is there already: give another folder")
    starts = [_open(checkpoint) for checkpoint in checkpoints]
    first = starts[0]
    first.source.network.load_state_dict(_mean(starts, checkpoints))
    told = [training(checkpoint) for checkpoint in checkpoints]
    run = told[0]["run"]
    batches = Batches(first.source, run["max_tokens"], run["groups_per_batch"])
    held = batches.usable(_unseen(checkpoints))
    logits = score(first.source.network, held, batches)
    summary = {
        **told[0],
        # With the first's own settings, so that a mean may be averaged again.
        "run": {**run, "mean_of": [each["run"] for each in told]},
        **calibration(logits, first.source),
        "groups": sum(each["groups"] for each in told),
        **_collections(told),
        "held_out_groups": {name: len(each) for name, each in logits.items()},
        "held_out_first_right": {"before": {}, "after": first_right(logits)},
    }
    folder.mkdir(parents=True)
    first.save(folder)
    (folder / SUMMARY).write_text(json.dumps(summary, indent=2) + "\n")
    return summary


def _open(checkpoint: Path) -> Start:
    if not (checkpoint / SUMMARY).exists():
        raise ModelError(f"{checkpoint} has no {SUMMARY}: it is no checkpoint of `model train`")
    return open_start(str(checkpoint))


def _mean(starts: Sequence[Start], checkpoints: Sequence[Path]) -> dict[str, torch.Tensor]:
    weights = [start.source.network.state_dict() for start in starts]
    shapes = [{name: one.shape for name, one in each.items()} for each in weights]
    for start, shape, checkpoint in zip(starts, shapes, checkpoints, strict=True):
        if shape != shapes[0]:
            raise ModelError(f"{checkpoint} is of another architecture than {checkpoints[0]}")
        if start.source.tokenizer.to_str() != starts[0].source.tokenizer.to_str():
            raise ModelError(f"{checkpoint} has another tokenizer than {checkpoints[0]}")
    return {
        name: torch.stack([each[name].float() for each in weights]).mean(0).to(one.dtype)
        for name, one in weights[0].items()
    }


def _unseen(checkpoints: Sequence[Path]) -> list[Group]:
    """The held-out Groups whose query no run was shown with this answer. The query alone may be
    known: contracts are all asked the same."""
    parts = [read_groups(each / GROUPS) for each in checkpoints if (each / GROUPS).exists()]
    trained = {
        (group.query, group.documents[0]) for part in parts for group in part.get("train", [])
    }
    held = dict.fromkeys(group for part in parts for group in part.get("held", []))
    return [group for group in held if (group.query, group.documents[0]) not in trained]


def _collections(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Each collection once, with the rows of all runs, and once those of the start."""
    licences = {one["name"]: one["licence"] for each in told for one in each["collections"]}
    known = [{one["name"]: one["rows"] for one in each["collections"]} for each in told]
    # A checkpoint that does not say what is of the run alone is of a start without any.
    own = [each.get("rows_of_this_run", rows) for each, rows in zip(told, known, strict=True)]
    seen: Counter[str] = sum(map(Counter, own), Counter())
    rows = Counter(known[0]) - Counter(own[0]) + seen
    return {
        "collections": [
            {"name": name, "licence": licences[name], "rows": count}
            for name, count in sorted(rows.items())
        ],
        "rows_of_this_run": dict(sorted(seen.items())),
    }
