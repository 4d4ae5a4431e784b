"""What is learned from: a query, some documents, and a target distribution over them."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, tensor


@dataclass(frozen=True)
class Group:
    """A query and documents, of which the first is the best, as far as is known."""

    source: str
    """Name of the collection."""
    query: str
    documents: tuple[str, ...]
    gains: tuple[float, ...] | None = None
    """2^grade - 1 of each document; None: the first document is relevant, the others are not."""
    teacher: tuple[float, ...] | None = None
    """The teacher's logits of the documents; None: only the labels count."""
    teacher_share: float = 0.5
    """The teacher's share of the target."""
    weight: float = 1.0
    """What the group counts for in the loss."""

    @property
    def known_gains(self) -> tuple[float, ...]:
        """`gains`, or what their absence means."""
        return self.gains or (1.0, *[0.0] * (len(self.documents) - 1))

    def target(self) -> Tensor:
        """A distribution [documents]: the normalised gains mixed with the teacher's softmax."""
        labels = tensor(self.known_gains) / sum(self.known_gains)
        if self.teacher is None:
            return labels
        opinion = tensor(self.teacher).softmax(0)
        return (1 - self.teacher_share) * labels + self.teacher_share * opinion


def write_groups(parts: dict[str, list[Group]], file: Path) -> None:
    """Writes one JSON line per group, with the name of its part; replaces the file in one step."""
    partial = file.with_suffix(".part")
    with partial.open("w", encoding="utf8") as out:
        for part, groups in parts.items():
            for group in groups:
                out.write(json.dumps({"part": part, **dataclasses.asdict(group)}) + "\n")
    partial.replace(file)


def read_groups(file: Path) -> dict[str, list[Group]]:
    """The parts that `write_groups` wrote."""
    parts: dict[str, list[Group]] = {}
    for line in file.read_text(encoding="utf8").splitlines():
        row: dict[str, Any] = json.loads(line)
        parts.setdefault(row.pop("part"), []).append(_group(row))
    return parts


def _group(row: dict[str, Any]) -> Group:
    for key in ("documents", "gains", "teacher"):
        row[key] = None if row[key] is None else tuple(row[key])
    return Group(**row)


def with_teacher(
    groups: Iterable[Group], logits: Iterable[tuple[float, ...]], share: float
) -> list[Group]:
    """The groups with a teacher's logits of their documents."""
    return [
        dataclasses.replace(group, teacher=parts, teacher_share=share)
        for group, parts in zip(groups, logits, strict=True)
    ]
