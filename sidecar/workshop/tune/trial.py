"""A layout at work: the service's own queue and workers over a session, timed."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.runtime.families import FAMILIES
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.model_queue import Clock
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.scorer import Scored
from sidecar.runtime.session import Session
from sidecar.workshop.tune.pair_source import Pairs

TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Pairs/s of a round, and the scores in [0, 1] of its pairs in order."""

    rate: float
    scores: NDArray[np.float64]


class Trial:
    """A layout over a session. `close` it after use."""

    def __init__(
        self,
        folder: ModelFolder,
        layout: Layout,
        session: Session,
        concurrency: int,
        clock: Clock = time.perf_counter,
    ) -> None:
        """`concurrency` requests are queued at a time."""
        self.layout = layout
        self._concurrency = concurrency
        self._clock = clock
        self._manifest = folder.running.manifest
        self._scheduler = Scheduler(layout.workers)
        self._scorer = self._scheduler.add(
            ModelSession(
                self._manifest.name,
                session,
                layout,
                self._manifest.padding,
                folder.tokenizer.pad_id,
                FAMILIES[self._manifest.family],
            )
        )

    def run(self, requests: Pairs) -> TrialResult:
        """Scores the requests as `concurrency` clients would send them. Raises InferenceFailed."""
        start = self._clock()
        logits = np.concatenate(list(self._in_turn(requests)))
        seconds = self._clock() - start
        scores = map(self._manifest.calibration.score, logits.tolist())
        return TrialResult(len(logits) / seconds, np.array(list(scores)))

    def _in_turn(self, requests: Pairs) -> Iterator[NDArray[np.float32]]:
        waiting: deque[Future[Scored]] = deque()
        for pairs in requests:
            if len(waiting) == self._concurrency:
                yield waiting.popleft().result().outputs
            waiting.append(self._scorer.submit(pairs, time.monotonic() + TIMEOUT_S))
        for future in waiting:
            yield future.result().outputs

    def close(self) -> None:
        """Stops the workers; the session stays."""
        self._scheduler.close()


def max_difference(left: Sequence[TrialResult], right: Sequence[TrialResult]) -> float:
    """The largest difference of a score between two trials of the same rounds."""
    rounds = zip(left, right, strict=True)
    return max(float(np.max(np.abs(one.scores - other.scores))) for one, other in rounds)
