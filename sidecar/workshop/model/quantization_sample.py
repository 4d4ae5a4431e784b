"""The sample pairs on which a quantised graph is compared with the fp32 graph.

The default sample lies beside this file: 16 queries of several kinds (web questions, products with
and without fields, clauses, statutes, health, documentation, code, other scripts), each with
relevant and irrelevant documents, written for this purpose. It is large enough to show which
weights suffer, and too small to measure quality. Files, messages and `rerank.json` call the sample
"calibration", as the option `--calibration` does.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.model.text_pair import TextPair

DEFAULT_FILE = Path(__file__).with_suffix(".jsonl")
MIN_PAIRS = 8
"""Fewer pairs have no spread of logits to measure by."""


@dataclass(frozen=True)
class QuantizationSample:
    """Pairs in their order, and where they come from."""

    name: str
    """The file's name, or `default`."""
    pairs: tuple[TextPair, ...]

    def subset(self, count: int) -> tuple[TextPair, ...]:
        """At most `count` pairs, evenly spread over the sample so that each kind has its share."""
        return tuple(self.pairs[index] for index in self.subset_indices(count))

    def subset_indices(self, count: int) -> list[int]:
        """The indices of the pairs of `subset(count)`."""
        step = max(1, len(self.pairs) // count)
        return list(range(0, len(self.pairs), step))[:count]


def read_sample(path: Path | None = None) -> QuantizationSample:
    """The pairs of a file of JSON lines {"query", "documents": [...]} or {"query", "document"}.

    Raises ModelError with the first malformed line, or when there are too few pairs.
    """
    file = path or DEFAULT_FILE
    try:
        lines = file.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise ModelError(f"the calibration set {file} cannot be read: {fault}") from None
    pairs: list[TextPair] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            pairs += _pairs(line, f"{file}, line {number}")
    if len(pairs) < MIN_PAIRS:
        raise ModelError(
            f"the calibration set {file} has {len(pairs)} pairs, {MIN_PAIRS} are the least"
        )
    return QuantizationSample("default" if path is None else file.name, tuple(pairs))


def _pairs(line: str, location: str) -> list[TextPair]:
    try:
        row: Any = json.loads(line)
        documents = row["documents"] if "documents" in row else [row["document"]]
        query = row["query"]
    except (ValueError, TypeError, KeyError):
        documents, query = None, None
    if not isinstance(query, str) or not isinstance(documents, list):
        raise ModelError(f'{location}: not {{"query": text, "documents": [text, ...]}}')
    if not all(isinstance(document, str) for document in documents):
        raise ModelError(f"{location}: a document is not a text")
    return [(query, document) for document in documents]
