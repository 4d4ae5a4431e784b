"""The reranked rows and the rejects, each file written whole and then put in its place."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import orjson

from sidecar.workshop.bulk.input_rows import (
    COMPRESSED,
    PARQUET,
    ROWS_AT_A_TIME,
    BulkError,
    InputRow,
    ParquetRows,
    RowSource,
    parquet_library,
)
from sidecar.workshop.bulk.reranked_row import Selection, reranked
from sidecar.workshop.bulk.reranked_table import reranked_table, with_scores
from sidecar.workshop.bulk.row_ranker import Ranking

Writer = TypeVar("Writer")


class RankedRows(Protocol):
    """The output, while it is written."""

    def add(self, row: InputRow, ranking: Ranking) -> None:
        """Writes the row with its hits in the new order. Raises OSError."""


Opened = Callable[[Path], AbstractContextManager[RankedRows]]


class JsonLinesWriter:
    """A file of JSON lines, while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, value: Mapping[str, Any]) -> None:
        """Raises OSError."""
        self._file.write(orjson.dumps(value) + b"\n")


@contextlib.contextmanager
def json_lines(path: Path) -> Iterator[JsonLinesWriter]:
    """JSON lines, on the disk when the block ends. Raises OSError."""
    with path.open("wb") as file:
        yield JsonLinesWriter(file)
        file.flush()
        os.fsync(file.fileno())


class _RowsAsLines:
    def __init__(self, lines: JsonLinesWriter, selection: Selection) -> None:
        self._lines, self._selection = lines, selection

    def add(self, row: InputRow, ranking: Ranking) -> None:
        self._lines.write(reranked(row.parsed(), ranking, self._selection))


class _RowsOfTable:
    def __init__(self, writer: Any, schema: Any, selection: Selection) -> None:
        self._writer, self._schema, self._selection = writer, schema, selection
        self._rows: list[Any] = []
        self._rankings: list[Ranking] = []

    def add(self, row: InputRow, ranking: Ranking) -> None:
        self._rows.append(row.native)
        self._rankings.append(ranking)
        if len(self._rows) == ROWS_AT_A_TIME:
            self.flush()

    def flush(self) -> None:
        """Writes what was added since the last time."""
        if not self._rows:
            return
        pyarrow, _ = parquet_library()
        table = pyarrow.Table.from_batches(self._rows)
        ranked = reranked_table(table, self._rankings, self._selection)
        self._writer.write_table(ranked.cast(self._schema))
        self._rows, self._rankings = [], []


def output_format(target: Path, source: RowSource, selection: Selection) -> Opened:
    """What writes the output, by the ending of its name; the columns of a table keep their types.
    Raises BulkError for a table that would have to guess them, and for an ending that means
    something else."""
    if target.suffix == COMPRESSED:
        raise BulkError(f"{target}: the output is not compressed; name it without {COMPRESSED}")
    if target.suffix != PARQUET:
        return lambda path: _as_lines(path, selection)
    if not isinstance(source, ParquetRows):
        raise BulkError(f"{target} would be a Parquet table, and {source.path} is none")
    schema = with_scores(source.schema)
    return lambda path: _as_table(path, schema, selection)


@contextlib.contextmanager
def _as_lines(path: Path, selection: Selection) -> Iterator[RankedRows]:
    with json_lines(path) as lines:
        yield _RowsAsLines(lines, selection)


@contextlib.contextmanager
def _as_table(path: Path, schema: Any, selection: Selection) -> Iterator[RankedRows]:
    _, parquet = parquet_library()
    with parquet.ParquetWriter(path, schema) as writer:
        rows = _RowsOfTable(writer, schema, selection)
        yield rows
        rows.flush()


@contextlib.contextmanager
def put_in_place(
    path: Path, opened: Callable[[Path], AbstractContextManager[Writer]]
) -> Iterator[Writer]:
    """A writer of rows; the file is at `path` once the block has ended well. Raises BulkError."""
    new = path.with_name(f"{path.name}.new")
    try:
        with written(path):
            with opened(new) as writer:
                yield writer
            new.replace(path)
    finally:
        with contextlib.suppress(OSError):
            new.unlink()


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """Says which file it is that cannot be written. Raises BulkError."""
    try:
        yield
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise BulkError(
            f"{path} cannot be written: {reason}. What was ranked is kept: the same command goes on"
        ) from None
