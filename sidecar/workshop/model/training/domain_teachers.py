"""The logits of a domain's teachers. Cosines are computed once per Group and kept in a file."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sidecar.errors import ModelError
from sidecar.workshop.model.bm25 import Bm25, bm25_words
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.training.domains import Domain, TeacherEncoder, TeachersByDomain
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.teacher import BiEncoder

CHUNK = 64
"""Groups between two writes: the most that a stopped run computes again."""

Logits = NDArray[np.float64]
"""Of all Groups' documents, one Group after the other."""


class CosineFile:
    """Cosines of Groups' documents to their queries, in JSON lines; lines are only appended.

    A key is a digest of the encoder's name and prefixes, the query, and the documents. So runs with
    other seeds, temperatures, or shares use one file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, list[float]] = {}
        if not file.exists():
            return
        data = file.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):  # the last write was cut off
            file.write_bytes(whole)
        for line in whole.splitlines():
            row = json.loads(line)
            self._known[row["key"]] = row["cosines"]

    def get(self, encoder: TeacherEncoder, group: Group) -> list[float] | None:
        """The Group's cosines; None when they have not been computed."""
        return self._known.get(_key(encoder, group))

    def add(self, encoder: TeacherEncoder, rows: Iterable[tuple[Group, list[float]]]) -> None:
        """Keeps the Groups' cosines; they are in the file when this returns."""
        new = {_key(encoder, group): cosines for group, cosines in rows}
        self._known |= new
        with self._file.open("a", encoding="utf8") as out:
            for key, cosines in new.items():
                out.write(json.dumps({"key": key, "cosines": cosines}) + "\n")


def _key(encoder: TeacherEncoder, group: Group) -> str:
    prefixed = (encoder.model, encoder.query_prefix, encoder.passage_prefix)
    text = json.dumps([*prefixed, group.query, *group.documents])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class DomainTeachers:
    """Gives Groups the teachers of their domain."""

    def __init__(self, spec: TeachersByDomain, cosines: CosineFile) -> None:
        self._spec = spec
        self._cosines = cosines
        self._opened: dict[str, BiEncoder] = {}

    def teach_all(self, groups: Sequence[Group], share: float) -> list[Group]:
        """As `teach`, for Groups of several sources: those of one source come together."""
        by_source: dict[str, list[Group]] = defaultdict(list)
        for group in groups:
            by_source[group.source].append(group)
        return [
            group for source, part in by_source.items() for group in self.teach(source, part, share)
        ]

    def teach(self, source: str, groups: Sequence[Group], share: float) -> list[Group]:
        """The Groups of one source with the logits of its domain's teachers, for `share` of the
        target. A source that no domain lists keeps the teacher that it has.

        Raises ModelError when there is no such encoder, or when a domain without encoders lists
        Groups without labels.
        """
        domain = self._spec.domain_of(source)
        if domain is None or not groups:
            return list(groups)
        if not domain.encoders:
            if any(map(_unjudged, groups)):
                raise ModelError(f"{source} has no labels: its domain must name an encoder")
            return [replace(group, teacher=None) for group in groups]
        logits = iter(self._logits(domain, groups).tolist())
        return [
            replace(
                group,
                teacher=tuple(next(logits) for _ in group.documents),
                teacher_share=1.0 if _unjudged(group) else share,
            )
            for group in groups
        ]

    def _logits(self, domain: Domain, groups: Sequence[Group]) -> Logits:
        opinions = []
        for name in domain.encoders:
            encoder = self._spec.encoders[name]
            opinions.append(self._all_cosines(encoder, groups) / encoder.temperature)
        logits: Logits = np.mean(opinions, axis=0)
        return logits + domain.bm25 * _bm25(groups) if domain.bm25 else logits

    def _all_cosines(self, encoder: TeacherEncoder, groups: Sequence[Group]) -> Logits:
        missing = [group for group in groups if self._cosines.get(encoder, group) is None]
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            self._cosines.add(encoder, zip(chunk, self._compute(encoder, chunk), strict=True))
        return np.concatenate([self._cosines.get(encoder, group) or [] for group in groups])

    def _compute(self, encoder: TeacherEncoder, groups: Sequence[Group]) -> list[list[float]]:
        if encoder.model not in self._opened:
            self._opened[encoder.model] = BiEncoder(fetch(encoder.model))
        vectors = self._opened[encoder.model].vectors
        queries = [encoder.query_prefix + group.query for group in groups]
        passages = [[encoder.passage_prefix + text for text in g.documents] for g in groups]
        # All texts in one call, so that those of one length are encoded together.
        vectors([*queries, *(text for texts in passages for text in texts)])
        return [
            [round(float(cosine), 6) for cosine in vectors(texts) @ vectors([query])[0]]
            for query, texts in zip(queries, passages, strict=True)
        ]


def _unjudged(group: Group) -> bool:
    """Whether the teacher's opinion is all that there is to learn from."""
    return group.gains is None and group.teacher_share == 1


def _bm25(groups: Sequence[Group]) -> Logits:
    """Scores over all documents of the Groups, each text once."""
    texts = list(dict.fromkeys(text for group in groups for text in group.documents))
    place = {text: i for i, text in enumerate(texts)}
    index = Bm25(map(bm25_words, texts))
    return np.concatenate(
        [
            index.scores(bm25_words(group.query))[[place[text] for text in group.documents]]
            for group in groups
        ]
    ).astype(np.float64)
