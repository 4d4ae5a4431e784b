"""Inputs that end a worker process, known by their hashes: which of them are not run again.

An input that was in a run which ended its worker is a suspect, and from then on runs alone. If it
ends a second worker, it is refused. If it runs well, the worker ended for another reason, and it is
no suspect any more.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import structlog

from sidecar.errors import InputRefused
from sidecar.runtime.logit_cache import Key, cache_keys
from sidecar.runtime.session import Batch, ModelInput

MAX_SUSPECTS = 1024
"""The oldest are forgotten."""
STRIKES = 2
log = structlog.get_logger("rerank")


class Quarantine:
    """Of one model, by score revision. Thread-safe."""

    def __init__(self, model: str, score_revision: str) -> None:
        self._model = model
        self._score_revision = score_revision
        self._strikes: OrderedDict[Key, int] = OrderedDict()
        self._lock = threading.Lock()

    def suspects(self, batch: Batch) -> bool:
        """Whether one of the inputs is a suspect.

        Raises InputRefused if one of them has ended two workers.
        """
        if not self._strikes:  # as always, and then no key has to be computed
            return False
        with self._lock:
            strikes = [self._strikes.get(key, 0) for key in self._keys(batch)]
        if max(strikes) >= STRIKES:
            raise InputRefused(
                "a query with a document of this request has ended two of the model's processes, "
                "and is not run again"
            )
        return any(strikes)

    def blame(self, batch: Batch) -> None:
        """A run of the inputs ended its worker."""
        for key in self._keys(batch):
            with self._lock:
                strikes = self._strikes[key] = self._strikes.pop(key, 0) + 1
                if len(self._strikes) > MAX_SUSPECTS:
                    self._strikes.popitem(last=False)
            if strikes == STRIKES:
                log.error("input refused", model=self._model, hash=key.hex())

    def clear(self, batch: Batch) -> None:
        """The inputs have run well."""
        if not self._strikes:
            return
        with self._lock:
            for key in self._keys(batch):
                self._strikes.pop(key, None)

    def _keys(self, batch: Batch) -> Sequence[Key]:
        """As the cache of logits has them: of the ids without padding."""
        inputs = []
        for row, mask in enumerate(batch.attention_mask.astype(bool)):
            segments = None if batch.token_type_ids is None else batch.token_type_ids[row][mask]
            inputs.append(ModelInput(batch.input_ids[row][mask], segments))
        return cache_keys(self._score_revision, inputs)
