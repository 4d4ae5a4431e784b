"""A model in an actor of Ray.

A fault is data here, and no exception: Ray would take an exception for a reason to try again, and
would show a traceback of several processes in place of one sentence.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sidecar.errors import StartupError
from sidecar.workshop.bulk.input_rows import InputRow
from sidecar.workshop.bulk.row_ranker import (
    Ranking,
    RankingOptions,
    Rejected,
    RowRanker,
    opened_ranker,
)

MAX_TRIES = 20
"""How often a block may end its actor, or be lost with its machine, before that is a fault."""


def retried() -> dict[str, Any]:
    """Options of actors that Ray starts again; without them it would try for ever."""
    return {"max_restarts": -1, "max_task_retries": MAX_TRIES}


@dataclass(frozen=True)
class RankerOfModel:
    """Opens a model's ranker on whichever machine it is called; a value that Ray can send."""

    model: Path | None
    profiles: Path | None
    options: RankingOptions
    runtime: dict[str, Any] = field(default_factory=dict)
    """Fields of `RuntimeOptions`."""

    def __call__(self) -> AbstractContextManager[RowRanker]:
        """Raises StartupError."""
        return opened_ranker(self.model, self.profiles, self.options, **self.runtime)


OpenRanker = Callable[[], AbstractContextManager[RowRanker]]


class RankerActor:
    """A model that stays loaded while blocks of rows come."""

    def __init__(self, open_ranker: OpenRanker) -> None:
        self._stack = ExitStack()
        """Never closed: Ray ends the process."""
        self._ranker: RowRanker | None = None
        self.fault: str | None = None
        """Why it cannot rank."""
        try:
            self._ranker = self._stack.enter_context(open_ranker())
        except StartupError as fault:
            self.fault = fault.message
        self.identity = digest(self._ranker.identity()) if self._ranker else ""

    def rank(self, rows: Iterable[InputRow]) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
        """The rows with their rankings. Ends early where the model fails; `fault` says why."""
        if self._ranker is None:
            return
        try:
            yield from self._ranker.in_order(iter(rows))
        except StartupError as fault:
            self.fault = fault.message


def identity_of(open_ranker: OpenRanker) -> tuple[dict[str, Any], str | None]:
    """(the identity of the ranker on the machine where this runs, or why there is none)."""
    try:
        with open_ranker() as ranker:
            return ranker.identity(), None
    except StartupError as fault:
        return {}, fault.message


def digest(identity: dict[str, Any]) -> str:
    """Tells rankers apart whose rankings may differ."""
    return hashlib.blake2b(orjson.dumps(identity), digest_size=8).hexdigest()
