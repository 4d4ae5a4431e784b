"""The mixture of collections on which the shipped model is trained."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sidecar.workshop.model.recipe.collections import held_out, passages, question_pairs, read
from sidecar.workshop.model.recipe.legal import contract_groups, contracts, site_groups
from sidecar.workshop.model.recipe.phrases import phrase_groups
from sidecar.workshop.model.recipe.products import catalogue, fashion_groups, match_groups
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.negatives import sentence_groups
from sidecar.workshop.model.training.teacher import Teacher

MIXTURE = {
    "squad_sent": 0.15,
    "squad_passages": 0.22,
    "medquad": 0.10,
    "os_docs": 0.05,
    "dc_code": 0.07,
    "policyqa": 0.05,
    "tldr_legal": 0.01,
    "cuad_train": 0.13,
    "phrases": 0.16,
    "fashion": 0.04,
    "matches": 0.02,
}
"""Shares of the groups. Contracts get more than their size: with less the model fell below BM25."""
MINED_COLLECTIONS = ("squad_sent", "squad_passages", "medquad", "os_docs", "dc_code", "tldr_legal")


Teach = Callable[[str, list[Group]], list[Group]]
"""(name in the mixture, its groups) -> the groups with another teacher."""


def collect(
    data: Path,
    count: int,
    teacher: Teacher,
    seed: int,
    train: bool = True,
    teach: Teach | None = None,
) -> list[Group]:
    """About `count` groups in the mixture's shares, shuffled, the same for the same seed.

    `teach` changes only the teacher: queries and documents stay those that `teacher` finds.
    """
    groups: list[Group] = []
    for name, share in MIXTURE.items():
        rng = random.Random(f"{seed} {name}")
        part = _groups_of(name, data, round(count * share), teacher, train, rng)
        groups += teach(name, part) if teach else part
    random.Random(seed).shuffle(groups)
    return groups


def _groups_of(
    name: str, data: Path, count: int, teacher: Teacher, train: bool, rng: random.Random
) -> list[Group]:
    if name in MINED_COLLECTIONS:
        source = name.replace("passages", "sent")
        rows = question_pairs(data, source, train)
        if name == "squad_passages":
            rows = passages(rows, rng)
        return sentence_groups(rng.sample(rows, min(count, len(rows))), teacher.mine, rng, source)
    if name == "cuad_train":
        return contract_groups(contracts(data, train), count, rng)
    if name == "phrases":
        return phrase_groups(catalogue(data, train), count, teacher.by_meaning, rng)
    if name == "policyqa":
        rows = [r for r in read(data, name) if held_out(r["src"]) != train]
        return with_cosines(site_groups(rows, count, rng), teacher)
    make_groups = {"fashion": fashion_groups, "matches": match_groups}[name]
    return with_cosines(make_groups(data, count, train, rng), teacher)


def with_cosines(groups: list[Group], teacher: Teacher) -> list[Group]:
    """The groups with the teacher's logits by cosine; the labels already cover the words."""
    return [replace(g, teacher=teacher.cosines(g.query, g.documents)) for g in groups]
