"""Sessions that die, hang and raise for certain ids. They are opened in worker processes, where a
test cannot reach them."""

import os
import time
from pathlib import Path

import numpy as np

from sidecar.errors import ModelError
from sidecar.runtime.session import Batch, Session, Tensors

DIES, HANGS, RAISES, DIES_ONCE = 101, 102, 103, 104


class FaultySession:
    """Answers the sum of the ids, if no id is one of those above."""

    def __init__(self, mark: Path) -> None:
        """`mark` is a file that is there once DIES_ONCE has had its victim."""
        self._mark = mark

    def run(self, batch: Batch) -> Tensors:
        ids = batch.input_ids
        if (ids == DIES).any():
            os.abort()
        if (ids == HANGS).any():
            time.sleep(1000)
        if (ids == RAISES).any():
            raise RuntimeError("the device is on fire")
        if (ids == DIES_ONCE).any() and not self._mark.exists():
            self._mark.touch()
            os.abort()
        return {"logits": ids.sum(axis=1).astype(np.float32)}


def open_faulty(mark: Path) -> Session:
    return FaultySession(mark)


def open_never() -> Session:
    raise ModelError("it is altered")


def die_while_opening() -> Session:
    os.abort()
