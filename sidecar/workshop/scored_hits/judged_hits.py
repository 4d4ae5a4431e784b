"""The hits that a fit or a calibration reads: those with a judgement. Pure.

The others are not scored: where users' clicks judged a week, they are most of the hits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sidecar.judgements.judgements import Judgements
from sidecar.profile import Profile
from sidecar.text.query.brand import BRAND
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.scored_hits.judged_parts import FittingError


@dataclass(frozen=True)
class JudgedHits:
    """The hits that are to be scored."""

    candidates: tuple[Candidates, ...]
    """Queries with a hit that counts."""
    notes: tuple[str, ...]
    """What is left out, a line each."""

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidates],
        judgements: Judgements,
        profile: Profile,
        *,
        unjudged_irrelevant: bool = False,
    ) -> "JudgedHits":
        """With `unjudged_irrelevant` the other hits of judged queries are scored too. Raises
        FittingError when no hit is left."""
        # Which brand a query names is read from all of its hits.
        keep_all = unjudged_irrelevant or BRAND.name in profile.extractors
        found: list[Candidates] = []
        unjudged = 0
        for each in candidates:
            known = judgements.grades.get(each.query_id, {})
            judged = tuple(hit for hit in each.hits if hit.id in known)
            unjudged += len(each.hits) - len(judged)
            if judged or (unjudged_irrelevant and known and each.hits):
                found.append(each if keep_all else replace(each, hits=judged))
        if not found:
            raise FittingError(_no_hit_is_judged(candidates, judgements))
        counts = (
            ("judged queries that have no hits", len(judgements.grades) - len(candidates)),
            ("queries without a judged hit", len(candidates) - len(found)),
            (
                "hits without a judgement" + (", grade 0" if unjudged_irrelevant else ""),
                unjudged,
            ),
        )
        return cls(tuple(found), tuple(f"{text}: {count}" for text, count in counts if count))


def _no_hit_is_judged(candidates: Sequence[Candidates], judgements: Judgements) -> str:
    hit = next((hit.id for each in candidates for hit in each.hits), None)
    judged = next((each for graded in judgements.grades.values() for each in graded), None)
    return (
        f"no hit is judged: hits have IDs such as {hit!r}, judgements such as {judged!r} "
        "(--id-field names the field that has the judgements' IDs)"
    )
