"""A training run: Groups -> checkpoint.

Each step is kept in the checkpoint folder and not done again: `groups.jsonl` (what it trains on),
`state.pt` (how far the optimiser is), and at the end the weights, the log, `train.json` and a plot
of the loss.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TrainingSource as Collection
from sidecar.workshop.model.pretrained import TRAINING_SUMMARY
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.group import Group, read_groups, write_groups
from sidecar.workshop.model.training.held_out import Logits, calibration, first_right, score
from sidecar.workshop.model.training.loop import Loop
from sidecar.workshop.model.training.negatives import NEGATIVES
from sidecar.workshop.model.training.plot import plot_loss
from sidecar.workshop.model.training.starting_model import StartingModel

GROUPS, LOG, SETTINGS = "groups.jsonl", "train.jsonl", "settings.json"

Prepared = tuple[list[Group], list[Group]]
"""(to train on, held out)"""
Report = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Hyperparameters:
    """What a run depends on beside its Groups and its start.

    It ends with the batches or the minutes, whichever first; the learning rate falls to its end
    either way. On machines of one type equal runs that see all their Groups give equal weights.
    """

    minutes: float = 600.0
    epochs: int = 1
    peak: float = 6e-5
    """Learning rate of the encoder at its highest."""
    max_tokens: int = 208
    """Of a pair: longer ones are cut."""
    groups_per_batch: int = 6
    seed: int = 7


def prepared(checkpoint: Path, make: Callable[[], Prepared], settings: dict[str, Any]) -> Prepared:
    """The Groups that an earlier call wrote, or those that `make` makes.

    Raises ModelError when the checkpoint was begun with other settings, or when there is nothing to
    train on; then nothing is written.
    """
    file, known = checkpoint / GROUPS, checkpoint / SETTINGS
    text = json.dumps(settings, indent=2, sort_keys=True, default=str)
    if known.exists() and known.read_text() != text:
        raise ModelError(
            f"{checkpoint} was begun with other settings (see {known}): give another folder, or "
            "--force to begin anew"
        )
    if not file.exists():
        train, held = make()
        if not train:
            raise ModelError(
                f"too few texts: no answer has {NEGATIVES} others beside it that do not answer its "
                "query, so there is no group to train on"
            )
        checkpoint.mkdir(parents=True, exist_ok=True)
        known.write_text(text)
        write_groups({"train": train, "held": held}, file)
    parts = read_groups(file)
    return parts.get("train", []), parts.get("held", [])


def train(
    start: StartingModel,
    groups: Prepared,
    run: Hyperparameters,
    checkpoint: Path,
    collections: Sequence[Collection] = (),
    report: Report = lambda event: None,
) -> dict[str, Any]:
    """Writes the checkpoint; returns what `train.json` holds.

    `report` gets each log event. Raises ModelError when no query leaves room for a document.
    """
    torch.manual_seed(run.seed)
    batches = Batches(start.source, run.max_tokens, run.groups_per_batch)
    kept, held = batches.trainable(groups[0]), batches.usable(groups[1])
    before = first_right(score(start.source.network, held, batches))
    cut = [b for epoch in range(run.epochs) for b in batches.cut(kept, run.seed + epoch)]
    loop = Loop(start, checkpoint, run.peak, run.minutes)
    with (checkpoint / LOG).open("a") as log:
        for event in loop.run(batches.tensors(cut[loop.step :]), len(cut)):
            log.write(json.dumps(event) + "\n")
            log.flush()
            report(event)
    network = start.source.network.cpu()
    start.save(checkpoint)
    after = score(network, held, batches)
    summary = _summary(start, run, cut[: loop.step], before, after, collections)
    summary["seconds"] = round(loop.seconds)
    (checkpoint / TRAINING_SUMMARY).write_text(json.dumps(summary, indent=2) + "\n")
    plot_loss(checkpoint / LOG, checkpoint / "train.png")
    return summary


def _summary(
    start: StartingModel,
    run: Hyperparameters,
    seen: list[list[Group]],
    before: dict[str, float],
    after: Logits,
    collections: Sequence[Collection],
) -> dict[str, Any]:
    pairs = Counter(g.source for part in seen for g in part for _ in g.documents)
    licences = {c.name: c.licence for c in (*start.source.collections, *collections)}
    rows = Counter({c.name: c.rows for c in start.source.collections}) + pairs
    return {
        "run": asdict(run),
        "languages": start.source.languages,
        "licence": start.source.licence,
        **calibration(after, start.source),
        "groups": sum(map(len, seen)),
        "collections": [
            {"name": name, "licence": licences.get(name, ""), "rows": count}
            for name, count in sorted(rows.items())
        ],
        "rows_of_this_run": dict(sorted(pairs.items())),
        "held_out_groups": {name: len(each) for name, each in after.items()},
        "held_out_first_right": {"before": before, "after": first_right(after)},
    }
