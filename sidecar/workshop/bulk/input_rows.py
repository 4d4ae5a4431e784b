"""The rows of a file of queries with their hits: JSON lines, or a Parquet table.

{"query_id": "q1", "query": "red shoes", "hits": [{"_id": "p1", "_source": {"title": "Red shoe"}}]}

A Parquet table has a column `query` of texts and a column `hits` of lists of structs, in which
`_source` is a struct, or `text` a text. Other keys and columns are the user's own.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

from sidecar.errors import ModelError, StartupError
from sidecar.lenient_json import loads
from sidecar.workshop.jsonl import read_raw_lines

PARQUET, COMPRESSED = ".parquet", ".zst"
ROWS_AT_A_TIME = 32
"""Rows of a Parquet table that are in memory at once."""


class BulkError(StartupError):
    """A file that cannot be reranked; says what is wrong with which file, line or option."""

    code = "bulk"


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row of the file."""

    number: int
    """Of the line, or of the table's row; the first is 1."""
    raw: bytes
    """The row as JSON. Of JSON lines the line, whatever is in it."""
    native: Any = None
    """The row of a table, as a record batch of one row."""
    fault: str | None = None
    """Why the row of a table has no JSON; `raw` then holds this text, so that the row has a digest
    all the same."""

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that tell rows apart."""
        return hashlib.blake2b(self.raw, digest_size=8).hexdigest()

    def parsed(self) -> Any:
        """The row's value as JSON has it. Raises ValueError for what is not JSON."""
        if self.fault is not None:
            raise ValueError(self.fault)
        try:
            value = loads(self.raw)
            orjson.dumps(value)  # it reads 1024 levels and writes 254
        except orjson.JSONDecodeError as fault:
            raise ValueError(f"is not JSON: {fault.msg}") from None
        except orjson.JSONEncodeError:
            raise ValueError("is nested too deeply") from None
        return value


class RowSource(Protocol):
    """A file that can be read from its beginning more than once."""

    path: Path

    def count(self) -> int:
        """How many rows there are. Raises BulkError."""

    def rows(self) -> Iterator[InputRow]:
        """The rows in order. Raises BulkError for a file that cannot be read."""


class JsonLines:
    """JSON lines, which may be compressed (.zst). Blank lines are no rows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def count(self) -> int:
        return sum(1 for _ in self.rows())

    def rows(self) -> Iterator[InputRow]:
        number = 0
        try:
            for number, line in read_raw_lines(self.path):
                yield InputRow(number, line)
        except ModelError as fault:
            raise BulkError(fault.message) from None
        except OSError as fault:
            raise BulkError(f"{self.path} cannot be read: {fault.strerror or fault}") from None
        except ValueError as fault:
            raise BulkError(f"{self.path} is damaged after line {number}: {fault}") from None


class ParquetRows:
    """A Parquet table, read a few rows at a time."""

    def __init__(self, path: Path) -> None:
        """Raises BulkError for a file that is no table with the two columns."""
        self.path = path
        with self._opened() as file:
            self.schema = file.schema_arrow
        if absent := absent_column(self.schema):
            raise BulkError(f"{path} has {absent}")

    def count(self) -> int:
        with self._opened() as file:
            return int(file.metadata.num_rows)

    def rows(self) -> Iterator[InputRow]:
        number = 0
        with self._opened() as file:
            batches = file.iter_batches(ROWS_AT_A_TIME)
            while (batch := self._next(batches, number)) is not None:
                for place, (raw, fault) in enumerate(rows_as_json(batch)):
                    number += 1
                    yield InputRow(number, raw, batch.slice(place, 1), fault)

    def _next(self, batches: Iterator[Any], number: int) -> Any:
        import pyarrow

        try:
            return next(batches, None)
        except pyarrow.ArrowNotImplementedError as fault:
            raise BulkError(f"{self.path} has types that pyarrow does not read: {fault}") from None
        except (OSError, pyarrow.ArrowException) as fault:
            raise BulkError(f"{self.path} is damaged after row {number}: {fault}") from None

    def _opened(self) -> Any:
        pyarrow, parquet = parquet_library()
        try:
            return parquet.ParquetFile(self.path)
        except (OSError, pyarrow.ArrowException) as fault:
            reason = getattr(fault, "strerror", None) or str(fault).splitlines()[0]
            raise BulkError(f"{self.path} cannot be read: {reason}") from None


def open_rows(path: Path) -> RowSource:
    """The file by its ending. Raises BulkError."""
    return ParquetRows(path) if path.suffix == PARQUET else JsonLines(path)


def parquet_library() -> tuple[Any, Any]:
    """pyarrow and pyarrow.parquet. Raises BulkError where they are not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise BulkError('Parquet needs pyarrow: pip install "rerank-sidecar[parquet]"') from None
    return pyarrow, pyarrow.parquet


def absent_column(schema: Any) -> str | None:
    """Which of the two columns a table does not have, as "no column `hits`, only id, query"."""
    for column in ("query", "hits"):
        if column not in schema.names:
            return f"no column `{column}`, only {', '.join(schema.names)}"
    return None


def rows_as_json(table: Any) -> list[tuple[bytes, str | None]]:
    """The rows of a table or record batch as (`raw`, `fault`) of an InputRow."""
    try:
        return [(_row_as_json(row), None) for row in table.to_pylist(maps_as_pydicts="lossy")]
    except Exception as fault:
        if table.num_rows > 1:
            rows = (table.slice(place, 1) for place in range(table.num_rows))
            return [found for row in rows for found in rows_as_json(row)]
        detail = next(iter(str(fault).splitlines()), type(fault).__name__)
        reason = f"has a value that cannot be read: {detail}"
        return [(reason.encode(errors="replace"), reason)]


def _row_as_json(row: Mapping[str, Any]) -> bytes:
    return orjson.dumps(row, default=_as_json, option=orjson.OPT_NON_STR_KEYS)


def _as_json(value: Any) -> Any:
    """What JSON has in place of a table's decimals, bytes, and times of more digits."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
