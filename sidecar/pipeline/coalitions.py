"""The extra pairs of exact Shapley values: each document's passage with every set of its fields."""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.engine.tokenizer import Pair, PairTokenizer
from sidecar.engine.units import Fit, build
from sidecar.explain import MAX_SHAPLEY_FIELDS, Coalition, coalitions, shapley
from sidecar.fusion.fuse import Calibration
from sidecar.text.compose import Passage


@dataclass(frozen=True, slots=True)
class Coalitions:
    """A document's fields, every set of them, and a pair for each."""

    document: int
    fields: tuple[str, ...]
    sets: list[Coalition]
    pairs: list[Pair]

    def values(self, logits: Sequence[float], calibration: Calibration) -> dict[str, float]:
        """Each field's Shapley value of the model's part, from the pairs' logits."""
        calibrated = [(logit - calibration.bias) / calibration.temperature for logit in logits]
        return shapley(self.fields, dict(zip(self.sets, calibrated, strict=True)))


def coalition_pairs(
    document: int,
    passage: Passage,
    query: str,
    tokenizer: PairTokenizer,
    instruction: str | None,
) -> Coalitions | None:
    """The pairs for one document; None for plain text. The heaviest fields take part, at most
    MAX_SHAPLEY_FIELDS; lighter ones stay in every set. What does not fit the model is cut."""
    fields = tuple(segment.field for segment in passage.segments if segment.field)
    if not fields:
        return None
    taking_part = fields[:MAX_SHAPLEY_FIELDS]
    sets = coalitions(taking_part)
    passages = [
        Passage(
            tuple(
                segment
                for segment in passage.segments
                if segment.field in chosen or segment.field not in taking_part
            )
        )
        for chosen in sets
    ]
    units = build(query, passages, tokenizer, Fit(), instruction)
    return Coalitions(document, taking_part, sets, [unit.pair for unit in units.units])
