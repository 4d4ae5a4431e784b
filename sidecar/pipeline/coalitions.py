"""The extra pairs of exact Shapley values: passages with every set of their fields. Pure.

Of a document that is read in windows the best window's passage is explained: its fields are the
header's and the window's piece of the longest. Its ids, and those of a document that was cut, are
put together again, so that all of them give the logit that was given. A document that fits is
composed anew for each set.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sidecar.calibration import Calibration
from sidecar.explain import MAX_SHAPLEY_FIELDS, coalitions, shapley
from sidecar.fusion.rank import check_finite
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import PassagePair, build_pairs
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.text.compose import Passage


@dataclass(frozen=True, slots=True)
class Coalitions:
    """Documents' fields, and a pair for every set of them."""

    fields: dict[int, tuple[str, ...]]
    """By document; a document of plain text has no place here."""
    inputs: list[ModelInput]
    """Of all documents, in the order of `fields`, each in the order of `explain.coalitions`."""
    windowed: tuple[int, ...] = ()
    """The documents of which the best window is explained."""

    def values(
        self, logits: Sequence[float], calibration: Calibration
    ) -> dict[int, dict[str, float]]:
        """Each document's Shapley values of the model's part, from the pairs' logits.

        Raises NonFiniteScore when a logit is NaN or infinite.
        """
        check_finite(logits)
        left = map(calibration.calibrated, logits)
        by_document = {}
        for document, fields in self.fields.items():
            sets = coalitions(fields)
            worth = dict(zip(sets, islice(left, len(sets)), strict=True))
            by_document[document] = shapley(fields, worth)
        return by_document

    @property
    def warnings(self) -> tuple[str, ...]:
        """For documents whose values are of one window."""
        if not self.windowed:
            return ()
        shown = ", ".join(map(str, self.windowed))
        return (f"Shapley values of long documents are of their best window alone: {shown}",)


@dataclass(frozen=True, slots=True)
class Explained:
    """A document to explain: its passage, and the pair that its score comes from."""

    document: int
    passage: Passage
    best_pair: PassagePair | None


def coalition_pairs(
    documents: Sequence[Explained], query: str, tokenizer: PairTokenizer, instruction: str | None
) -> Coalitions:
    """The pairs for these documents. Of each the heaviest fields take part, at most
    MAX_SHAPLEY_FIELDS; lighter ones stay in every set. What does not fit the model is cut."""
    fields: dict[int, tuple[str, ...]] = {}
    inputs: list[ModelInput] = []
    for one in documents:
        named = tuple(segment.field for segment in one.passage.segments if segment.field)
        if not named:
            continue
        taking_part = fields[one.document] = named[:MAX_SHAPLEY_FIELDS]
        absent = [set(taking_part) - chosen for chosen in coalitions(taking_part)]
        if one.best_pair is None or not one.best_pair.pieces:
            variants = [_without(one.passage, each) for each in absent]
            built = build_pairs(query, variants, tokenizer, Fit(score_empty=True), instruction)
            inputs += [pair.input for pair in built.pairs]
        else:
            inputs += _of_pieces(one.best_pair, absent, query, tokenizer, instruction)
    windowed = [one.document for one in documents if one.best_pair and one.best_pair.evidence]
    return Coalitions(fields, inputs, tuple(sorted(fields.keys() & set(windowed))))


def _without(passage: Passage, absent: set[str]) -> Passage:
    return Passage(tuple(one for one in passage.segments if one.field not in absent))


def _of_pieces(
    pair: PassagePair,
    absent: Sequence[set[str]],
    query: str,
    tokenizer: PairTokenizer,
    instruction: str | None,
) -> Iterator[ModelInput]:
    encoded = tokenizer.query(query, instruction)
    for each in absent:
        ids = [token for field, piece in pair.pieces if field not in each for token in piece]
        yield tokenizer.pair(encoded, ids)
