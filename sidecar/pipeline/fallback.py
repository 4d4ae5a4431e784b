"""What answers a request when the model fails, on API routes (`on_failure`, `stand_in`).

    the model fails, or its breaker is open
      └─► the stand-in model, if there is one, in the time that is left
            └─► `lexical`: BM25F   |   `order`: as the documents came   |   `error`: as it was

The answer says so (`RankResult.degraded`). A search engine gets the error: it keeps its own order,
which is better than one that is not the model's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial

from sidecar.errors import DeadlineExceeded, InferenceFailed, NonFiniteScore, RerankError
from sidecar.fusion import rank
from sidecar.pipeline.deadline import Deadline
from sidecar.pipeline.given_order import given_order
from sidecar.pipeline.lexical import lexical_documents
from sidecar.pipeline.per_query import by_query, rank_parts
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.scored_documents import explanations
from sidecar.pipeline.threshold import threshold_of
from sidecar.request import Degraded, RankRequest, RankResult
from sidecar.runtime.flows import Flow

Holder = Callable[[str], AbstractAsyncContextManager[RerankPipeline | None]]
"""The pipeline of a named model while it is used, None if it is not served."""

THRESHOLD_IGNORED = "min_score has no effect here: these scores are not the model's"
"""A warning."""


async def rank_or_fall_back(
    pipeline: RerankPipeline, request: RankRequest, client: Flow, hold: Holder
) -> RankResult:
    """The model's result for the client's request, or that of what answers in its place, before the
    deadline. Raises as `RerankPipeline.rank`."""
    deadline = Deadline.after(pipeline.allowed_s(request), pipeline.clock)
    try:
        return await pipeline.rank(request, client)
    except (InferenceFailed, NonFiniteScore) as fault:
        failure = fault
    config = pipeline.config
    if (name := config.stand_in_of(request, pipeline.model.name)) is not None:
        found = await _stand_in(name, request, client, deadline, hold)
        if found is not None:
            return replace(found, degraded=Degraded("stand_in", failure.code))
    on_failure = config.on_failure_of(request)
    if on_failure == "error":
        raise failure
    if on_failure == "lexical":
        try:
            result = await deadline.wait(_each_query(request, partial(_lexically, pipeline)))
            return replace(result, degraded=Degraded("lexical", failure.code))
        except DeadlineExceeded:
            if not config.may_be_partial(request):
                raise
    result = await _each_query(request, partial(_as_sent, pipeline))
    return replace(result, degraded=Degraded("order", failure.code))


async def _each_query(
    request: RankRequest, rank_one: Callable[[RankRequest], Awaitable[RankResult]]
) -> RankResult:
    """The result of `rank_one`, for each query of a request that has several."""
    return await (rank_parts(by_query(request), rank_one) if request.queries else rank_one(request))


async def _as_sent(pipeline: RerankPipeline, request: RankRequest) -> RankResult:
    return given_order(request, pipeline.model.name, _threshold_warnings(request))


async def _lexically(pipeline: RerankPipeline, request: RankRequest) -> RankResult:
    return await asyncio.get_running_loop().run_in_executor(
        pipeline.threads, _lexical, pipeline, request
    )


def _lexical(pipeline: RerankPipeline, request: RankRequest) -> RankResult:
    model = pipeline.model
    profile = pipeline.config.profile(request.control)
    documents = lexical_documents(request, profile, model.tokenizer.max_tokens)
    logits = [document.logit for document in documents]
    ranked = rank(logits, order=request.order, top_n=request.top_n)
    return RankResult(
        ranked,
        model.name,
        tokens=0,
        below_min_score=None if threshold_of(request) is None else 0,
        warnings=_threshold_warnings(request),
        explanations=explanations(ranked, documents, (), {}) if request.control.explain else (),
    )


def _threshold_warnings(request: RankRequest) -> tuple[str, ...]:
    return () if request.control.min_score is None else (THRESHOLD_IGNORED,)


async def _stand_in(
    name: str, request: RankRequest, client: Flow, deadline: Deadline, hold: Holder
) -> RankResult | None:
    """The stand-in's result; None if it cannot give one in the time that is left."""
    if not deadline.left_s:
        return None
    in_time = replace(request, control=replace(request.control, deadline_s=deadline.left_s))
    try:
        async with hold(name) as stand_in:
            if stand_in is None:
                return None
            found = await stand_in.rank(in_time, client)
    except RerankError:  # it is overloaded, late, or fails too: the request falls back further
        return None
    return replace(found, pair_logits=())  # of another model than what the request's are counted as
