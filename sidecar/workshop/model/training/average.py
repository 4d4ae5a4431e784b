"""The mean of several runs' weights, as one checkpoint.

Runs from one start with other data or seeds end in one valley, and the mean of their weights ranks
better than most of them, at no cost when it serves: "Model soups", arXiv 2203.05482. A share of the
start in it keeps more of what the start knew beside the training data: "WiSE-FT", arXiv 2109.01903.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sidecar.errors import ModelError
from sidecar.workshop.model.families import source_name
from sidecar.workshop.model.pretrained import TRAINING_SUMMARY, training_summary
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.group import Group, read_groups
from sidecar.workshop.model.training.held_out import calibration, first_right, score
from sidecar.workshop.model.training.starting_model import StartingModel, open_named, open_start
from sidecar.workshop.model.training.train import GROUPS, SETTINGS

OF_A_MEAN = ("mean_of", "start_share", "start")
"""What a mean's settings have beside those of a run."""


@dataclass(frozen=True)
class StartShare:
    """What of the runs' common start stays in a mean."""

    share: float
    """Of the start's weights in the mean, from 0 to 1; the runs share the rest equally."""
    start: str | None = None
    """As `model train` takes it; None: what the runs say that they started from."""


def average(
    checkpoints: Sequence[Path], folder: Path, kept: StartShare | None = None
) -> dict[str, Any]:
    """Writes the mean of the checkpoints, calibrated on the Groups that none of them was trained
    on; returns what its `train.json` holds.

    Raises ModelError when there is nothing to average, they are no checkpoints of `model train`,
    or differ in tokenizer or architecture, or from the start that is to be averaged too, and when
    `folder` is there already.
    """
    if len(checkpoints) < 2 and kept is None:
        raise ModelError("a mean needs two checkpoints or more, or one and its start")
    if folder.exists():
        raise ModelError(f"{folder} is there already: give another folder")
    starts = [_open(checkpoint) for checkpoint in checkpoints]
    first = starts[0]
    names, shares = [str(each) for each in checkpoints], [1 / len(starts)] * len(starts)
    if kept is not None:
        names.append(kept.start or _common_start(checkpoints))
        starts.append(open_named(names[-1]))
        shares = [(1 - kept.share) * each for each in shares] + [kept.share]
    first.source.network.load_state_dict(_mean(starts, names, shares))
    told = [training_summary(checkpoint) for checkpoint in checkpoints]
    run = {key: value for key, value in told[0]["run"].items() if key not in OF_A_MEAN}
    described: dict[str, Any] = {"mean_of": [each["run"] for each in told]}
    if kept is not None:
        described |= {"start_share": kept.share, "start": source_name(names[-1])}
    batches = Batches(first.source, run["max_tokens"], run["groups_per_batch"])
    held = batches.usable(_unseen(checkpoints))
    logits = score(first.source.network, held, batches)
    summary = {
        **told[0],
        # With the first's own settings, so that a mean may be averaged again.
        "run": run | described,
        **calibration(logits, first.source),
        "groups": sum(each["groups"] for each in told),
        **_collections(told),
        "held_out_groups": {name: len(each) for name, each in logits.items()},
        "held_out_first_right": {"before": {}, "after": first_right(logits)},
    }
    folder.mkdir(parents=True)
    first.save(folder)
    (folder / TRAINING_SUMMARY).write_text(json.dumps(summary, indent=2) + "\n")
    return summary


def _open(checkpoint: Path) -> StartingModel:
    if not (checkpoint / TRAINING_SUMMARY).exists():
        raise ModelError(
            f"{checkpoint} has no {TRAINING_SUMMARY}: it is no checkpoint of `model train`"
        )
    return open_start(str(checkpoint))


def _common_start(checkpoints: Sequence[Path]) -> str:
    """What every run's settings name. Raises ModelError when they name none, or several."""
    files = [checkpoint / SETTINGS for checkpoint in checkpoints]
    found = {str(json.loads(file.read_text())["start"]) for file in files if file.exists()}
    if len(found) != 1 or not all(file.exists() for file in files):
        raise ModelError(
            f"not every checkpoint has a {SETTINGS} that names the same start: give it by --start"
        )
    return found.pop()


def _mean(
    starts: Sequence[StartingModel], names: Sequence[str], shares: Sequence[float]
) -> dict[str, torch.Tensor]:
    """By the name of a weight; the shares add up to 1."""
    weights = [start.source.network.state_dict() for start in starts]
    shapes = [{name: one.shape for name, one in each.items()} for each in weights]
    for start, shape, checkpoint in zip(starts, shapes, names, strict=True):
        if shape != shapes[0]:
            raise ModelError(f"{checkpoint} is of another architecture than {names[0]}")
        if start.source.tokenizer.to_str() != starts[0].source.tokenizer.to_str():
            raise ModelError(f"{checkpoint} has another tokenizer than {names[0]}")
    return {
        name: sum(
            (share * each[name].float() for share, each in zip(shares, weights, strict=True)),
            torch.zeros(one.shape),
        ).to(one.dtype)
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
