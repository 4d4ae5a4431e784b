"""Compressed files: whole ones, several frames, and such as were cut or damaged."""

import io
from pathlib import Path

import pytest

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.zstd_stream import zstd_stream

zstandard = pytest.importorskip("zstandard")
LINES = b"".join(b'{"number": %d}\n' % number for number in range(3000))


def read(data: bytes) -> bytes:
    return zstd_stream(io.BytesIO(data)).read()


def test_frames_are_read_one_after_the_other() -> None:
    compressed = zstandard.compress(LINES)
    assert read(compressed) == LINES
    assert read(compressed + zstandard.compress(b"") + compressed) == 2 * LINES
    assert read(b"") == b""


def test_a_file_that_was_cut_anywhere_is_no_shorter_file() -> None:
    compressed = zstandard.compress(b"a text" * 50)
    for size in range(1, len(compressed)):
        with pytest.raises(ValueError, match="ends in the middle"):
            read(compressed[:size])
        with pytest.raises(ValueError, match="ends in the middle"):
            read(compressed + compressed[:size])


def test_damaged_bytes_are_named() -> None:
    with pytest.raises(ValueError, match="zstd"):
        read(zstandard.compress(LINES) + b"something else")


def test_lines_before_the_cut_do_not_make_the_file_whole(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl.zst"
    file.write_bytes(zstandard.compress(LINES)[:-1])
    with pytest.raises(ModelError, match=r"corpus\.jsonl\.zst is not understood: it ends in"):
        list(read_jsonl(file))
