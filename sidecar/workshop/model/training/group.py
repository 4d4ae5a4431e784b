"""What is learned from: a query, some documents, and which of them should be first."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, tensor


@dataclass(frozen=True)
class Group:
    """A query and documents; the first is the best of them, as far as is known."""

    source: str
    query: str
    documents: tuple[str, ...]
    gains: tuple[float, ...] | None = None
    """2^grade - 1 of each document; None: the first document is right, the others are not."""
    teacher: tuple[float, ...] | None = None
    """The teacher's logits of the documents; None: the labels are all that is learned from."""
    teacher_share: float = 0.5
    """How much of the target is the teacher's."""

    def target(self) -> Tensor:
        """A distribution over the documents: shares of the gains and of the teacher's softmax."""
        gains = self.gains or (1.0, *[0.0] * (len(self.documents) - 1))
        labels = tensor(gains) / sum(gains)
        if self.teacher is None:
            return labels
        opinion = tensor(self.teacher).softmax(0)
        return (1 - self.teacher_share) * labels + self.teacher_share * opinion


def write_groups(parts: dict[str, list[Group]], file: Path) -> None:
    """One JSON line per Group, with the name of its part; in one step."""
    partial = file.with_suffix(".part")
    with partial.open("w", encoding="utf8") as out:
        for part, groups in parts.items():
            for group in groups:
                out.write(json.dumps({"part": part, **dataclasses.asdict(group)}) + "\n")
    partial.replace(file)


def read_groups(file: Path) -> dict[str, list[Group]]:
    """The parts that `write_groups` wrote."""
    found: dict[str, list[Group]] = {}
    for line in file.read_text(encoding="utf8").splitlines():
        row: dict[str, Any] = json.loads(line)
        found.setdefault(row.pop("part"), []).append(_group(row))
    return found


def _group(row: dict[str, Any]) -> Group:
    for key in ("documents", "gains", "teacher"):
        row[key] = None if row[key] is None else tuple(row[key])
    return Group(**row)


def with_teacher(
    groups: Iterable[Group], logits: Iterable[tuple[float, ...]], share: float
) -> list[Group]:
    """The groups with a teacher's logits of their documents."""
    return [
        dataclasses.replace(group, teacher=found, teacher_share=share)
        for group, found in zip(groups, logits, strict=True)
    ]
