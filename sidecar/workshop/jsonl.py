"""JSON lines, from files that may be compressed (.zst)."""

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sidecar.errors import ModelError
from sidecar.workshop.zstd_stream import zstd_stream


def read_jsonl(file: Path) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each non-empty line. Raises ModelError with the line that fails."""
    number = 0
    try:
        for number, line in read_lines(file):
            yield number, json.loads(line)
    except json.JSONDecodeError as fault:
        raise ModelError(f"{file}, line {number} is not understood: {fault.msg}") from None
    except (OSError, ValueError) as fault:
        raise ModelError(f"{file} is not understood: {fault}") from None


def read_lines(file: Path) -> Iterator[tuple[int, str]]:
    """(line number, line) of each non-empty line. Raises OSError, ValueError for a damaged file,
    ModelError where the package is missing that decompresses."""
    with _opened(file) as stream, io.TextIOWrapper(stream, encoding="utf-8-sig") as lines:
        yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def read_raw_lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """As `read_lines`, with lines as they are: one that is no UTF-8 does not end the file."""
    with _opened(file) as stream, io.BufferedReader(stream) as lines:  # type: ignore[type-var]
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line.removesuffix(b"\n")


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed. Raises OSError, ValueError for damaged ones, ModelError."""
    with file.open("rb") as raw:
        if file.suffix != ".zst":
            yield raw
            return
        try:
            stream = zstd_stream(raw)
        except ModuleNotFoundError:
            raise ModelError(
                f'{file} needs zstandard: pip install "rerank-sidecar[learn]"'
            ) from None
        yield stream
