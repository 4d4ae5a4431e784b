"""Bugs planted into the service. Each is a patch of one function, and the simulation must find it.

A mutation that no seed finds means that the simulation looks away where that bug would live.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sidecar.fusion.fuse import EMPTY
from sidecar.pipeline import partial, rerank_pipeline
from sidecar.pipeline.breaker import Breaker
from sidecar.pipeline.deadline import Deadline
from sidecar.runtime import cached_scorer, model_queue
from sidecar.runtime.admission import Admission
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.jobs import Job
from sidecar.runtime.logit_cache import LogitCache
from sidecar.runtime.model_queue import ModelQueue

Plant = Callable[[], Any]
"""Something that plants the bug for a `with` block."""


def _outputs_rotated() -> Any:
    """The outputs of a run go to the neighbours of the inputs that they are of."""
    record = model_queue._record
    return patch.object(
        model_queue, "_record", lambda run, outputs: record(run, outputs[[*range(1, len(run)), 0]])
    )


def _cache_without_revision() -> Any:
    """Logits of one model are taken for those of another."""
    keys = cached_scorer.cache_keys
    return patch.object(cached_scorer, "cache_keys", lambda revision, inputs: keys("one", inputs))


def _cache_without_bound() -> Any:
    """The cache forgets nothing."""

    def put(self: LogitCache, key: bytes, output: Any) -> None:
        if key not in self._outputs:
            self._bytes += 200 + output.nbytes
        self._outputs[key] = output

    return patch.object(LogitCache, "put", put)


def _late_by_a_tenth() -> Any:
    """Whoever waits gives up a tenth of a second after the deadline."""
    left_s = Deadline.left_s.fget
    assert left_s is not None
    return patch.object(Deadline, "left_s", property(lambda self: left_s(self) + 0.1))


def _dropped_work_counts() -> Any:
    """What waited for a request that has ended still counts as waiting."""
    drop = ModelQueue._drop

    def leaking(self: ModelQueue, job: Job) -> None:
        inputs, tokens = len(job.waiting), job.waiting_tokens
        drop(self, job)
        self._count(inputs, tokens)

    return patch.object(ModelQueue, "_drop", leaking)


def _nobody_inherits() -> Any:
    """When a request goes away, those that wait for its inputs wait for ever."""
    return patch.object(CachedScorer, "_hand_over", lambda self, owned: None)


def _admission_never_forgets() -> Any:
    """A request that was admitted counts as on its way for good."""
    return patch.object(Admission, "queued", lambda self, place: None)


def _batch_goes_first() -> Any:
    """Batch work is taken whenever there is some."""
    first = FairShares.first

    def batch_first(self: FairShares, waiting: Any) -> Any:
        flows = list(waiting)
        return next((flow for flow in flows if flow.priority == "batch"), first(self, flows))

    return patch.object(FairShares, "first", batch_first)


def _batch_starves() -> Any:
    """Batch work is taken only when nothing else waits."""
    first = FairShares.first

    def batch_last(self: FairShares, waiting: Any) -> Any:
        flows = list(waiting)
        return first(self, [flow for flow in flows if flow.priority != "batch"] or flows)

    return patch.object(FairShares, "first", batch_last)


def _some_windows_suffice() -> Any:
    """A document counts as scored once one of its windows is."""

    def any_window(pairs: Any, logits: Mapping[int, float]) -> Any:
        scored = {pair.document for at, pair in enumerate(pairs) if at in logits}
        kept = [(pair, logits[at]) for at, pair in enumerate(pairs) if at in logits]
        missing = sorted({pair.document for pair in pairs} - scored)
        return [pair for pair, _ in kept], [logit for _, logit in kept], tuple(missing)

    return patch.object(rerank_pipeline, "whole_documents", any_window)


def _unscored_in_front() -> Any:
    """Documents that were not scored are put where an empty one would be, and not behind all."""
    return patch.object(partial, "behind", lambda scored: EMPTY + 20.0)


def _no_probe() -> Any:
    """An open breaker stays open."""
    return patch.object(Breaker, "begin_probe", lambda self: False)


MUTATIONS: Mapping[str, Plant] = {
    plant.__name__.strip("_").replace("_", " "): plant
    for plant in (
        *(_outputs_rotated, _cache_without_revision, _cache_without_bound, _late_by_a_tenth),
        *(_dropped_work_counts, _nobody_inherits, _admission_never_forgets, _batch_goes_first),
        *(_batch_starves, _some_windows_suffice, _unscored_in_front, _no_probe),
    )
}
"""By a name for people."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The service with the bug."""
    with MUTATIONS[name]():
        yield
