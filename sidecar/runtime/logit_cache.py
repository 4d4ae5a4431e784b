"""Outputs of inputs that were scored already, by score revision and ids, bounded by bytes."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol

from sidecar.runtime.families import Outputs
from sidecar.runtime.session import ModelInput

Key = bytes

KEY_BYTES = 16
"""Of a BLAKE2b digest: for an even chance of one collision it takes 2**64 inputs."""
ENTRY_BYTES = 200
"""What an entry takes beside its output's own bytes: key, number, dictionary. Measured with
tracemalloc: 160 to 195, by how full the dictionary is."""


def cache_keys(score_revision: str, inputs: Sequence[ModelInput]) -> list[Key]:
    """A key for each input: equal for equal ids and segments under one score revision."""
    empty = hashlib.blake2b(key=score_revision.encode(), digest_size=KEY_BYTES)
    keys = []
    for each in inputs:
        digest = empty.copy()
        digest.update(each.ids.tobytes())
        if each.segments is not None:
            digest.update(each.segments.tobytes())
        keys.append(digest.digest())
    return keys


class SharedCache(Protocol):
    """What replicas share behind each one's own cache. It never fails, and never takes long."""

    async def get(self, keys: Sequence[Key]) -> Mapping[Key, Outputs]:
        """The outputs of those keys that are known."""

    def put(self, key: Key, output: Outputs) -> None:
        """Keeps the output for all replicas, soon; in any thread, without waiting."""


class LogitCache:
    """Keeps the outputs that were used last, for all models of a process. Thread-safe."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._outputs: OrderedDict[Key, Outputs] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """About how many the entries take now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._outputs)

    def get(self, keys: Sequence[Key]) -> list[Outputs | None]:
        """The output of each key, None where it has none."""
        with self._lock:
            outputs = [self._outputs.get(key) for key in keys]
            for key, output in zip(keys, outputs, strict=True):
                if output is not None:
                    self._outputs.move_to_end(key)
        return outputs

    def put(self, key: Key, output: Outputs) -> None:
        """Keeps the output; those that were not used for longest make room."""
        with self._lock:
            replaced = self._outputs.pop(key, None)
            self._bytes += _size(output) - (0 if replaced is None else _size(replaced))
            self._outputs[key] = output
            while self._bytes > self.max_bytes:
                _, oldest = self._outputs.popitem(last=False)
                self._bytes -= _size(oldest)


def _size(output: Outputs) -> int:
    return ENTRY_BYTES + output.nbytes
