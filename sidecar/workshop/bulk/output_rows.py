"""The reranked rows and the rejects, each file written whole and then put in its place.

A row of the output is the row of the input with its hits in the new order. A hit's `_score` is the
model's, and `_first_stage_score` what it was. Hits behind the window follow as they were.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

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
from sidecar.workshop.bulk.row_ranker import Ranking
from sidecar.workshop.evaluation.candidates import raw_hits

FIRST_STAGE_SCORE = "_first_stage_score"
"""As in the answers of two-stage search."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which hits of a ranked row the output has."""

    top_n: int | None = None
    min_score: float | None = None
    """In [0, 1]. Hits behind the window, which have no score, go too."""


def reranked(value: Mapping[str, Any], ranking: Ranking, selection: Selection) -> dict[str, Any]:
    """The row with its hits in the order of the ranking."""
    given = raw_hits(value)
    hits = [
        _scored(given[index], score)
        for index, score in zip(ranking.order, ranking.scores, strict=True)
        if selection.min_score is None or score >= selection.min_score
    ]
    if selection.min_score is None:
        hits += given[len(ranking.order) :]
    hits = hits[: selection.top_n]
    wrapped = isinstance(value["hits"], Mapping)
    return {**value, "hits": {**value["hits"], "hits": hits} if wrapped else hits}


def _scored(hit: Mapping[str, Any], score: float) -> dict[str, Any]:
    first_stage = {FIRST_STAGE_SCORE: hit["_score"]} if hit.get("_score") is not None else {}
    return {**hit, "_score": score, **first_stage}


class RowWriter(Protocol):
    """A file of rows that is being written."""

    def add(self, value: Mapping[str, Any]) -> None:
        """Writes a row. Raises OSError."""


Opened = Callable[[Path], contextlib.AbstractContextManager[RowWriter]]


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """How the output is written, and in which types its rows come."""

    opened: Opened
    value_of: Callable[[InputRow], Any]


class _JsonLines:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, value: Mapping[str, Any]) -> None:
        self._file.write(orjson.dumps(value) + b"\n")


@contextlib.contextmanager
def json_lines(path: Path) -> Iterator[RowWriter]:
    """JSON lines, on the disk when the block ends. Raises OSError."""
    with path.open("wb") as file:
        yield _JsonLines(file)
        file.flush()
        os.fsync(file.fileno())


class _Table:
    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer, self._schema = writer, schema
        self._rows: list[Mapping[str, Any]] = []

    def add(self, value: Mapping[str, Any]) -> None:
        self._rows.append(value)
        if len(self._rows) == ROWS_AT_A_TIME:
            self.flush()

    def flush(self) -> None:
        pyarrow, _ = parquet_library()
        self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._schema))
        self._rows = []


@contextlib.contextmanager
def _table(path: Path, schema: Any) -> Iterator[RowWriter]:
    _, parquet = parquet_library()
    with parquet.ParquetWriter(path, schema) as writer:
        rows = _Table(writer, schema)
        yield rows
        rows.flush()


def output_format(target: Path, source: RowSource) -> OutputFormat:
    """By the ending of the output's name; the columns of a table keep their types. Raises BulkError
    for a table that would have to guess them, and for an ending that means something else."""
    if target.suffix == COMPRESSED:
        raise BulkError(f"{target}: the output is not compressed; name it without {COMPRESSED}")
    if target.suffix != PARQUET:
        return OutputFormat(json_lines, InputRow.parsed)
    if not isinstance(source, ParquetRows):
        raise BulkError(f"{target} would be a Parquet table, and {source.path} is none")
    schema = with_scores(source.schema)
    return OutputFormat(lambda path: _table(path, schema), lambda row: row.native)


def with_scores(schema: Any) -> Any:
    """The schema of a table with the two scores in its hits. Raises BulkError where its column
    `hits` is no list of structs."""
    pyarrow, _ = parquet_library()
    types = pyarrow.types
    if "hits" not in schema.names:
        raise BulkError(f"there is no column `hits`, only {', '.join(schema.names)}")
    column = schema.field("hits")
    is_list = types.is_list(column.type) or types.is_large_list(column.type)
    if not is_list or not types.is_struct(hit := column.type.value_type):
        raise BulkError("the column `hits` is no list of structs")
    names = ("_score", FIRST_STAGE_SCORE)
    kept = [field for field in hit if field.name not in names]
    scores = [pyarrow.field(name, pyarrow.float64()) for name in names]
    hits = pyarrow.list_(pyarrow.struct([*kept, *scores]))
    return schema.set(schema.get_field_index("hits"), column.with_type(hits))


@contextlib.contextmanager
def put_in_place(path: Path, opened: Opened) -> Iterator[RowWriter]:
    """A writer of rows; the file is at `path` once the block has ended well. Raises BulkError."""
    new = path.with_name(f"{path.name}.new")
    try:
        with opened(new) as writer:
            yield writer
        new.replace(path)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise BulkError(
            f"{path} cannot be written: {reason}. What was ranked is kept: the same command goes on"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            new.unlink()
