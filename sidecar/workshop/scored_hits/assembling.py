"""Scored hits and judgements -> the arrays that fits and calibrations read. Pure.

What no fit may move is in the fixed parts: the model's, rules, exclusions, and the match of a field
that is scored alone, whose weight decides its share of the model's part too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.judgements.judgements import Judgements
from sidecar.profile import Profile
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats, JudgedParts
from sidecar.workshop.scored_hits.ndcg import gains, ideal_dcg
from sidecar.workshop.scored_hits.probe import Column, excluded_weight
from sidecar.workshop.scored_hits.scored_query import ScoredQuery


@dataclass(frozen=True)
class Judged:
    """The judged hits that a fit or a calibration can use."""

    query_ids: tuple[str, ...]
    documents: tuple[tuple[str, ...], ...]
    """[queries]: the IDs of each query's judged hits."""
    parts: JudgedParts
    notes: tuple[str, ...]
    """What was left out, a line each."""


def assemble(
    scored: Sequence[ScoredQuery],
    judgements: Judgements,
    profile: Profile,
    depth: int,
    *,
    unjudged_irrelevant: bool = False,
    need_order: bool = True,
    notes: Sequence[str] = (),
) -> Judged:
    """The judged hits of every query, for nDCG@depth.

    Unjudged hits are left out, or count as grade 0. With `need_order` queries whose judged hits
    have one grade are left out too: every order of theirs is as good. `notes` say what was left out
    before. Raises FittingError when nothing is left.
    """
    usable: list[ScoredQuery] = []
    rows: list[np.ndarray] = []
    grades: list[Floats] = []
    equal = 0
    for query in scored:
        known = judgements.grades.get(query.query_id, {})
        judged = [unjudged_irrelevant or document in known for document in query.documents]
        found = np.flatnonzero(judged)
        of_query = np.array([known.get(query.documents[row], 0.0) for row in found])
        if need_order and len(np.unique(gains(of_query))) < 2:
            equal += 1
        else:
            usable.append(query)
            rows.append(found)
            grades.append(of_query)
    if not usable:
        raise FittingError(
            "in no query do the judged hits differ in grade: no order is better than another"
        )
    of_equal = [f"queries whose judged hits have one grade alone: {equal}"] if equal else []
    parts = _parts(usable, rows, grades, judgements, profile, depth)
    ids = tuple(
        tuple(query.documents[row] for row in chosen)
        for query, chosen in zip(usable, rows, strict=True)
    )
    names = tuple(query.query_id for query in usable)
    return Judged(names, ids, parts, (*notes, *of_equal))


def composed_fields(profile: Profile) -> list[str]:
    """The fields of the passage, in its order: those whose weight counts for their match alone."""
    return [
        name for name, field in profile.fields.items() if field.weight and field.score == "composed"
    ]


def _parts(
    queries: Sequence[ScoredQuery],
    rows: Sequence[np.ndarray],
    grades: Sequence[Floats],
    judgements: Judgements,
    profile: Profile,
    depth: int,
) -> JudgedParts:
    def column(kind: str, name: str) -> Floats:
        key: Column = (kind, name)
        return np.concatenate(
            [
                np.asarray(query.columns[key], dtype=np.float64)[chosen]
                if key in query.columns
                else np.zeros(len(chosen))
                for query, chosen in zip(queries, rows, strict=True)
            ]
        )

    def table(kind: str, names: Iterable[str], count: int) -> Floats:
        columns = [column(kind, name) for name in names]
        return np.stack(columns, axis=1) if columns else np.zeros((count, 0))

    starts = np.concatenate([[0], np.cumsum([len(each) for each in rows])]).astype(np.int64)
    count = int(starts[-1])
    fixed = np.concatenate(
        [np.asarray(query.model)[chosen] for query, chosen in zip(queries, rows, strict=True)]
    )
    for name, rule in profile.rules.items():
        fixed -= rule.demote * column("rule", name)
    for name, signal in profile.signals.items():
        fixed -= excluded_weight(signal) * column("excluded", name)
    fixed_match = np.zeros(count)
    for name, field in profile.fields.items():
        if field.weight and field.score == "alone":
            fixed_match += field.weight * column("field", name)
    return JudgedParts(
        starts,
        fixed,
        fixed_match,
        table("field", composed_fields(profile), count),
        table("signal", profile.signals, count),
        np.concatenate(grades),
        np.array([_ideal(judgements, query, depth) for query in queries]),
        _certainty(queries, rows, judgements),
    )


def _ideal(judgements: Judgements, query: ScoredQuery, depth: int) -> float:
    """Over all that is judged, found or not; 1 where nothing is relevant, for a quotient of 0."""
    known = np.array(list(judgements.grades[query.query_id].values()))
    return ideal_dcg(known, depth) or 1.0


def _certainty(
    queries: Sequence[ScoredQuery], rows: Sequence[np.ndarray], judgements: Judgements
) -> Floats:
    if not judgements.weights:
        return np.zeros(0)
    return np.array(
        [
            judgements.weight(query.query_id, query.documents[row])
            for query, chosen in zip(queries, rows, strict=True)
            for row in chosen
        ]
    )
