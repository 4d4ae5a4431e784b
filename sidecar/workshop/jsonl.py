"""JSON lines, from files that may be compressed (.zst)."""

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sidecar.errors import ModelError


def read_jsonl(file: Path) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each non-empty line. Raises ModelError with the line that fails."""
    number = 0
    try:
        with _opened(file) as stream, io.TextIOWrapper(stream, encoding="utf8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, json.loads(line)
    except json.JSONDecodeError as fault:
        raise ModelError(f"{file}, line {number} is not understood: {fault.msg}") from None
    except (OSError, ValueError) as fault:
        raise ModelError(f"{file} is not understood: {fault}") from None


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed. Raises OSError, ValueError for damaged ones, ModelError."""
    with file.open("rb") as raw:
        if file.suffix != ".zst":
            yield raw
            return
        try:
            import zstandard
        except ModuleNotFoundError:
            raise ModelError(
                f'{file} needs zstandard: pip install "rerank-sidecar[learn]"'
            ) from None
        try:
            yield zstandard.ZstdDecompressor().stream_reader(raw)
        except zstandard.ZstdError as fault:
            raise ValueError(str(fault)) from None
