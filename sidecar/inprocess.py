"""The reranker in this process: no server, no port.

    from sidecar import Reranker

    with Reranker.open() as reranker:
        result = reranker.rerank("red shoes", ["Plain sock", {"title": "Red running shoe"}])
        best = result.ranked[0]           # .index, .score in [0, 1], .logit

    async with Reranker.open() as reranker:
        result = await reranker.arerank("red shoes", documents, profile="ecommerce", top_n=10)

Queries, documents and options mean what they mean over HTTP, and the same code reads them.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from sidecar.contracts.body import Body, Count, DocumentList
from sidecar.contracts.validation import validate
from sidecar.errors import ModelError
from sidecar.lenient_json import as_sent
from sidecar.pipeline.fallback import rank_or_fall_back
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.profiles import Profiles
from sidecar.request import OnDeadline, OnFailure, Order, Priority, RankRequest, RankResult
from sidecar.runtime.flows import ANYONE
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.shipped_models import named_folder
from sidecar.settings import DEFAULT_DEADLINE_MS

Text = str | Mapping[str, Any]
"""A string is always text; a mapping holds named fields, or the query and its options."""


class Options(TypedDict, total=False):
    """What one call may set."""

    top_n: int | None
    """None or 0: all."""
    order: Order
    """`score` (the default) or `input`."""
    max_tokens_per_doc: int | None
    """Documents are cut there, and not read in windows."""
    profile: str | None
    fields: Mapping[str, float] | None
    """Field -> weight."""
    instruction: str | None
    context: Mapping[str, Any] | None
    long: Mapping[str, Any] | None
    diversify: Mapping[str, Any] | None
    """`lambda`, `by`, `field` and `top`: results that are alike are kept apart."""
    deadline_ms: int | None
    explain: bool
    shapley: bool | int
    min_score: float | None
    """In [0, 1]: what scores below it is left out; `RankResult.below_min_score` counts it."""
    on_deadline: OnDeadline
    """`partial`: at the deadline what is scored is ranked; `RankResult.coverage` is its share."""
    on_failure: OnFailure
    """What ranks when the model fails: `error`, `lexical` or `order`; see `RankResult.degraded`."""
    priority: Priority
    """`interactive` (the default), or `batch`, which gives way to it."""


class _Call(Body):
    documents: DocumentList
    top_n: Count | None = None
    max_tokens_per_doc: Count | None = None

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_n,
            max_document_tokens=self.max_tokens_per_doc or None,
        )


class Reranker:
    """A model that is loaded and proven. Use it as a context manager, or `close` it; it may be
    called from several threads, and from any event loop."""

    def __init__(self, registry: ModelRegistry) -> None:
        """Takes the registry over, and closes it. `open` makes one."""
        self.registry = registry
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        model: str | Path | None = None,
        *,
        profiles: str | Path | None = None,
        deadline_s: float = DEFAULT_DEADLINE_MS / 1000,
        runtime_options: RuntimeOptions | None = None,
        **options: Any,
    ) -> Self:
        """The model in the folder `model`, or shipped under that name (default: the shipped
        reranker), warm and proven.

        `options` are the fields of `RuntimeOptions`, such as `device` and `workers`, which
        `runtime_options` may give as one value instead; they mean what the settings of these names
        mean. `profiles` is a folder with more profiles, `deadline_s` the longest time for a call.
        Raises ModelError, DeviceError, ProfileError or StartupError with the reason, and TypeError
        for an option that does not exist.
        """
        if runtime_options is None:
            runtime_options = RuntimeOptions.of(options)
        elif options:
            raise TypeError("give runtime_options or its fields, not both")
        config = RankingConfig(Profiles.open(None if profiles is None else Path(profiles)))
        source = ModelSource(None if model is None else named_folder(str(model)))
        registry = ModelRegistry.open(
            [source], runtime_options, deadline_s=deadline_s, config=config
        )
        try:
            for live in registry.live:
                live.running.manifest.check_reranker()
        except ModelError:
            registry.close()
            raise
        return cls(registry)

    def rerank(
        self, query: Text, documents: Sequence[Text], **options: Unpack[Options]
    ) -> RankResult:
        """The documents' places, `result.ranked`, the best first. Waits for them.

        Raises InvalidRequest with the path of the fault, Overloaded before any work, InputTooLong,
        DeadlineExceeded, InferenceFailed or NonFiniteScore; TypeError for an unknown option.
        """
        call = self._rank(query, documents, options)
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()

    async def arerank(
        self, query: Text, documents: Sequence[Text], **options: Unpack[Options]
    ) -> RankResult:
        """As `rerank`, for event loops. Cancelling it takes its pairs out of the queue."""
        return await self._rank(query, documents, options)

    async def _rank(
        self, query: Text, documents: Sequence[Text], options: Mapping[str, Any]
    ) -> RankResult:
        if unknown := options.keys() - Options.__annotations__.keys():
            raise TypeError(f"there is no option {', '.join(sorted(unknown))}")
        if not documents:
            return RankResult((), self.registry.default.model.name, tokens=0)
        request = _request(query, documents, options)
        return await rank_or_fall_back(self.registry.default, request, ANYONE, self.registry.held)

    def close(self) -> None:
        """Stops the workers; calls that still wait fail. May be called twice."""
        if self._loop.is_closed():
            return
        self.registry.close()
        asyncio.run_coroutine_threadsafe(_others(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.close)


def _request(query: Text, documents: Sequence[Text], options: Mapping[str, Any]) -> RankRequest:
    """The request that the same call makes over HTTP. Raises InvalidRequest."""
    given = {name: value for name, value in options.items() if value is not None}
    body = {
        **{name: _plain(value) for name, value in given.items()},
        "query": _plain(query),
        "documents": [_plain(document) for document in documents],
    }
    return validate(_Call, as_sent(body)).to_request()


def _plain(value: object) -> object:
    """A mapping as a dict, which is what JSON becomes."""
    return dict(value) if isinstance(value, Mapping) else value


async def _others() -> None:
    """Returns when the loop has nothing else to do."""
    others = asyncio.all_tasks() - {task for task in [asyncio.current_task()] if task}
    await asyncio.gather(*others, return_exceptions=True)
