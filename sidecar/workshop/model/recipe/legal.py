"""Groups of legal texts: the negatives are passages of the same policy, or the same contract."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.model.recipe.collections import Row, read
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.negatives import NEGATIVES


def site_groups(rows: list[Row], count: int, rng: random.Random) -> list[Group]:
    """policyqa: the negatives are other segments of the same site's policy."""
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    site: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        answers[row["query"], row["src"]].add(row["text"])
        site[row["src"]].add(row["text"])
    groups = []
    for row in rng.sample(rows, min(count, len(rows))):
        others = sorted(site[row["src"]] - answers[row["query"], row["src"]])
        if len(others) >= NEGATIVES:
            negatives = rng.sample(others, NEGATIVES)
            groups.append(Group("policyqa", row["query"], (row["text"], *negatives)))
    return groups


@dataclass(frozen=True)
class Clause:
    """A question to one contract: passages that lawyers marked as its answer, and some others."""

    query: str
    category: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]


def contracts(data: Path, train: bool) -> list[list[Clause]]:
    """cuad_train as contracts. The file keeps their order: a repeated question begins a new one.

    The last twelfth of the contracts is held out.
    """
    contracts_read: list[list[Clause]] = [[]]
    for rows in _question_runs(read(data, "cuad_train")):
        if any(clause.query == rows[0]["query"] for clause in contracts_read[-1]):
            contracts_read.append([])
        texts = [[r["text"] for r in rows if int(r["label"]) == label] for label in (1, 0)]
        first = rows[0]
        clause = Clause(first["query"], first["category"], tuple(texts[0]), tuple(texts[1]))
        contracts_read[-1].append(clause)
    cut = len(contracts_read) * 11 // 12
    return contracts_read[:cut] if train else contracts_read[cut:]


def _question_runs(rows: list[Row]) -> Iterator[list[Row]]:
    """Runs of rows of one question to one contract; its positives come first."""
    run: list[Row] = []
    for row in rows:
        ended = run and (
            row["query"] != run[-1]["query"] or int(row["label"]) > int(run[-1]["label"])
        )
        if ended:
            yield run
            run = []
        run.append(row)
    yield run


def contract_groups(
    contracts_read: list[list[Clause]], count: int, rng: random.Random
) -> list[Group]:
    """Groups whose negatives are labelled so, answer other questions, or are random.

    A sixth of the queries is only the clause's name ("Governing Law").
    """
    positives_of: dict[str, set[str]] = defaultdict(set)
    for contract in contracts_read:
        for clause in contract:
            positives_of[clause.query].update(clause.positives)
    groups = []
    everywhere = [
        text for contract in contracts_read for clause in contract for text in clause.positives
    ]
    for contract in contracts_read:
        for clause in contract:
            answers = positives_of[clause.query]
            others = [t for c in contract for t in c.positives if t not in answers]
            for positive in clause.positives:
                negatives = rng.sample(clause.negatives, min(3, len(clause.negatives)))
                negatives += rng.sample(others, min(2, len(others)))
                while len(negatives) < NEGATIVES:
                    text = rng.choice(everywhere)
                    negatives += [text] * (text not in answers and text not in negatives)
                query = clause.category if rng.random() < 1 / 6 else clause.query
                documents = (positive, *negatives[:NEGATIVES])
                groups.append(Group("cuad_train", query, documents))
    return rng.sample(groups, min(count, len(groups)))
