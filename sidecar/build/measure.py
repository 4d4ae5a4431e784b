"""nDCG@10 of a model folder on judged collections, over each query's judged pool.

The protocol of the data folder's quality.py: queries whose pool is all one label are left out, the
gain is 2^grade - 1, a fielded document is sent as one text, and BM25 has k1 1.2 and b 0.75.
"""

import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bm25s
import zstandard

from sidecar.build.package import write
from sidecar.build.score import Scorer
from sidecar.engine.manifest import Manifest

RELEVANT_FROM = {"chorus": 2}
"""Lowest grade that counts as relevant, where it is not 1."""

Rank = Callable[[str, list[str]], list[float]]


def measure(folder: Path, collections: list[Path], max_queries: int) -> None:
    """Prints the numbers of BM25 and the int8 graph and writes them into the manifest."""
    manifest = Manifest.read(folder)
    scorer = Scorer(folder, manifest.graphs["int8"], manifest.max_tokens)
    quality = {name: dict(values) for name, values in manifest.quality.items()}
    for path in collections:
        texts, queries, judged = load(path)

        def model_scores(query: str, ids: list[str], texts: dict[str, str] = texts) -> list[float]:
            return scorer.logits(query, [texts[i] for i in ids])

        threshold = RELEVANT_FROM.get(path.name, 1)
        pools = [
            (queries[q], grades)
            for q, grades in judged.items()
            if len({grade >= threshold for grade in grades.values()}) == 2
        ][:max_queries]
        for ranker, scores in (("bm25", BM25(texts).scores), ("int8", model_scores)):
            found = [_ndcg(scores, query, grades) for query, grades in pools]
            value = round(sum(found) / len(found), 3)
            quality.setdefault(ranker, {})[f"{path.name} nDCG@10"] = value
            print(f"{path.name:12} n={len(pools):4} {ranker} nDCG@10 {value:.3f}", flush=True)
        write(manifest.model_copy(update={"quality": quality}), folder)


def _ndcg(scores: Rank, query: str, grades: dict[str, float]) -> float:
    ids = list(grades)
    ranked = sorted(zip(scores(query, ids), ids, strict=True), key=lambda pair: -pair[0])
    best = _gain(sorted(grades.values(), reverse=True))
    return _gain([grades[i] for _, i in ranked]) / best if best else 0.0


def _gain(grades: list[float]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


class BM25:
    """Scores of single documents; k1 1.2, b 0.75."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._place = {i: place for place, i in enumerate(texts)}
        self._index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        self._index.index([_words(text) for text in texts.values()], show_progress=False)

    def scores(self, query: str, ids: list[str]) -> list[float]:
        words = [w for w in dict.fromkeys(_words(query)) if w in self._index.vocab_dict]
        if not words:
            return [0.0] * len(ids)
        every = self._index.get_scores(words)
        return [float(every[self._place[i]]) for i in ids]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", text.lower())


def load(path: Path) -> tuple[dict[str, str], dict[str, str], dict[str, dict[str, float]]]:
    """(text of each document, text of each query, grades of each query's judged documents)."""
    texts = {str(row["_id"]): _flat(row) for row in _rows(path / "corpus.jsonl.zst")}
    queries = {str(row["_id"]): row["text"] for row in _rows(path / "queries.jsonl.zst")}
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (path / "qrels.tsv").read_text().splitlines():
        query, document, grade = line.split("\t")
        if query in queries and document in texts:
            judged[query][document] = float(grade)
    return texts, queries, judged


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
        return [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf8")]


def _flat(row: dict[str, Any]) -> str:
    fields = row.get("fields")
    if not fields:
        return f"{row['title']} {row['text']}" if row.get("title") else str(row["text"])
    head = [str(fields.get(key, "")) for key in ("title", "brand", "description")]
    return " ".join(head + [f"{k} {v}" for k, v in (fields.get("attributes") or {}).items()])
