"""The extra pairs of exact Shapley values: passages with every set of their fields. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sidecar.engine.tokenizer import Pair, PairTokenizer
from sidecar.engine.units import Fit, build
from sidecar.explain import MAX_SHAPLEY_FIELDS, coalitions, shapley
from sidecar.fusion.fuse import Calibration
from sidecar.text.compose import Passage, Segment


@dataclass(frozen=True, slots=True)
class Coalitions:
    """Documents' fields, and a pair for every set of them."""

    fields: dict[int, tuple[str, ...]]
    """By document; a document of plain text has no place here."""
    pairs: list[Pair]
    """Of all documents, in the order of `fields`, each in the order of `explain.coalitions`."""

    def values(
        self, logits: Sequence[float], calibration: Calibration
    ) -> dict[int, dict[str, float]]:
        """Each document's Shapley values of the model's part, from the pairs' logits."""
        left = ((logit - calibration.bias) / calibration.temperature for logit in logits)
        found = {}
        for document, fields in self.fields.items():
            sets = coalitions(fields)
            worth = dict(zip(sets, islice(left, len(sets)), strict=True))
            found[document] = shapley(fields, worth)
        return found


def coalition_pairs(
    documents: Sequence[int],
    passages: Sequence[Passage],
    query: str,
    tokenizer: PairTokenizer,
    instruction: str | None,
) -> Coalitions:
    """The pairs for these documents. Of each the heaviest fields take part, at most
    MAX_SHAPLEY_FIELDS; lighter ones stay in every set. What does not fit the model is cut."""
    fields: dict[int, tuple[str, ...]] = {}
    variants: list[Passage] = []
    for document in documents:
        segments = passages[document].segments
        named = tuple(segment.field for segment in segments if segment.field)
        if not named:
            continue
        taking_part = fields[document] = named[:MAX_SHAPLEY_FIELDS]
        for chosen in coalitions(taking_part):
            absent = set(taking_part) - chosen
            variants.append(Passage(_without(segments, absent)))
    units = (
        build(query, variants, tokenizer, Fit(score_empty=True), instruction).units
        if variants
        else []
    )
    return Coalitions(fields, [unit.pair for unit in units])


def _without(segments: Sequence[Segment], absent: set[str]) -> tuple[Segment, ...]:
    return tuple(segment for segment in segments if segment.field not in absent)
