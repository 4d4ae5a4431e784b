"""JSON lines, from files that may be compressed (.zst)."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from sidecar.errors import ModelError


def read_jsonl(file: Path) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each non-empty line. Raises ModelError with the line that fails."""
    number = 0
    try:
        with file.open("rb") as raw:
            compressed = file.suffix == ".zst"
            stream = zstandard.ZstdDecompressor().stream_reader(raw) if compressed else raw
            with io.TextIOWrapper(stream, encoding="utf8") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield number, json.loads(line)
    except json.JSONDecodeError as fault:
        raise ModelError(f"{file}, line {number} is not understood: {fault.msg}") from None
    except (OSError, ValueError, zstandard.ZstdError) as fault:
        raise ModelError(f"{file} is not understood: {fault}") from None
