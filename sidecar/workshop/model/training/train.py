"""A training run: groups -> checkpoint.

Each step's result is kept in the checkpoint folder, so that an interrupted run resumes:
`groups.jsonl` (what it trains on), `state.pt` (the optimiser's progress), and at the end the
weights, the log, `train.json` and a plot of the loss.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TrainingSource
from sidecar.workshop.model.pretrained import TRAINING_SUMMARY
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.group import Group, read_groups, write_groups
from sidecar.workshop.model.training.held_out import (
    GroupLogits,
    calibration,
    first_right,
    score,
)
from sidecar.workshop.model.training.loop import Loop
from sidecar.workshop.model.training.negatives import NEGATIVES
from sidecar.workshop.model.training.plot import plot_loss
from sidecar.workshop.model.training.starting_model import StartingModel

GROUPS, LOG, SETTINGS = "groups.jsonl", "train.jsonl", "settings.json"

PreparedGroups = tuple[list[Group], list[Group]]
"""(to train on, held out)"""
Report = Callable[[dict[str, Any]], object]
"""Called with each event of the log: see `Loop.run`."""


@dataclass(frozen=True)
class Hyperparameters:
    """What a run depends on besides its groups and its start.

    It ends with the last batch or after `minutes`, whichever comes first; the learning rate falls
    to its minimum either way. On machines of one type, equal runs that see all their groups give
    equal weights.
    """

    minutes: float = 600.0
    epochs: int = 1
    peak: float = 6e-5
    """Highest learning rate of the encoder."""
    max_tokens: int = 208
    """Longer pairs are cut."""
    groups_per_batch: int = 6
    seed: int = 7
    apart: float = 0.0
    """For this share of the run the network reads the two texts partly apart (see `Loop`)."""


def prepare_groups(
    folder: Path, make: Callable[[], PreparedGroups], settings: dict[str, Any]
) -> PreparedGroups:
    """The groups that an earlier call wrote to the checkpoint folder, or else those of `make`.

    Raises ModelError when the checkpoint was begun with other settings, or when there is nothing to
    train on; then nothing is written.
    """
    groups_file, settings_file = folder / GROUPS, folder / SETTINGS
    text = json.dumps(settings, indent=2, sort_keys=True, default=str)
    if settings_file.exists() and settings_file.read_text() != text:
        raise ModelError(
            f"{folder} was begun with other settings (see {settings_file}): give another folder, "
            "or --force to begin anew"
        )
    if not groups_file.exists():
        to_train, held_out = make()
        if not to_train:
            raise ModelError(
                f"too few texts: no answer has {NEGATIVES} others beside it that do not answer its "
                "query, so there is no group to train on"
            )
        folder.mkdir(parents=True, exist_ok=True)
        settings_file.write_text(text)
        write_groups({"train": to_train, "held": held_out}, groups_file)
    parts = read_groups(groups_file)
    return parts.get("train", []), parts.get("held", [])


def train(
    start: StartingModel,
    groups: PreparedGroups,
    hyperparameters: Hyperparameters,
    folder: Path,
    collections: Sequence[TrainingSource] = (),
    report: Report = lambda event: None,
) -> dict[str, Any]:
    """Trains and writes the checkpoint to `folder`; returns what its `train.json` holds.

    `collections` give licences by name. Raises ModelError when no query leaves room for a document.
    """
    torch.manual_seed(hyperparameters.seed)
    batches = Batches(
        start.checkpoint, hyperparameters.max_tokens, hyperparameters.groups_per_batch
    )
    to_train, held_out = batches.trainable(groups[0]), batches.usable(groups[1])
    before = first_right(score(start.checkpoint.network, held_out, batches))
    schedule = [
        batch
        for epoch in range(hyperparameters.epochs)
        for batch in batches.cut(to_train, hyperparameters.seed + epoch)
    ]
    loop = Loop(start, folder, hyperparameters.peak, hyperparameters.minutes, hyperparameters.apart)
    with (folder / LOG).open("a") as log:
        for event in loop.run(batches.tensors(schedule[loop.step :]), len(schedule)):
            log.write(json.dumps(event) + "\n")
            log.flush()
            report(event)
    network = start.checkpoint.network.cpu()
    start.save(folder)
    after = score(network, held_out, batches)
    seen = schedule[: loop.step]
    summary = _summary(start, hyperparameters, seen, before, after, collections)
    summary["seconds"] = round(loop.seconds)
    (folder / TRAINING_SUMMARY).write_text(json.dumps(summary, indent=2) + "\n")
    plot_loss(folder / LOG, folder / "train.png")
    return summary


def _summary(
    start: StartingModel,
    hyperparameters: Hyperparameters,
    seen: list[list[Group]],
    before: dict[str, float],
    after: GroupLogits,
    collections: Sequence[TrainingSource],
) -> dict[str, Any]:
    known = start.checkpoint.training_sources
    pairs = Counter(group.source for batch in seen for group in batch for _ in group.documents)
    licences = {source.name: source.licence for source in (*known, *collections)}
    rows = Counter({source.name: source.rows for source in known}) + pairs
    return {
        "run": asdict(hyperparameters),
        "languages": start.checkpoint.languages,
        "licence": start.checkpoint.licence,
        **calibration(after, start.checkpoint),
        "groups": sum(map(len, seen)),
        "collections": [
            {"name": name, "licence": licences.get(name, ""), "rows": count}
            for name, count in sorted(rows.items())
        ],
        "rows_of_this_run": dict(sorted(pairs.items())),
        "held_out_groups": {name: len(scored) for name, scored in after.items()},
        "held_out_first_right": {"before": before, "after": first_right(after)},
    }
