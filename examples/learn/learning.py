"""Between the weeks: a profile that is fitted to the judgements, and a model that learns from the
clicks."""

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from commands import Ran, run
from first_stage import CANDIDATES, HITS, FirstStage
from first_week import JUDGEMENTS, logs, mean_of
from plots import change
from report import Claim, Step
from shop import FIELDS, Shop
from truth import Judged, Orders, ndcg

from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.learning.holding_out import is_held_out

FITTED = "shop"
"""The profile."""
TUNED = "models/shop.runs/1"
HELD_OUT = 0.4
UNPROVED = "If it looks better, users shall say whether it is."
LIFT = re.compile(r"held out: \S+ -> \S+, (\S+) \[(\S+), (\S+)\]")
"""As `fit` prints it."""
Interval = tuple[float, float, float]
"""The estimate, and both ends."""


@dataclass(frozen=True)
class Measured:
    """A step whose lift is known, to be compared with the truth when the orders are there."""

    step: Step
    lift: Interval | None
    """None where nothing was measured."""
    accepted: bool
    """Whether judgements alone prove that it is better."""
    made: str | None
    """What came of it, accepted or not: a profile's name, or a model's folder below the work."""

    @property
    def tried(self) -> str | None:
        """What users try: what looks better, though it may not be proved. Judgements of a week's
        clicks know a few hits of each query; users see all of them."""
        return self.made if self.lift is not None and self.lift[0] > 0 else None


def fit(work: Path) -> Measured:
    """The profile's weights."""
    ran = _fit(work)
    told = (
        "Which weights of the profile suit these users? A profile is written only if it ranks "
        "better on queries that it was not fitted on."
    )
    outputs = [(ran.command, ran.output)]
    if ran.status:
        forced = _fit(work, "--force")
        outputs.append((forced.command, forced.output))
        told += f" This one may not, and is written all the same (--force). {UNPROVED}"
    found = LIFT.search(ran.output)
    lift = None if found is None else _numbers(found)
    made = FITTED if (work / f"profiles/{FITTED}.yaml").is_file() else None
    return Measured(Step("Fit the profile", told, outputs), lift, ran.status == 0, made)


def _fit(work: Path, *more: str) -> Ran:
    return run(
        work,
        *("fit", "ecommerce", "--judgements", JUDGEMENTS, "--candidates", CANDIDATES),
        *("--no-calibration", "--parts", "parts.jsonl", "--out", f"profiles/{FITTED}.yaml", *more),
    )


def fine_tune(work: Path, first_stage: FirstStage, start: str) -> Measured:
    """The model, where PyTorch is there to train it."""
    title = "Fine-tune the model"
    if not can_train():
        told = "Skipped: training needs the extra `build` (PyTorch), which is not installed."
        print(f"\n{told}")
        return Measured(Step(title, told), None, False, None)
    clicks = [word for file in logs(work, "week-1") for word in ("--clicks", file)]
    ran = run(
        work,
        *("learn", "run", "shop", *clicks, *first_stage.options, "--size", HITS),
        *("--fields", ",".join(FIELDS), "--profile", "ecommerce", "--held-out", HELD_OUT),
        *("--epochs", 4, "--rate", "6e-5", "--start", start, "--hold"),
    )
    told = (
        "The model learns from the same clicks what users call things. It waits (--hold): users "
        "shall say whether it serves."
    )
    if ran.status:
        told += f" Its gate refuses it. {UNPROVED}"
    step = Step(title, told, [(ran.command, ran.output)])
    lift = _gate(work / "models/shop.runs/ledger.jsonl")
    made = TUNED if (work / TUNED).is_dir() else None
    return Measured(step, lift, ran.status == 0, made)


def can_train() -> bool:
    """Whether the extra `build` is there."""
    return all(importlib.util.find_spec(library) for library in ("torch", "transformers"))


def add_truth(
    measured: Measured, what: str, shop: Shop, old: Orders, new: Orders, judged: Judged
) -> None:
    """Compares the lift with that of the same judged documents by the true grades."""
    difference = ndcg(shop, new, judged) - ndcg(shop, old, judged)
    everything = ndcg(shop, new) - ndcg(shop, old)
    if measured.lift is None or np.isnan(difference).all():
        return
    estimate, low, high = measured.lift
    what = what if measured.accepted else f"{what}, not proved"
    measured.step.claims += [
        Claim(f"{what}, nDCG@10 of judged hits", mean_of(difference), estimate, (low, high)),
        Claim(f"{what}, nDCG@10 of all hits and queries", mean_of(everything)),
    ]
    plot = change([what], [measured.lift], "held-out change of nDCG@10")
    measured.step.plots.append((what.replace(",", "").replace(" ", "-"), plot))


def judged_documents(work: Path, *, held_out: bool = False) -> Judged:
    """What the clicks' judgements name, by query; of held-out queries alone."""
    found: dict[str, list[str]] = {}
    for _, row in read_jsonl(work / JUDGEMENTS):
        if not held_out or is_held_out(row["query"], HELD_OUT):
            found.setdefault(row["query"], []).append(row["document_id"])
    return found


def _gate(ledger: Path) -> Interval | None:
    """The lift on held-out queries; None where no run came so far."""
    rows = [row for _, row in read_jsonl(ledger)] if ledger.is_file() else []
    lifts = [row["run"]["lift"] for row in rows if row.get("run", {}).get("lift")]
    if not lifts:
        return None
    return lifts[-1]["after"] - lifts[-1]["before"], lifts[-1]["low"], lifts[-1]["high"]


def _numbers(found: re.Match[str]) -> Interval:
    estimate, low, high = map(float, found.groups())
    return estimate, low, high
