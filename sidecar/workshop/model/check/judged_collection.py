"""A collection with relevance judgements: documents, queries and grades in a folder.

`collection_files` says in which files. A query's pool is what is ranked: its judged documents, or
BM25's best ones. Among judged documents that are all relevant, or none of them, every order has the
same quality: such queries are left out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.judgements.missing import missing_documents, warn
from sidecar.workshop.model.check.collection_files import read_documents, read_judged_queries
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
    candidates: tuple[str, ...] | None = None
    """What is ranked, where that is not what is judged."""

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of what is ranked."""
        return tuple(self.grades) if self.candidates is None else self.candidates


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
            for document_id in pool.documents
        ]

    @property
    def digest(self) -> str:
        """A digest of the pairs: cached logits of other texts must not be used."""
        return hashlib.sha256(repr(self.pairs).encode()).hexdigest()[:16]


def read_judged(
    folder: Path,
    max_queries: int | None,
    threshold: float | None = None,
    *,
    candidates: int | None = None,
) -> JudgedCollection:
    """The folder's collection, cut to its first `max_queries` usable queries.

    `threshold` replaces the lowest relevant grade; with `candidates` the pools are so many of
    BM25's best documents. Judged queries and documents without a text are left out, which is a
    warning in the log. Raises ModelError: a file that is missing or malformed, or no usable
    query.
    """
    if not folder.is_dir():
        raise ModelError(f"no judged set {folder}: it is a folder with corpus.jsonl[.zst]")
    texts, judgements = read_documents(folder), read_judged_queries(folder)
    queries = judgements.texts
    known = {
        query: {document: grade for document, grade in graded.items() if document in texts}
        for query, graded in judgements.grades.items()
        if query in queries
    }
    rules = GRADE_RULES.get(folder.resolve().name, GradeRules())
    limit = rules.threshold if threshold is None else threshold
    pools = [Pool(query, queries[query], grades) for query, grades in known.items() if grades]
    relevant = [pool for pool in pools if max(pool.grades.values()) >= limit]
    if candidates is None:
        usable = [pool for pool in pools if _is_usable(pool.grades, limit, rules)][:max_queries]
    else:
        usable = _with_candidates(relevant[:max_queries], texts, candidates)
    if not pools:
        raise ModelError(
            f"{folder} judges no document and query that it has: the IDs of its grades are others "
            "than those of its texts"
        )
    if not usable:
        why = " with relevant and other documents judged"
        if relevant and candidates is None:
            why += ": to rank BM25's best hundred, give --pool bm25:100"
        raise ModelError(f"{folder} has no query{why}")
    warn([*missing_documents(judgements, texts, folder), *judgements.notes])
    return JudgedCollection(folder.resolve().name, texts, tuple(usable), limit)


def _with_candidates(pools: list[Pool], texts: Mapping[str, str], count: int) -> list[Pool]:
    """The pools that BM25 finds something for, with that."""
    from sidecar.workshop.model.check.candidates import best_by_bm25  # needs bm25s

    found = best_by_bm25(texts, [pool.query for pool in pools], count)
    return [replace(pool, candidates=ids) for pool, ids in zip(pools, found, strict=True) if ids]


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


def _is_usable(pool: dict[str, float], threshold: float, rules: GradeRules) -> bool:
    has_both_kinds = len({grade >= threshold for grade in pool.values()}) == 2
    spread = max(pool.values()) - min(pool.values())
    return has_both_kinds and len(pool) >= rules.min_pool and spread >= rules.min_range
