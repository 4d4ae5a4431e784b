"""`rerank-file --ray`: a file on this machine, ranked on all machines of a cluster.

IN ─► blocks of rows ─► actors ─► answers, in the order of the rows ─► this process

IN is read on this machine alone. An answer has the digest of its row, and this process reads IN
beside the answers: a row that were lost or doubled on the way would end the run.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from typing import Any

import orjson
import ray
from ray.exceptions import RayError

from sidecar.on_ray.actors import OpenRanker, RankerOfModel, digest, identity_of
from sidecar.on_ray.cluster import Cluster, connected
from sidecar.on_ray.file_blocks import Answer, answers
from sidecar.workshop.bulk.input_rows import BulkError, InputRow
from sidecar.workshop.bulk.rerank_file import BulkSpec
from sidecar.workshop.bulk.row_ranker import Ranking, Rejected, RowRanker, from_json

AnswersFrom = Callable[[int], Iterator[Answer]]
"""The answers from the row of that number on, in order. Raises RayError."""


def on_ray(
    cluster: Cluster, ranker_of: Callable[[BulkSpec, Cluster], OpenRanker] | None = None
) -> Callable[[BulkSpec], AbstractContextManager[RowRanker]]:
    """What opens the ranker of `rerank_file`: the models are in the cluster's actors, opened there
    by `ranker_of` (None: from the model of the spec). Raises StartupError."""

    @contextmanager
    def opened(spec: BulkSpec) -> Iterator[RowRanker]:
        ranker = (ranker_of or ranker_of_model)(spec, cluster)
        with connected(cluster) as actors:
            identity = _identity(ranker, cluster.cores)

            def answers_from(first: int) -> Iterator[Answer]:
                return answers(spec.source.resolve(), first, ranker, actors, cluster.cores)

            yield RankerOnRay(identity, answers_from)

    return opened


def ranker_of_model(spec: BulkSpec, cluster: Cluster) -> OpenRanker:
    """Opens the model of the spec, with as many workers as an actor has cores."""
    return RankerOfModel(
        spec.model and spec.model.resolve(),
        spec.profiles and spec.profiles.resolve(),
        spec.options,
        {"workers": max(1, int(cluster.cores)), "threads": 1},
    )


class RankerOnRay:
    """A RowRanker that checks what comes from the cluster."""

    def __init__(self, identity: dict[str, Any], answers_from: AnswersFrom) -> None:
        self._identity, self._answers_from = identity, answers_from

    def identity(self) -> dict[str, Any]:
        return self._identity

    def in_order(self, rows: Iterator[InputRow]) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
        """Raises BulkError also where machines rank differently, or a row changes meanwhile."""
        first = next(rows, None)
        if first is None:
            return
        found = self._answers_from(first.number)
        try:
            for row in chain([first], rows):
                yield row, self._checked(row, next(found, None))
        except RayError as failed:
            raise _unexpected(failed) from None

    def _checked(self, row: InputRow, answer: Answer | None) -> Ranking | Rejected:
        """Raises BulkError."""
        if answer is None or answer["digest"] != row.digest:
            raise BulkError(f"row {row.number} of the input changed while it was ranked")
        if (fault := answer["fault"]) is not None:
            raise BulkError(f"on the machine {answer['machine']}: {fault}")
        if answer["identity"] != digest(self._identity):
            raise BulkError(
                f"the machine {answer['machine']} ranks with another model, profile or version of "
                "rerank-sidecar: make them the same on all machines"
            )
        return from_json(orjson.loads(answer["ranking"]))


def _identity(ranker: OpenRanker, cores: float) -> dict[str, Any]:
    """Of the ranker on some machine of the cluster. Raises BulkError."""
    try:
        asked = ray.remote(num_cpus=cores)(identity_of).remote(ranker)
        identity, fault = ray.get(asked)
    except RayError as failed:
        raise _unexpected(failed) from None
    if fault is not None:
        raise BulkError(fault)
    found: dict[str, Any] = identity
    return found


def _unexpected(failed: RayError) -> BulkError:
    lines = [line.strip() for line in str(failed).splitlines() if line.strip()]
    reason = lines[-1] if lines else type(failed).__name__
    return BulkError(f"Ray gave up: {reason}. What was ranked is kept: the same command goes on")
