"""Queries and events from JSON lines, which may be compressed (.gz, .zst)."""

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from sidecar.lenient_json import loads
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.ubi import ClicksError
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.zstd_stream import zstd_stream

T = TypeVar("T")
Parse = Callable[[Any], Iterator[T]]
"""The records of one line's value. Raises ValueError for a line that has none."""
LONGEST_LINE = 64 * 2**20
PART_BYTES = 2**20
"""Progress advances once for each."""
_CHECK_EVERY = 10_000


def read_files(
    files: Sequence[Path],
    add: Callable[[T], None],
    tally: Tally,
    begin_step: BeginStep,
    parse: Parse[T],
) -> None:
    """Hands every record that `parse` finds in the files to `add`; queries and events may be mixed,
    in any order.

    Raises ClicksError for a file that cannot be read, and when too many lines are no records.
    """
    sizes = [_size(file) for file in files]
    for file, size in zip(files, sizes, strict=True):
        advance = begin_step(f"reading {file.name}", max(1, -(-size // PART_BYTES)))
        done = 0
        with _opened(file) as (raw, stream):
            for number, line in enumerate(_lines(file, stream), 1):
                _read_line(line, parse, add, tally, (file, number))
                if number % _CHECK_EVERY == 0:
                    tally.check()
                    while done < raw.tell() // PART_BYTES:
                        done += 1
                        advance()
        while done < max(1, -(-size // PART_BYTES)):
            done += 1
            advance()
    tally.check(at_end=True)


def _read_line(
    line: bytes,
    parse: Parse[T],
    add: Callable[[T], None],
    tally: Tally,
    place: tuple[Path, int],
) -> None:
    if line.isspace():
        return
    tally.lines += 1
    try:
        value: Any = loads(line)
    except ValueError as fault:
        tally.malformed(_named(place), f"is not JSON: {fault}")
        return
    try:
        for record in parse(value):
            add(record)
    except ValueError as fault:
        tally.malformed(_named(place), str(fault))


def _named(place: tuple[Path, int]) -> str:
    return f"{place[0]}, line {place[1]}"


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as fault:
        raise ClicksError(f"{file} cannot be read: {fault.strerror}") from None


def _lines(file: Path, stream: BinaryIO) -> Iterator[bytes]:
    number = 0
    try:
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise ClicksError(f"{file}, line {number} has more than {LONGEST_LINE:,} bytes")
            yield line
    except (OSError, EOFError, ValueError) as fault:
        raise ClicksError(f"{file} cannot be read after line {number}: {fault}") from None


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file itself, and its bytes decompressed."""
    try:
        raw = file.open("rb")
    except OSError as fault:
        raise ClicksError(f"{file} cannot be read: {fault.strerror}") from None
    with raw:
        if file.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw) as unzipped:
                yield raw, io.BufferedReader(unzipped)
        elif file.suffix == ".zst":
            yield raw, _zstandard(file, raw)
        else:
            yield raw, raw


def _zstandard(file: Path, raw: BinaryIO) -> BinaryIO:
    try:
        return zstd_stream(raw)
    except ModuleNotFoundError:
        raise ClicksError(f'{file} needs zstandard: pip install "rerank-sidecar[learn]"') from None
