"""A file compressed by Zstandard (.zst) as a stream of bytes. One that was cut is an error, as with
gzip: zstandard's own reader takes its end for that of a whole file."""

import io
from typing import Any, BinaryIO

CHUNK = 8192
"""Bytes that are decompressed at once; they usually become some ten times as many."""


def zstd_stream(raw: BinaryIO) -> BinaryIO:
    """The decompressed bytes, of one frame or several. Reading raises ValueError where they are
    damaged or end too soon. Raises ModuleNotFoundError without the package zstandard."""
    return io.BufferedReader(_Frames(raw))


class _Frames(io.RawIOBase):
    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw = raw
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame = self._decompressor.decompressobj()
        self._begun = False
        """Whether some of the frame was read."""
        self._input = b""
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._output:
            if not (chunk := self._input or self._raw.read(CHUNK)):
                if self._begun:
                    raise ValueError("it ends in the middle of its compressed data")
                return 0
            self._output = memoryview(self._decompressed(chunk))
        target = memoryview(buffer)
        size = min(len(target), len(self._output))
        target[:size] = self._output[:size]
        self._output = self._output[size:]
        return size

    def _decompressed(self, chunk: bytes) -> bytes:
        try:
            output = self._frame.decompress(chunk)
        except self._error as fault:
            raise ValueError(str(fault)) from None
        self._begun, self._input = not self._frame.eof, b""
        if self._frame.eof:
            self._input = self._frame.unused_data
            self._frame = self._decompressor.decompressobj()
        return output
