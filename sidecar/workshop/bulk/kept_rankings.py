"""Rankings that are kept as they come: one line for each row of IN, in its order.

The head says what ranked them. Only the digest of a row is kept beside its ranking, so the file is
small beside IN, and a row of IN that has changed since is found.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from sidecar.workshop.bulk.input_rows import BulkError, InputRow
from sidecar.workshop.bulk.row_ranker import Ranking, Rejected, as_json, from_json
from sidecar.workshop.state_file import OtherHead, StateFile

KIND = {"rerank-sidecar": "rankings of a file", "version": 1}


class KeptRankings(StateFile):
    """The file, opened for appending by this process alone. A context manager."""

    def __init__(self, path: Path, identity: dict[str, Any]) -> None:
        """`identity` is what rankings depend on, by the names that a fault shows.

        Raises BulkError for a file that holds rankings of another model or profile, or something
        else, is damaged, or cannot be written.
        """
        self.count = 0
        """How many rows have been ranked or rejected."""
        try:
            super().__init__(path, KIND | identity)
        except OtherHead as other:
            raise BulkError(_difference(path, other.head, identity)) from None
        except OSError as fault:
            raise BulkError(f"{path} cannot be written: {fault.strerror}") from None

    def _take(self, row: Any) -> None:
        from_json(row)
        self.count += 1

    def _take_line(self, line: bytes) -> None:
        before = self.count
        super()._take_line(line)
        if self.count == before:
            raise BulkError(
                f"{self._path}, line {self.count + 2} is damaged: remove the file to begin again"
            )

    def add(self, row: InputRow, ranking: Ranking | Rejected) -> None:
        """Keeps the ranking of the next row. Raises BulkError where the disk is full."""
        try:
            self._append({"digest": row.digest, **as_json(ranking)})
        except OSError as fault:
            raise BulkError(
                f"{self._path} cannot be written: {fault.strerror}. The same command goes on at "
                f"row {row.number}"
            ) from None
        self.count += 1

    def beside(self, rows: Iterator[InputRow]) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
        """The rows that have been ranked, with their rankings; `rows` is at the next one then.

        Raises BulkError for a row that is not the one that was ranked.
        """
        for digest, ranking in self._rankings():
            row = next(rows, None)
            if row is None:
                raise BulkError("the input is shorter than what was ranked of it" + self._anew())
            if row.digest != digest:
                raise BulkError(
                    f"row {row.number} of the input has changed since it was ranked" + self._anew()
                )
            yield row, ranking

    def _rankings(self) -> Iterator[tuple[str, Ranking | Rejected]]:
        with self._path.open("rb") as lines:
            next(lines)
            for line in lines:
                row = orjson.loads(line)
                yield row["digest"], from_json(row)

    def _anew(self) -> str:
        return f": remove {self._path} to begin again"


def _difference(path: Path, head: Any, identity: dict[str, Any]) -> str:
    """What the rankings in the file depend on that is otherwise now."""
    if not isinstance(head, dict) or not KIND.items() <= head.items():
        return f"{path} is no file of rankings: remove it, or name another output"
    for name, now in identity.items():
        if (then := head.get(name)) != now:
            shown = (
                "" if isinstance(now, dict) else f", which was {_shown(then)} and is {_shown(now)}"
            )
            return (
                f"{path} was begun with another {name}{shown}: "
                "take the old one to go on, or remove the file to begin again"
            )
    return f"{path} was begun with other options: remove it to begin again"


def _shown(value: object) -> str:
    return "not set" if value is None else repr(value)
