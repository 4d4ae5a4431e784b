"""The second week: old against new, interleaved, with a guard every night; then the decision."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from commands import run
from plots import preference
from report import Claim, Step
from shop import Shop
from traffic import RERANK, Traffic
from truth import Orders, clicked_share, preferred
from users import Visit

from es_integration.search import Rerank

LOG = "week-2"
FILE = "release.toml"


@dataclass(frozen=True)
class Release:
    """What is new: a profile, a model, or both."""

    profile: str | None
    model: str | None
    """The folder, below the work."""
    proved: bool = False
    """Whether the model's gate took it."""

    @property
    def is_empty(self) -> bool:
        return self.profile is None and self.model is None

    @property
    def rerank(self) -> Rerank:
        """As its arm searches."""
        return replace(
            RERANK,
            profile=self.profile or RERANK.profile,
            model="new" if self.model else RERANK.model,
        )

    def experiment(self) -> str:
        """The experiment's file."""
        keys = {"profile": self.profile, "model": "new" if self.model else None}
        new = "".join(f'{key} = "{value}"\n' for key, value in keys.items() if value)
        return (
            '# The second week: each list has hits of both.\nmethod = "interleave"\n\n'
            f'[[arms]]\nname = "old"\n\n[[arms]]\nname = "new"\n{new}'
        )


@dataclass
class Outcome:
    """What the second week came to."""

    days: list[tuple[int, int]]
    """Wins and losses of the new order up to each day."""
    found: dict[str, Any]
    """Its preference, as `experiment analyse` has it."""
    stopped: bool
    searches: int
    outputs: list[tuple[str, str]]


def interleave(work: Path, traffic: Traffic, days: Sequence[Sequence[Visit]]) -> Outcome:
    """Each day's searches, and every night the guard; a stopped arm ends the week."""
    outcome = Outcome([], {}, False, 0, [])
    for number, visits in enumerate(days, 1):
        traffic.run(visits)
        outcome.searches += len(visits)
        print(f"\nnight {number} of the second week")
        guard = run(work, "experiment", "guard", FILE, LOG)
        last = number == len(days) or guard.status == 1
        analysed = run(work, "experiment", "analyse", FILE, LOG, "--json", "release.json")
        (outcome.found,) = json.loads((work / "release.json").read_text("utf8"))["preferences"]
        outcome.days.append((outcome.found["wins"], outcome.found["losses"]))
        if guard.status == 1:
            outcome.stopped = True
            outcome.outputs.append((guard.command, guard.output))
        if last:
            outcome.outputs.append((analysed.command, analysed.output))
            break
    return outcome


def compare(outcome: Outcome, shop: Shop, old: Orders, new: Orders) -> Step:
    """The week as a chapter."""
    truth = preferred(shop, old, new)
    low, high = outcome.found["interval"]
    told = (
        f"{outcome.searches:,} searches, each with one list that has hits of both orders; a click "
        "is a point for the order that brought the hit. Every night a guard looks whether the new "
        "one does harm. The interval holds at every look."
    )
    claim = Claim("the new order, share of wins", truth, outcome.found["share"], (low, high), ".3f")
    plot = ("preference", preference(outcome.days, truth))
    return Step("Old against new, interleaved", told, outcome.outputs, [claim], [plot])


def decide(
    work: Path, release: Release, outcome: Outcome, shop: Shop, old: Orders, new: Orders
) -> Step:
    """Keep the new order if users prefer it, else the old one stays."""
    verdict = outcome.found["verdict"]
    keep = verdict == "better" and not outcome.stopped
    before, after = clicked_share(shop, old), clicked_share(shop, new)
    right = (after > before) == keep
    step = Step("Decide", "")
    if keep and release.model:
        force = () if release.proved else ("--force",)
        for words in (("promote", "shop", 1, *force), ("list", "shop")):
            ran = run(work, "learn", *words)
            step.outputs.append((ran.command, ran.output))
    if keep:
        told = "Users prefer the new order: it serves from now on."
        if release.model:
            told += " `rerank-sidecar learn roll-back shop` would bring the old model back."
    elif verdict == "undecided" and not outcome.stopped:
        told = "The week did not show that users prefer the new order: the old one stays."
    else:
        told = "Users like the new order less: the old one stays."
    step.told = f"{told} By the truth that is {'right' if right else 'wrong'}."
    step.claims += [
        Claim("searches with a click, old order", before, shape=".3f"),
        Claim("searches with a click, new order", after, shape=".3f"),
    ]
    print(f"\n{step.told}")
    return step
