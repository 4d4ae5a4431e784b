"""The request path, top to bottom.

query      blank or very long                   (special_queries)
admit      or refuse the whole request          (runtime/admission)
prepare    documents -> pairs, parts            (preparer)
shorten    fewer windows, if time is short     (time_budget)
score      pairs -> logits                      (runtime/scorer: the cache, the model's queue)
           at the deadline those that are there, if the answer may be partial  (partial)
fuse       logits, parts -> scores, in order    (scored_documents, fusion)
diversify  results that are alike, apart        (diversifying)
leave out  what scores below `min_score`        (threshold)
explain    the best documents once more         (second_pass)
spans      their sentences, each a pair         (second_pass)

A request for spans alone has its sentences scored and nothing else (span_search).
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from sidecar.pipeline.deadline import Clock, Deadline
from sidecar.pipeline.diversifying import RankedDocuments, ranked_documents
from sidecar.pipeline.effect import effect
from sidecar.pipeline.encoded_cosines import HoldEncoder, no_encoder
from sidecar.pipeline.estimate import estimate
from sidecar.pipeline.legibility import Legibility
from sidecar.pipeline.model_health import ModelHealth
from sidecar.pipeline.partial import (
    nothing_scored,
    partial_warnings,
    scoring_s,
    whole_documents,
    with_others_behind,
)
from sidecar.pipeline.per_query import by_query, rank_parts
from sidecar.pipeline.preparer import PreparedRequest, Preparer
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.scored_documents import ScoredDocument, scored_documents
from sidecar.pipeline.scoring import PairLogits, Scoring
from sidecar.pipeline.second_pass import FirstPass, SecondPass
from sidecar.pipeline.served_model import ServedModel
from sidecar.pipeline.span_search import SpanSearch
from sidecar.pipeline.special_queries import is_blank, unranked, with_bounded_query
from sidecar.pipeline.threshold import threshold_of, threshold_warnings
from sidecar.profile import Profile
from sidecar.request import RankRequest, RankResult, Timings
from sidecar.runtime.admission import Admission, Place
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.scorer import Scorer

Enter = Callable[[Scorer, Flow, int, float], AbstractContextManager[Place]]
"""(scorer, flow, tokens, seconds allowed) -> a place among the work ahead of others."""


class RerankPipeline:
    """Ranks requests with one model. `registry` makes it, and closes what it is given."""

    def __init__(
        self,
        model: ServedModel,
        scorer: Scorer,
        admission: Admission,
        config: RankingConfig,
        threads: Executor,
        deadline_s: float,
        clock: Clock = time.monotonic,
        hold_encoder: HoldEncoder = no_encoder,
    ) -> None:
        """`deadline_s` is the longest time for a request. `hold_encoder` is for profiles that
        compare vectors."""
        self.model = model
        self.scorer = scorer
        self.admission = admission
        self.config = config
        self.deadline_s = deadline_s
        self.clock = clock
        self.threads = threads
        self.health = ModelHealth(model, scorer.uncached, clock)
        languages = model.running.manifest.languages
        legibility = Legibility.of(model.tokenizer.unknown_id, languages)
        preparer = Preparer(config.hooks, model.tokenizer, legibility, threads)
        self._scoring = Scoring(scorer, preparer, clock, hold_encoder)
        self._second_pass = SecondPass(model, scorer, threads)
        self._span_search = SpanSearch(model, scorer, threads, clock)

    async def rank(self, request: RankRequest, client: Flow = ANYONE) -> RankResult:
        """The request's documents, scored and in order, as work of the client. The request may
        lower its priority to `batch`, and not raise it.

        Raises InvalidRequest for an unknown profile, Overloaded before any work, InputTooLong,
        DeadlineExceeded, InferenceFailed, HookFailed or NonFiniteScore. Cancelling the call takes
        its pairs out of the queue.
        """
        flow = Flow("batch", client.key) if request.control.priority == "batch" else client
        partial = self.config.may_be_partial(request)
        if not request.queries:
            enter = self._admit_part if partial else self.admission.admit
            return await self._rank(request, flow, enter)
        # A ranking per query, admitted as a whole: else they would refuse each other.
        parts = by_query(request)
        profile = self.config.profile(request.control)
        tokens = 0 if partial else sum(self._estimate(part, profile) for part in parts.values())
        self.admission.check(self.scorer, flow, tokens, self.allowed_s(request))
        return await rank_parts(parts, lambda part: self._rank(part, flow, self.admission.hold))

    async def _rank(self, request: RankRequest, flow: Flow, enter: Enter) -> RankResult:
        """As `rank`, for documents that share a query."""
        profile = self.config.profile(request.control)
        self.model.check_calibration(profile)
        deadline = Deadline.after(self.allowed_s(request), self.clock)
        if is_blank(request.query):
            return unranked(request, self.model.name)
        whole_query = request.query
        request = with_bounded_query(request, self.model.tokenizer.max_query_characters)
        admitted = enter(self.scorer, flow, self._estimate(request, profile), deadline.allowed_s)
        with self.health.watched() as outcome:
            if request.spans is not None and request.spans.alone:
                result = await self._span_search.find(
                    request, request.spans, profile, deadline, admitted
                )
            else:
                result = await self._scored(request, profile, deadline, admitted, flow)
            outcome.result = result
        cut = 1 if request.query != whole_query else result.truncated_queries
        revision = self.model.running.score_revision
        return replace(result, truncated_queries=cut, score_revision=revision)

    async def _scored(
        self,
        request: RankRequest,
        profile: Profile,
        deadline: Deadline,
        admitted: AbstractContextManager[Place],
        flow: Flow,
    ) -> RankResult:
        """The result of the model, whole or at the deadline."""
        partial = self.config.may_be_partial(request)
        scored = await self._scoring.logits(request, profile, deadline, admitted, partial=partial)
        if scored is None:
            return nothing_scored(request, self.model.name)
        return await self._ranked(request, profile, scored, deadline, flow, partial=partial)

    async def _ranked(
        self,
        request: RankRequest,
        profile: Profile,
        scored: PairLogits,
        deadline: Deadline,
        flow: Flow,
        *,
        partial: bool,
    ) -> RankResult:
        """The result of a request whose pairs are scored, all of them or at its deadline."""
        start = self.clock()
        prepared, of_pairs = scored.prepared, scored.prepared.pairs
        pairs, pair_logits, unscored = whole_documents(of_pairs.pairs, scored.logits)
        if unscored and not pairs:
            return nothing_scored(request, self.model.name)
        documents = with_others_behind(
            scored_documents(
                pairs,
                pair_logits,
                prepared.documents.parts,
                profile.long,
                self.model.calibration,
                profile.own_calibration,
            ),
            request.documents,
            unscored,
        )
        ordered = await self._ordered(request, profile, documents, prepared, unscored)
        logits = [document.logit for document in documents]
        threshold, kept = threshold_of(request), ordered.kept
        ranked = kept[: request.top_n or None]
        fused = self.clock()

        first = FirstPass(request, prepared, ordered.documents, ranked, flow, ordered.picks)
        explanations, more_warnings, spans = await self._second_pass.answers(
            first, deadline, partial=partial
        )
        return RankResult(
            ranked=ranked,
            model=self.model.name,
            tokens=sum(len(pair.input) for pair in pairs),
            cached=scored.cached,
            truncated=of_pairs.truncated,
            truncated_queries=int(of_pairs.query != request.query),
            unread=of_pairs.unread,
            query_unread=of_pairs.query_unread,
            shortened=of_pairs.shortened,
            without_fields=prepared.without_fields,
            broken=prepared.broken,
            below_min_score=None if threshold is None else len(logits) - len(kept),
            coverage=1 - len(unscored) / len(documents) if partial else None,
            unscored=unscored,
            warnings=(
                *threshold_warnings(request, len(kept)),
                *ordered.warnings,
                *partial_warnings(request),
                *prepared.warnings,
                *more_warnings,
            ),
            explanations=explanations,
            spans=spans,
            effect=None if unscored else effect(request.documents, logits),
            pair_logits=pair_logits,
            timings=Timings(
                tokenize=scored.tokenize_s,
                queue=scored.queue_s,
                infer=scored.infer_s,
                fuse=fused - start,
            ),
        )

    async def _ordered(
        self,
        request: RankRequest,
        profile: Profile,
        documents: Sequence[ScoredDocument],
        prepared: PreparedRequest,
        unscored: Sequence[int],
    ) -> RankedDocuments:
        """The documents in order; in a thread where more counts than their logits."""
        given = request, profile, documents, prepared.similarity, unscored
        if prepared.similarity is None:
            return ranked_documents(*given)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, ranked_documents, *given)

    @contextmanager
    def _admit_part(
        self, scorer: Scorer, flow: Flow, tokens: int, deadline_s: float
    ) -> Iterator[Place]:
        """Admits a request that need not be done in time, if it can begin by then."""
        self.admission.check(scorer, flow, 0, deadline_s)
        with self.admission.hold(scorer, flow, tokens, deadline_s) as place:
            yield place

    def allowed_s(self, request: RankRequest) -> float:
        """The seconds until the request must be scored."""
        seconds = min(request.control.deadline_s or self.deadline_s, self.deadline_s)
        return scoring_s(seconds) if self.config.may_be_partial(request) else seconds

    def _estimate(self, request: RankRequest, profile: Profile) -> int:
        return estimate(request, profile, self.model.tokenizer.max_tokens)
