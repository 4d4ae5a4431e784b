"""The text collections as Groups: a query, its one positive document and negatives.

Every collection is cut into a part to train on and a held-out part, by document (contracts: by
place in the file), so that choices between runs never look at a judged collection.
"""

import io
import json
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

HELD_OUT_SHARE = 20
"""One document in so many is held out."""
NEGATIVES = 5

Row = dict[str, str]


@dataclass(frozen=True)
class Group:
    """`documents[0]` answers the query, the others do not, as far as is known."""

    source: str
    query: str
    documents: tuple[str, ...]
    teacher_share: float = 0.35


@dataclass(frozen=True)
class Licensed:
    """A collection and what may be done with what was learned from it."""

    name: str
    licence: str


COLLECTIONS = (
    Licensed("squad_sent", "CC BY-SA 4.0"),
    Licensed("medquad", "CC BY 4.0"),
    Licensed("os_docs", "Apache-2.0"),
    Licensed("dc_code", "government text"),
    Licensed("cuad_train", "CC BY 4.0"),
    Licensed("policyqa", "MIT"),
    Licensed("tldr_legal", "Apache-2.0"),
    Licensed("product_match", "research data"),
    Licensed("fashion_products", "MIT"),
    Licensed("vespa_products", "Apache-2.0"),
)

Mine = Callable[[list[str], list[str]], list[list[int]]]
"""(queries, documents) -> for each query the documents' positions, most similar first."""


def read(data: Path, name: str) -> list[Row]:
    """The rows of a training collection."""
    raw = (data / "train" / f"{name}.jsonl.zst").open("rb")
    with zstandard.ZstdDecompressor().stream_reader(raw, closefd=True) as stream:
        return [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf8")]


def held_out(text: str) -> bool:
    """Whether a document belongs to the held-out part."""
    return zlib.crc32(text.encode()) % HELD_OUT_SHARE == 0


def question_pairs(data: Path, name: str, train: bool) -> list[Row]:
    """Rows of squad_sent, medquad, os_docs, dc_code or tldr_legal with a telling query.

    Headings such as "Penalties" stand over many sections: a query with several rows is left out.
    """
    rows = read(data, name)
    often = Counter(row["query"].lower() for row in rows)
    limit = 3 if name in {"squad_sent", "tldr_legal"} else 1
    return [
        row
        for row in rows
        if often[row["query"].lower()] <= limit
        and held_out(row["text"]) != train
        and len(row["query"]) > 8
    ]


def passages(rows: list[Row], rng: random.Random, share: float) -> list[Row]:
    """A share of the sentence rows with the sentences around them: paragraphs, as are served."""
    texts = list(dict.fromkeys(row["text"] for row in rows))
    place = {text: i for i, text in enumerate(texts)}
    out = []
    for row in rows:
        text = row["text"]
        if rng.random() < share:
            start = max(0, place[text] - rng.randint(0, 4))
            text = " ".join(texts[start : max(place[text] + 1, start + rng.randint(3, 6))])
        out.append({**row, "text": text})
    return out


def mined_groups(
    name: str, rows: list[Row], corpus: list[str], count: int, mine: Mine, rng: random.Random
) -> list[Group]:
    """Groups whose negatives are two of the 12 most similar documents, two of 40, one random."""
    rows = rng.sample(rows, min(count, len(rows)))
    pool = list(dict.fromkeys([row["text"] for row in rows] + corpus))
    answers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        answers[row["query"]].add(row["text"])
    groups = []
    for row, ranked in zip(rows, mine([row["query"] for row in rows], pool), strict=True):
        near = [i for i in ranked if not _overlaps(pool[i], answers[row["query"]])]
        if len(near) <= NEGATIVES:
            continue
        chosen = rng.sample(near[:12], 2)
        chosen += rng.sample([i for i in near[:40] if i not in chosen], 2)
        chosen.append(rng.choice(near[40:] or near))
        groups.append(Group(name, row["query"], (row["text"], *(pool[i] for i in chosen))))
    return groups


def _overlaps(text: str, answers: set[str]) -> bool:
    return any(answer in text or text in answer for answer in answers)


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
    """A question to one contract: the passages that lawyers marked, and some that they did not."""

    query: str
    category: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]


def contracts(data: Path, train: bool) -> list[list[Clause]]:
    """cuad_train as contracts. The file keeps their order: a question seen again is a new one.

    The last twelfth of the contracts is held out.
    """
    found: list[list[Clause]] = [[]]
    for rows in _runs(read(data, "cuad_train")):
        if any(clause.query == rows[0]["query"] for clause in found[-1]):
            found.append([])
        texts = [[r["text"] for r in rows if int(r["label"]) == label] for label in (1, 0)]
        first = rows[0]
        clause = Clause(first["query"], first["category"], tuple(texts[0]), tuple(texts[1]))
        found[-1].append(clause)
    cut = len(found) * 11 // 12
    return found[:cut] if train else found[cut:]


def _runs(rows: list[Row]) -> Iterator[list[Row]]:
    """Rows of one question to one contract; its positives come first."""
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


def contract_groups(found: list[list[Clause]], count: int, rng: random.Random) -> list[Group]:
    """Negatives: passages labelled so, answers to other questions to the same contract, others.

    A sixth of the queries is only the clause's name ("Governing Law").
    """
    known: dict[str, set[str]] = defaultdict(set)
    for contract in found:
        for clause in contract:
            known[clause.query].update(clause.positives)
    groups = []
    everywhere = [text for contract in found for clause in contract for text in clause.positives]
    for contract in found:
        for clause in contract:
            answers = known[clause.query]
            others = [t for c in contract for t in c.positives if t not in answers]
            for positive in clause.positives:
                negatives = rng.sample(clause.negatives, min(3, len(clause.negatives)))
                negatives += rng.sample(others, min(2, len(others)))
                while len(negatives) < NEGATIVES:
                    text = rng.choice(everywhere)
                    negatives += [text] * (text not in answers and text not in negatives)
                query = clause.category if rng.random() < 1 / 6 else clause.query
                documents = (positive, *negatives[:NEGATIVES])
                groups.append(Group("cuad_train", query, documents, teacher_share=0.0))
    return rng.sample(groups, min(count, len(groups)))
