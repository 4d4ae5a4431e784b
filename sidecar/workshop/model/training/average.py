"""The mean of several runs' weights, as one checkpoint.

Runs from one start with other data or seeds end close together, and the mean of their weights ranks
better than most of them, at no cost when it serves: "Model soups", arXiv 2203.05482. A share of the
start in the mean keeps more of what the start knew: "WiSE-FT", arXiv 2109.01903.
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

MEAN_SETTINGS = ("mean_of", "start_share", "start")
"""What a mean's settings have in addition to a run's."""


@dataclass(frozen=True)
class StartShare:
    """How much of the runs' common start stays in a mean."""

    share: float
    """Of the start's weights in the mean, from 0 to 1; the runs share the rest equally."""
    start: str | None = None
    """As `model train` takes it; None: the start that the runs name in their settings."""


def average(
    checkpoints: Sequence[Path], folder: Path, start_share: StartShare | None = None
) -> dict[str, Any]:
    """Writes the mean of the checkpoints to `folder`; returns what its `train.json` holds.

    It is calibrated on the groups that none of the runs was trained on. Raises ModelError when
    there is nothing to average, when a folder is no checkpoint of `model train`, when tokenizers or
    architectures differ, also from the start's, and when `folder` exists.
    """
    if len(checkpoints) < 2 and start_share is None:
        raise ModelError("a mean needs two checkpoints or more, or one and its start")
    if folder.exists():
        raise ModelError(f"{folder} is there already: give another folder")
    models = [_open(checkpoint) for checkpoint in checkpoints]
    first = models[0]
    names, shares = [str(checkpoint) for checkpoint in checkpoints], [1 / len(models)] * len(models)
    if start_share is not None:
        names.append(start_share.start or _common_start(checkpoints))
        models.append(open_named(names[-1]))
        shares = [(1 - start_share.share) * share for share in shares] + [start_share.share]
    first.checkpoint.network.load_state_dict(_mean(models, names, shares))
    summaries = [training_summary(checkpoint) for checkpoint in checkpoints]
    run = {key: value for key, value in summaries[0]["run"].items() if key not in MEAN_SETTINGS}
    mean_settings: dict[str, Any] = {"mean_of": [summary["run"] for summary in summaries]}
    if start_share is not None:
        mean_settings |= {"start_share": start_share.share, "start": source_name(names[-1])}
    batches = Batches(first.checkpoint, run["max_tokens"], run["groups_per_batch"])
    held_out = batches.usable(_unseen_groups(checkpoints))
    logits = score(first.checkpoint.network, held_out, batches)
    summary = {
        **summaries[0],
        # With the first run's own settings, so that a mean may be averaged again.
        "run": run | mean_settings,
        **calibration(logits, first.checkpoint),
        "groups": sum(summary["groups"] for summary in summaries),
        **_collections(summaries),
        "held_out_groups": {name: len(scored) for name, scored in logits.items()},
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
    """The start that every run's settings name. Raises ModelError unless it is the same."""
    files = [checkpoint / SETTINGS for checkpoint in checkpoints]
    starts = {str(json.loads(file.read_text())["start"]) for file in files if file.exists()}
    if len(starts) != 1 or not all(file.exists() for file in files):
        raise ModelError(
            f"not every checkpoint has a {SETTINGS} that names the same start: give it by --start"
        )
    return starts.pop()


def _mean(
    models: Sequence[StartingModel], names: Sequence[str], shares: Sequence[float]
) -> dict[str, torch.Tensor]:
    """Weight name -> weighted mean of the models' tensors; the shares add up to 1."""
    weights = [model.checkpoint.network.state_dict() for model in models]
    shapes = [{name: tensor.shape for name, tensor in tensors.items()} for tensors in weights]
    for model, shape, checkpoint in zip(models, shapes, names, strict=True):
        if shape != shapes[0]:
            raise ModelError(f"{checkpoint} is of another architecture than {names[0]}")
        if model.checkpoint.tokenizer.to_str() != models[0].checkpoint.tokenizer.to_str():
            raise ModelError(f"{checkpoint} has another tokenizer than {names[0]}")
    return {
        name: sum(
            (share * tensors[name].float() for share, tensors in zip(shares, weights, strict=True)),
            torch.zeros(first.shape),
        ).to(first.dtype)
        for name, first in weights[0].items()
    }


def _unseen_groups(checkpoints: Sequence[Path]) -> list[Group]:
    """The held-out groups whose query was shown to no run with this answer.

    Other runs may have seen the query alone: all contracts are asked the same questions.
    """
    files = [checkpoint / GROUPS for checkpoint in checkpoints]
    parts = [read_groups(file) for file in files if file.exists()]
    trained = {
        (group.query, group.documents[0]) for part in parts for group in part.get("train", [])
    }
    held_out = dict.fromkeys(group for part in parts for group in part.get("held", []))
    return [group for group in held_out if (group.query, group.documents[0]) not in trained]


def _collections(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Each collection once, with the rows of all runs, and with the start's rows once."""
    licences = {
        row["name"]: row["licence"] for summary in summaries for row in summary["collections"]
    }
    totals = [{row["name"]: row["rows"] for row in summary["collections"]} for summary in summaries]
    # A checkpoint that does not list its own run's rows has a start without any.
    rows_of_run = [
        summary.get("rows_of_this_run", total)
        for summary, total in zip(summaries, totals, strict=True)
    ]
    seen: Counter[str] = sum(map(Counter, rows_of_run), Counter())
    rows = Counter(totals[0]) - Counter(rows_of_run[0]) + seen
    return {
        "collections": [
            {"name": name, "licence": licences[name], "rows": count}
            for name, count in sorted(rows.items())
        ],
        "rows_of_this_run": dict(sorted(seen.items())),
    }
