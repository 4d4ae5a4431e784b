"""Which sentences of the best documents speak for them: each is a pair of its own. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sidecar.calibration import Calibration
from sidecar.lengths import MAX_CHARACTERS_PER_TOKEN
from sidecar.pipeline.preparation import SCANNED_PER_SCORED
from sidecar.request import Ranked, RankRequest, RelevantSpan, SpanOptions
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.text.boundaries import boundaries
from sidecar.text.windows import Window, select


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of documents and their pairs, one each, in the order of the texts."""

    places: list[tuple[int, int, int]]
    """(document, start, end), in code points of its text."""
    inputs: list[ModelInput]

    def spans(
        self, logits: Sequence[float], calibration: Calibration, options: SpanOptions
    ) -> dict[int, tuple[RelevantSpan, ...]]:
        """By document, the best `options.max_spans` that reach the threshold, in the text's order.

        A sentence's score is its calibrated logit's, with nothing added.
        """
        by_document: dict[int, list[RelevantSpan]] = {}
        for (document, start, end), logit in zip(self.places, logits, strict=True):
            score = calibration.score(logit)
            if score >= options.threshold:
                by_document.setdefault(document, []).append(RelevantSpan(start, end, score))
        return {
            document: _best(spans, options.max_spans) for document, spans in by_document.items()
        }


def _best(spans: list[RelevantSpan], limit: int | None) -> tuple[RelevantSpan, ...]:
    if limit is not None:
        spans = sorted(spans, key=lambda span: -span.score)[:limit]
    return tuple(sorted(spans, key=lambda span: span.start))


def sentence_pairs(
    ranked: Sequence[Ranked],
    request: RankRequest,
    tokenizer: PairTokenizer,
    instruction: str | None,
    budget_tokens: int,
) -> Sentences:
    """The pairs for these results. Of a document that has more than `budget_tokens`, the first
    sentence and the best by BM25 take part; objects, which are no text, do not. A sentence that
    does not fit the model is cut."""
    query = tokenizer.query(request.query, instruction)
    max_characters = budget_tokens * SCANNED_PER_SCORED * MAX_CHARACTERS_PER_TOKEN
    places: list[tuple[int, int, int]] = []
    inputs: list[ModelInput] = []
    for item in ranked:
        text = (request.documents[item.index].text or "")[:max_characters]
        cuts = _sentences(text)
        if not cuts:
            continue
        ids = tokenizer.encode([tokenizer.lead + text[start:end] for start, end in cuts])
        windows = [
            Window(start, end, 0, len(each)) for (start, end), each in zip(cuts, ids, strict=True)
        ]
        for place in sorted(select(windows, text, request.query, budget_tokens)):
            places.append((item.index, *cuts[place]))
            inputs.append(tokenizer.pair(query, ids[place][: query.room]))
    return Sentences(places, inputs)


def _sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence in which a word stands, without the space around it."""
    starts = [boundary.start for boundary in boundaries(text)]
    cuts = []
    for start, end in pairwise([*starts, len(text)]):
        sentence = text[start:end]
        start += len(sentence) - len(sentence.lstrip())
        end = start + len(sentence.strip())
        if any(map(str.isalnum, sentence)):
            cuts.append((start, end))
    return cuts
