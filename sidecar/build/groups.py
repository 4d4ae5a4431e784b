"""Which groups a run sees: the mixture of the collections."""

import random
from pathlib import Path

from sidecar.build.data import (
    Group,
    Mine,
    contract_groups,
    contracts,
    held_out,
    mined_groups,
    passages,
    question_pairs,
    read,
    site_groups,
)
from sidecar.build.products import fashion_groups, match_groups, title_groups

MIXTURE = {
    "squad_sent": 0.26,
    "medquad": 0.07,
    "os_docs": 0.05,
    "dc_code": 0.08,
    "policyqa": 0.05,
    "tldr_legal": 0.02,
    "cuad_train": 0.26,
    "fashion": 0.06,
    "titles": 0.11,
    "matches": 0.04,
}
"""Shares of the groups. Contracts get more than their size: the trial without fell below BM25."""
MINED = ("squad_sent", "medquad", "os_docs", "dc_code", "tldr_legal")


def collect(data: Path, count: int, mine: Mine, seed: int, train: bool = True) -> list[Group]:
    """About `count` groups in the mixture's shares, shuffled, the same for the same seed."""
    groups: list[Group] = []
    for name, share in MIXTURE.items():
        rng = random.Random(f"{seed} {name}")
        wanted = round(count * share)
        if name in MINED:
            rows = question_pairs(data, name, train)
            if name == "squad_sent":
                rows = passages(rows, rng, 1 / 3)
            corpus = [
                row["text"] for row in rng.sample(rows, min(max(wanted // 2, 200), len(rows)))
            ]
            groups += mined_groups(name, rows, corpus, wanted, mine, rng)
        elif name == "policyqa":
            rows = [r for r in read(data, name) if held_out(r["src"]) != train]
            groups += site_groups(rows, wanted, rng)
        elif name == "cuad_train":
            groups += contract_groups(contracts(data, train), wanted, rng)
        elif name == "fashion":
            groups += fashion_groups(data, wanted, train, rng)
        elif name == "titles":
            groups += title_groups(data, wanted, train, rng)
        else:
            groups += match_groups(data, wanted, train, rng)
    random.Random(seed).shuffle(groups)
    return groups
