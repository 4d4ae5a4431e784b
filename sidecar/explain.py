"""Why a document has its score: entries of an answer's `explanations`, and exact Shapley values.

    {"index": 3, "logit": 4.1, "score": 0.98,
     "parts": [{"name": "passage", "kind": "model", "value": 3.6},
               {"name": "brand", "kind": "signal", "value": 1.5},
               {"name": "sold_out", "kind": "rule", "value": -1.0}],
     "rules": ["sold_out"], "truncated": true,
     "evidence": {"field": "description", "start": 1280, "end": 2411},
     "constraints": [{"name": "color", "values": ["blue"], "excluded": ["navy"]},
                     {"name": "price", "high": 50.0}]}

The parts add up to the logit. Offsets are code points of the field's text (field "": the plain
text). `evidence` is null for a document that was read whole. `constraints` are what the query was
read to demand and to exclude, the same in each entry; without any the key is left out.

Documents that `diversify` chose have `diversity`: {"marginal_relevance": 0.52, "nearest": 7,
"similarity": 0.61}, where `nearest` is the index of the one before them that they are most like.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Protocol

from sidecar.request import Ranked

TOLERANCE = 1e-6
DIGITS = 9
"""Decimals in the entry: the sum of many parts still holds to TOLERANCE."""
MAX_SHAPLEY_FIELDS = 8
"""They cost 256 pairs for a document; a ninth field would double that."""

Coalition = frozenset[str]


class PartLike(Protocol):
    """What one thing adds to a document's logit."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> float: ...


class Span(Protocol):
    """The best window's place, in code points."""

    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Chosen(Protocol):
    """Why a document was the next one, where results that are alike are kept apart."""

    @property
    def marginal_relevance(self) -> float: ...
    @property
    def nearest(self) -> int | None: ...
    @property
    def similarity(self) -> float: ...


class Demand(Protocol):
    """What the query demands of a field, and what it excludes."""

    @property
    def name(self) -> str: ...
    @property
    def values(self) -> Iterable[str]: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def excluded(self) -> Iterable[str]: ...


def explanation(
    ranked: Ranked,
    parts: Iterable[PartLike],
    *,
    truncated: bool = False,
    evidence: Span | None = None,
    shapley: Mapping[str, float] | None = None,
    constraints: Iterable[Demand] = (),
    pick: Chosen | None = None,
) -> dict[str, object]:
    """One entry, ready for JSON. `rules` are the parts of kind "rule"; `shapley` is left out when
    it is None, and so are `constraints` without any.

    Raises ValueError when the parts do not add up to the logit.
    """
    parts = list(parts)
    total = math.fsum(part.value for part in parts)
    if not abs(total - ranked.logit) <= TOLERANCE * max(1.0, abs(ranked.logit)):
        raise ValueError(f"parts of {total} do not explain document {ranked.index}'s logit")
    entry: dict[str, object] = {
        "index": ranked.index,
        "logit": _rounded(ranked.logit),
        "score": _rounded(ranked.score),
        "parts": [
            {"name": part.name, "kind": part.kind, "value": _rounded(part.value)} for part in parts
        ],
        "rules": [part.name for part in parts if part.kind == "rule"],
        "truncated": truncated,
        "evidence": None
        if evidence is None
        else {"field": evidence.field, "start": evidence.start, "end": evidence.end},
    }
    if read := [_read(demand) for demand in constraints]:
        entry["constraints"] = read
    if pick is not None:
        entry["diversity"] = {
            "marginal_relevance": _rounded(pick.marginal_relevance),
            "nearest": pick.nearest,
            "similarity": _rounded(pick.similarity),
        }
    if shapley is not None:
        entry["shapley"] = {name: _rounded(value) for name, value in shapley.items()}
    return entry


def _read(demand: Demand) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": demand.name,
        "values": sorted(demand.values),
        "low": demand.low,
        "high": demand.high,
        "excluded": sorted(demand.excluded),
    }
    return {key: value for key, value in entry.items() if value not in (None, [])}


def coalition_count(fields: int) -> int:
    """Pairs that the Shapley values of a document cost, for admission: 2 ** fields.

    Raises ValueError above MAX_SHAPLEY_FIELDS.
    """
    if fields > MAX_SHAPLEY_FIELDS:
        raise ValueError(f"Shapley values are over at most {MAX_SHAPLEY_FIELDS} fields")
    return 1 << fields


def coalitions(fields: Sequence[str]) -> list[Coalition]:
    """Every set of the fields, the empty one first and the full one last.

    Each is a passage to score: its fields in the document's order; fields beyond these are in all
    of them. Raises ValueError above MAX_SHAPLEY_FIELDS.
    """
    coalition_count(len(fields))
    return [
        frozenset(chosen)
        for size in range(len(fields) + 1)
        for chosen in combinations(fields, size)
    ]


def shapley(fields: Sequence[str], values: Mapping[Coalition, float]) -> dict[str, float]:
    """Each field's exact Shapley value of the logits that `coalitions(fields)` got.

        phi(f) = sum over S without f of |S|! (n - |S| - 1)! / n! * (v(S + f) - v(S))

    They add up to v(all) - v(none). Fields that add the same everywhere have the same value, and
    one that adds nothing anywhere has 0.
    """
    count = len(fields)
    weights = [1 / (count * math.comb(count - 1, size)) for size in range(count)]
    sets = coalitions(fields)
    return {
        field: math.fsum(
            weights[len(without)] * (values[without | {field}] - values[without])
            for without in sets
            if field not in without
        )
        for field in fields
    }


def _rounded(value: float) -> float:
    return round(value, DIGITS) + 0.0  # no -0.0
