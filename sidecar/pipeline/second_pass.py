"""What is asked about the best documents once they are known; each question is more pairs.

explain   Shapley values of a document's fields: a pair for every set of them   (coalitions)
spans     a document's relevant sentences: a pair for each                      (spans)
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sidecar.calibration import Calibration
from sidecar.errors import DeadlineExceeded
from sidecar.fusion.diversity import Pick
from sidecar.pipeline.coalitions import Coalitions, Explained, coalition_pairs
from sidecar.pipeline.deadline import Deadline
from sidecar.pipeline.partial import NO_MORE, without_more_pairs
from sidecar.pipeline.preparer import PreparedRequest
from sidecar.pipeline.scored_documents import ScoredDocument, explanations
from sidecar.pipeline.served_model import ServedModel
from sidecar.pipeline.spans import Sentences, sentence_pairs
from sidecar.profile import Profile
from sidecar.request import Ranked, RankRequest, RelevantSpan
from sidecar.runtime.flows import Flow
from sidecar.runtime.scorer import Scorer

Explanation = dict[str, object]
Spans = dict[int, tuple[RelevantSpan, ...]]
MorePairs = TypeVar("MorePairs", Coalitions, Sentences)


@dataclass(frozen=True, slots=True)
class FirstPass:
    """A request whose documents are ranked."""

    request: RankRequest
    prepared: PreparedRequest
    documents: Sequence[ScoredDocument]
    """In the order of the request."""
    ranked: Sequence[Ranked]
    """In the order of the answer."""
    flow: Flow
    """Whose share of the device its further pairs take."""
    picks: Mapping[int, Pick] = field(default_factory=dict)
    """By document, why it was chosen next, where the order was made diverse."""


@dataclass(frozen=True, slots=True)
class SecondPass:
    """For one model; its pairs are built in `threads`. It raises what the first pass raises."""

    model: ServedModel
    scorer: Scorer
    threads: Executor

    async def answers(
        self, first: FirstPass, deadline: Deadline, *, partial: bool
    ) -> tuple[tuple[Explanation, ...], tuple[str, ...], Spans]:
        """(explanations, warnings, spans) that the request asks for; a partial answer does without
        those for which the model has no time left."""
        try:
            explanations, warnings = await self.explain(first, deadline)
            return explanations, warnings, await self.spans(first, deadline)
        except DeadlineExceeded:
            if not partial:
                raise
        known = replace(first, request=without_more_pairs(first.request))
        explanations, warnings = await self.explain(known, deadline)
        return explanations, (*warnings, NO_MORE), {}

    async def explain(
        self, first: FirstPass, deadline: Deadline
    ) -> tuple[tuple[Explanation, ...], tuple[str, ...]]:
        """(an explanation per result, warnings); nothing unless the request asks for them."""
        control = first.request.control
        if not control.explain:
            return (), ()
        shapley: dict[int, dict[str, float]] = {}
        warnings: tuple[str, ...] = ()
        if control.shapley:
            shapley, warnings = await self._shapley(first, control.shapley, deadline)
        entries = explanations(
            first.ranked,
            first.documents,
            first.prepared.pairs.truncated,
            shapley,
            first.prepared.documents.constraints,
            first.picks,
        )
        return entries, warnings

    async def spans(self, first: FirstPass, deadline: Deadline) -> Spans:
        """By document its relevant sentences; nothing unless the request asks for them."""
        options = first.request.spans
        if options is None:
            return {}
        profile = first.prepared.profile
        instruction = first.prepared.instruction
        query, documents = first.prepared.pairs.query, first.request.documents
        indexes = [item.index for item in first.ranked]
        tokenizer = self.model.tokenizer
        sentences, logits = await self._score(
            lambda: sentence_pairs(query, documents, indexes, tokenizer, instruction, profile),
            deadline,
            first.flow,
        )
        return sentences.spans(logits, self._calibration(profile), documents, options)

    async def _shapley(
        self, first: FirstPass, count: int, deadline: Deadline
    ) -> tuple[dict[int, dict[str, float]], tuple[str, ...]]:
        """(Shapley values of the `count` best documents' fields, warnings)."""
        best = sorted(first.ranked, key=lambda item: -item.logit)[:count]
        passages = first.prepared.documents.passages
        explained = [
            Explained(item.index, passages[item.index], first.documents[item.index].best_pair)
            for item in best
        ]
        query, instruction = first.prepared.pairs.query, first.prepared.instruction
        sets, logits = await self._score(
            lambda: coalition_pairs(explained, query, self.model.tokenizer, instruction),
            deadline,
            first.flow,
        )
        return sets.values(logits, self._calibration(first.prepared.profile)), sets.warnings

    def _calibration(self, profile: Profile) -> Calibration:
        """Of a logit to which nothing is added."""
        return self.model.calibration.then(profile.own_calibration)

    async def _score(
        self, build: Callable[[], MorePairs], deadline: Deadline, flow: Flow
    ) -> tuple[MorePairs, list[float]]:
        """What `build` makes, in a thread, and the logits of its pairs."""
        loop = asyncio.get_running_loop()
        more = await deadline.wait(loop.run_in_executor(self.threads, build))
        keys = await deadline.wait(self.scorer.prefetch(more.inputs))
        job = self.scorer.submit(more.inputs, deadline.at, flow=flow, keys=keys)
        scored = await deadline.wait(asyncio.wrap_future(job))
        return more, scored.outputs.tolist()
