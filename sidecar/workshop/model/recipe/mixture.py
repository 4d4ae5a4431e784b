"""The mixtures of collections on which the shipped models are trained."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sidecar.workshop.model.recipe import crosslingual
from sidecar.workshop.model.recipe.chinese import article_groups, law_groups
from sidecar.workshop.model.recipe.collections import passages, question_pairs, rows_of
from sidecar.workshop.model.recipe.legal import contract_groups, contracts, site_groups
from sidecar.workshop.model.recipe.phrases import phrase_groups
from sidecar.workshop.model.recipe.products import catalogue, fashion_groups, match_groups
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.negatives import sentence_groups
from sidecar.workshop.model.training.teacher import Teacher

ENGLISH = {
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
"""Shares of the groups, by names of parts. Contracts get more than their size: with less the model
fell below BM25."""
CHINESE = {"cmrc_zh": 0.12, "drcd_zhtw": 0.12, "law_zh": 0.09}
CROSSLINGUAL = {"translated_fashion": 0.07, "translated_health": 0.05, "translated_clauses": 0.05}


@dataclass(frozen=True)
class Mixture:
    """Which groups a model learns from."""

    drawn: Mapping[str, float]
    """Name of a part -> its share of the number of groups."""
    kept: Mapping[str, float] = field(default_factory=dict)
    """Name of a part -> the share of its groups that is used; 1 where it is not named."""


MIXTURES = {
    "english": Mixture(ENGLISH),
    # The English groups are drawn as for the English model, so that their teachers' scores, which
    # are computed once, serve both.
    "multilingual": Mixture(ENGLISH | CHINESE | CROSSLINGUAL, dict.fromkeys(ENGLISH, 0.5)),
}
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
    mixture: Mixture = MIXTURES["english"],
) -> list[Group]:
    """About `count` groups in the mixture's shares, shuffled, the same for the same seed.

    `teach` changes only the teacher: queries and documents stay those that `teacher` finds.
    """
    groups: list[Group] = []
    for name, share in mixture.drawn.items():
        rng = random.Random(f"{seed} {name}")
        part = _groups_of(name, data, round(count * share), teacher, train, rng)
        part = part[: round(len(part) * mixture.kept.get(name, 1.0))]
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
        groups = site_groups(rows_of(data, name, train), count, rng)
        return with_cosines(groups, teacher)
    if name == "fashion":
        return with_cosines(fashion_groups(data, count, train, rng), teacher)
    if name == "matches":
        return with_cosines(match_groups(data, count, train, rng), teacher)
    return LABELLED[name](data, count=count, train=train, rng=rng)


LABELLED: dict[str, Callable[..., list[Group]]] = {
    "cmrc_zh": partial(article_groups, name="cmrc_zh"),
    "drcd_zhtw": partial(article_groups, name="drcd_zhtw"),
    "law_zh": law_groups,
    "translated_fashion": crosslingual.product_groups,
    "translated_health": crosslingual.health_groups,
    "translated_clauses": crosslingual.clause_groups,
}
"""Parts whose labels alone teach, unless the domains of a teachers file name them."""


def with_cosines(groups: list[Group], teacher: Teacher) -> list[Group]:
    """The groups with the teacher's logits by cosine; the labels already cover the words."""
    return [replace(g, teacher=teacher.cosines(g.query, g.documents)) for g in groups]
