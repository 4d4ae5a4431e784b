"""Scores every hit of every query by every configuration, and keeps them as they come."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError
from sidecar.workshop.evaluation.configuration import Configuration
from sidecar.workshop.evaluation.hit_scorers import HitScorer
from sidecar.workshop.evaluation.orders import Floats
from sidecar.workshop.evaluation.state import State, digest
from sidecar.workshop.model.progress import BeginStep

Open = Callable[[tuple[str | None, str | None]], AbstractContextManager[HitScorer]]


@dataclass(frozen=True)
class Scores:
    """One configuration's scores."""

    of_query: tuple[Floats, ...]
    """Per query those of its first `window` hits."""
    seconds: Floats
    """[queries] What scoring them took."""


def score_all(
    candidates: Sequence[Candidates],
    configurations: Sequence[Configuration],
    open_scorer: Open,
    state: State,
    begin_step: BeginStep,
) -> dict[str, Scores]:
    """Scores by the configuration's name. What the state holds is not scored again.

    Raises EvaluationError with the query that could not be scored; what was scored before is kept.
    """
    digests = [
        (digest(each.query), [digest(hit.document) for hit in each.hits]) for each in candidates
    ]
    found: dict[str, Scores] = {}
    for place in dict.fromkeys(each.place for each in configurations):
        with open_scorer(place) as scorer:
            for configuration in configurations:
                if configuration.place == place:
                    key = scorer.key(configuration)
                    advance = begin_step(f"scoring: {configuration.name}", len(candidates))
                    found[configuration.name] = _score(
                        candidates, digests, configuration, scorer, key, state, advance
                    )
    return {each.name: found[each.name] for each in configurations}


def _score(
    candidates: Sequence[Candidates],
    digests: Sequence[tuple[str, list[str]]],
    configuration: Configuration,
    scorer: HitScorer,
    key: str,
    state: State,
    advance: Callable[[], object],
) -> Scores:
    rows, seconds = [], np.zeros(len(candidates))
    for number, (each, (query, documents)) in enumerate(zip(candidates, digests, strict=True)):
        kept = state.of(key, query)
        wanted = documents[: configuration.window]
        missing = {
            document: position
            for position, document in enumerate(wanted)
            if document not in kept.scores
        }
        if missing:
            given = [each.hits[position].document for position in missing.values()]
            start = time.perf_counter()
            try:
                scores = scorer.score(configuration, each.query, given)
            except EvaluationError as fault:
                raise EvaluationError(f"query {each.query_id!r}: {fault.message}") from None
            state.add(key, query, [*missing], scores, time.perf_counter() - start)
        rows.append(np.array([kept.scores[document] for document in wanted], dtype=np.float64))
        seconds[number] = _share_of_seconds(kept.scores, kept.seconds, wanted)
        advance()
    return Scores(tuple(rows), seconds)


def _share_of_seconds(scores: Mapping[str, float], seconds: float, wanted: Sequence[str]) -> float:
    """What the wanted documents took, where the query's other documents were scored too."""
    return seconds * len(wanted) / len(scores) if scores else 0.0
