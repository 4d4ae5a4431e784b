"""Which sentences of documents speak for them: each is a pair of its own. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sidecar.calibration import Calibration, sigmoid
from sidecar.fusion.rank import check_finite
from sidecar.lengths import MAX_CHARACTERS_PER_TOKEN
from sidecar.pipeline.preparation import SCANNED_PER_SCORED
from sidecar.pipeline.time_budget import affordable_rank
from sidecar.profile import Profile
from sidecar.request import Document, RelevantSpan, SpanOptions
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.scorer import Load
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.text.boundaries import boundaries
from sidecar.text.plain_documents import plain_document
from sidecar.text.tag_pairs import balanced
from sidecar.text.windows import Window, select


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document and its pair."""

    document: int
    start: int
    end: int
    """[start, end) in code points of the document's text."""
    rank: int
    """Its place among the document's sentences, the most important first."""
    input: ModelInput


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences to score, in the order of the documents and their texts."""

    sentences: list[Sentence]
    query: str
    """As the model read it: cut if it was too long."""
    shortened: tuple[int, ...] = ()
    """Documents of which sentences were left out to meet the deadline."""

    @property
    def inputs(self) -> list[ModelInput]:
        return [sentence.input for sentence in self.sentences]

    def within_time(
        self, load: Load, left_s: float, flow: Flow = ANYONE, due_s: float | None = None
    ) -> "Sentences":
        """These, or fewer of each document where all would be scored after the deadline."""
        lengths = [(sentence.rank, len(sentence.input)) for sentence in self.sentences]
        ranks = affordable_rank(lengths, load, left_s, flow, due_s)
        if ranks is None:
            return self
        kept = [sentence for sentence in self.sentences if sentence.rank < ranks]
        shortened = {each.document for each in self.sentences if each.rank >= ranks}
        return replace(self, sentences=kept, shortened=tuple(sorted(shortened)))

    def spans(
        self,
        logits: Sequence[float],
        calibration: Calibration,
        documents: Sequence[Document],
        options: SpanOptions,
    ) -> dict[int, tuple[RelevantSpan, ...]]:
        """By document, the sentences that the options ask for, in the text's order.

        A sentence's score is its calibrated logit's, with nothing added. Raises NonFiniteScore when
        a logit is NaN or infinite.
        """
        check_finite(logits)
        calibrated = [calibration.calibrated(logit) for logit in logits]
        best: dict[int, float] = {}
        for sentence, logit in zip(self.sentences, calibrated, strict=True):
            best[sentence.document] = max(logit, best.get(sentence.document, logit))
        by_document: dict[int, list[RelevantSpan]] = {}
        for sentence, logit in zip(self.sentences, calibrated, strict=True):
            score = sigmoid(logit)
            too_far = options.margin is not None and (
                logit < best[sentence.document] - options.margin
            )
            if score < options.threshold or too_far:
                continue
            text = documents[sentence.document].text or ""
            start, end = balanced(text, sentence.start, sentence.end)
            by_document.setdefault(sentence.document, []).append(RelevantSpan(start, end, score))
        return {
            document: _best(spans, options.max_spans) for document, spans in by_document.items()
        }


def _best(spans: list[RelevantSpan], limit: int | None) -> tuple[RelevantSpan, ...]:
    if limit is not None:
        spans = sorted(spans, key=lambda span: -span.score)[:limit]
    return tuple(sorted(spans, key=lambda span: span.start))


def sentence_pairs(
    query_text: str,
    documents: Sequence[Document],
    indexes: Sequence[int],
    tokenizer: PairTokenizer,
    instruction: str | None,
    profile: Profile,
) -> Sentences:
    """The pairs for the documents of these indexes.

    Of a document that has more than the profile's `budget_tokens`, the first sentence and the best
    by BM25 take part; objects, which are no text, do not. A sentence that does not fit the model is
    cut.
    """
    budget_tokens = profile.long.budget_tokens
    query = tokenizer.query(query_text, instruction)
    max_characters = budget_tokens * SCANNED_PER_SCORED * MAX_CHARACTERS_PER_TOKEN
    found: list[Sentence] = []
    for index in indexes:
        document = plain_document(documents[index].text or "", profile)
        text = str(document.content)[:max_characters]
        cuts = _sentences(text)
        if not cuts:
            continue
        ids = tokenizer.encode([tokenizer.lead + text[start:end] for start, end in cuts])
        windows = [
            Window(start, end, 0, len(each)) for (start, end), each in zip(cuts, ids, strict=True)
        ]
        chosen = select(windows, text, query_text, budget_tokens)
        for rank, place in sorted(enumerate(chosen), key=lambda item: item[1]):
            pair = tokenizer.pair(query, ids[place][: query.room])
            found.append(Sentence(index, *document.original(*cuts[place]), rank, pair))
    return Sentences(found, query.text)


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
