"""A collection with relevance judgements: corpus.jsonl, queries.jsonl and qrels.tsv in a folder.

corpus: {"_id", "text"[, "title"]} or {"_id", "fields": {...}}; queries: {"_id", "text"}; qrels:
query id, document id and grade, separated by tabs. The first two may be compressed (.jsonl.zst).

A query's judged documents are its pool. Queries whose documents are all relevant, or none of them,
are left out: every order has the same quality.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.model.text_pair import TextPair


@dataclass(frozen=True)
class GradeRules:
    """How a collection's grades are read."""

    threshold: float = 1
    """Lowest grade that is relevant, for MRR and for leaving queries out."""
    min_pool: int = 0
    """Queries with fewer judged documents are left out."""
    min_range: float = 0
    """Queries whose grades differ by less are left out."""


GRADE_RULES = {
    "chorus": GradeRules(threshold=2),
    "liveqa_med": GradeRules(threshold=2),
    "homedepot": GradeRules(threshold=2.5, min_pool=8, min_range=1.34),
}
"""Collections with other grades than 0 and 1, by the name of their folder."""


@dataclass(frozen=True)
class Pool:
    """A query with its judged documents."""

    query_id: str
    query: str
    grades: dict[str, float]
    """document id -> grade, in the order of the file."""


@dataclass(frozen=True)
class JudgedCollection:
    """Documents and the judged queries over them."""

    name: str
    texts: dict[str, str]
    """document id -> text"""
    pools: tuple[Pool, ...]
    threshold: float

    @property
    def pairs(self) -> list[TextPair]:
        """Every (query, document) of every pool, in order."""
        return [
            (pool.query, self.texts[document_id])
            for pool in self.pools
            for document_id in pool.grades
        ]

    @property
    def digest(self) -> str:
        """A digest of the pairs: cached logits of other texts must not be used."""
        return hashlib.sha256(repr(self.pairs).encode()).hexdigest()[:16]


def read_judged(
    folder: Path, max_queries: int | None, threshold: float | None = None
) -> JudgedCollection:
    """The folder's collection, cut to its first `max_queries` usable queries.

    `threshold` replaces the lowest relevant grade. Raises ModelError: a file that is missing or
    malformed, or no usable query.
    """
    if not folder.is_dir():
        raise ModelError(f"no judged set {folder}: it is a folder with corpus.jsonl[.zst]")
    texts = {str(row["_id"]): _text(row) for row in _rows(folder, "corpus.jsonl")}
    queries = {str(row["_id"]): str(row["text"]) for row in _rows(folder, "queries.jsonl")}
    grades = _grades(folder, queries, texts)
    protocol = GRADE_RULES.get(folder.resolve().name, GradeRules())
    limit = protocol.threshold if threshold is None else threshold
    pools = [
        Pool(query, queries[query], pool)
        for query, pool in grades.items()
        if _is_usable(pool, limit, protocol)
    ][:max_queries]
    if not pools:
        raise ModelError(f"{folder} has no query with relevant and other documents judged")
    return JudgedCollection(folder.resolve().name, texts, tuple(pools), limit)


def write_judged(
    folder: Path,
    corpus: Iterable[Mapping[str, Any]],
    queries: Iterable[Mapping[str, Any]],
    grades: Iterable[tuple[str, str, float]],
) -> None:
    """Writes the rows of the collection, and its (query id, document id, grade), to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name).write_text(lines, encoding="utf8")
    lines = "".join(f"{query}\t{document}\t{grade:g}\n" for query, document, grade in grades)
    (folder / "qrels.tsv").write_text(lines, encoding="utf8")


def _is_usable(pool: dict[str, float], threshold: float, protocol: GradeRules) -> bool:
    has_both_kinds = len({grade >= threshold for grade in pool.values()}) == 2
    spread = max(pool.values()) - min(pool.values())
    return has_both_kinds and len(pool) >= protocol.min_pool and spread >= protocol.min_range


def _grades(
    folder: Path, queries: dict[str, str], texts: dict[str, str]
) -> dict[str, dict[str, float]]:
    path = folder / "qrels.tsv"
    if not path.is_file():
        raise ModelError(f"the judged set {folder} has no qrels.tsv")
    grades_by_query: dict[str, dict[str, float]] = defaultdict(dict)
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1):
        try:
            query, document, grade = line.split("\t")
            value = float(grade)
        except ValueError:
            raise ModelError(
                f"{path}, line {number}: not query id, document id and grade with tabs between"
            ) from None
        if query in queries and document in texts:
            grades_by_query[query][document] = value
    return grades_by_query


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path, compressed = folder / name, folder / f"{name}.zst"
    if not path.is_file() and not compressed.is_file():
        raise ModelError(f"the judged set {folder} has no {name} and no {name}.zst")
    file = path if path.is_file() else compressed
    for number, row in read_jsonl(file):
        if not isinstance(row, dict) or "_id" not in row or not {"text", "fields"} & set(row):
            raise ModelError(f'{file}, line {number} is not {{"_id", "text"}}')
        yield row


def _text(row: dict[str, Any]) -> str:
    """A product's fields become one text: title, brand, description, attributes."""
    fields = row.get("fields")
    if not fields:
        return f"{row['title']} {row['text']}" if row.get("title") else str(row["text"])
    head = [str(fields.get(key, "")) for key in ("title", "brand", "description")]
    return " ".join(head + [f"{k} {v}" for k, v in (fields.get("attributes") or {}).items()])
