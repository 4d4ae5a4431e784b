"""The request path, top to bottom.

compose    document -> passage           (text/compose)
admit      or refuse the whole request   (engine/admission)
tokenize   (query, passages) -> pairs    (engine/tokenizer, off the event loop)
score      pairs -> logits               (engine/scheduler, engine/session)
rank       logits -> scores, in order    (fusion)
"""

import asyncio
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sidecar.engine.admission import Admission, estimate_tokens
from sidecar.engine.canonical import canonical_pairs, check_numbers, check_placement
from sidecar.engine.cores import available_cores
from sidecar.engine.manifest import Device, Manifest
from sidecar.engine.runs import Layout, layout_for
from sidecar.engine.scheduler import RunReport, Scheduler
from sidecar.engine.session import OnnxSession, Session
from sidecar.engine.tokenizer import Pair, PairTokenizer
from sidecar.errors import DeadlineExceeded
from sidecar.fusion import rank
from sidecar.model import RankRequest, RankResult, Timings
from sidecar.text.compose import compose

DEFAULT_DEADLINE_S = 25.0
"""Below the 30 s after which Elasticsearch gives up, so that our answer is the one it gets."""

Observer = Callable[[RunReport], None]


def shipped_model() -> Path:
    """The folder of the model that comes with the package."""
    return Path(str(files("sidecar"))) / "models" / "minilm-en"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What runs: shown by /info, and the key under which scores may be compared or cached."""

    manifest: Manifest
    graph: str
    device: Device

    @property
    def score_revision(self) -> str:
        """Changes whenever a pair's score could: the model's files, the graph and its engine."""
        parts = [self.graph, "onnxruntime", *sorted(self.manifest.files.values())]
        parts.append(f"{self.manifest.temperature} {self.manifest.bias}")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class Reranker:
    """A model that is loaded, proven and running. `open` one, `close` it after use."""

    def __init__(
        self,
        loaded: Loaded,
        tokenizer: PairTokenizer,
        session: Session,
        layout: Layout,
        *,
        deadline_s: float = DEFAULT_DEADLINE_S,
        on_run: Observer = lambda report: None,
    ) -> None:
        self.loaded = loaded
        self.tokenizer = tokenizer
        self.deadline_s = deadline_s
        self._on_run = on_run
        self.scheduler = Scheduler(
            session, layout, loaded.manifest.padding, tokenizer.pad_id, on_run=self._observe
        )
        self.admission = Admission(layout.workers, lambda: self.scheduler.backlog()[1])
        self._threads = ThreadPoolExecutor(available_cores(), "tokenize")

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        device: Device = "cpu",
        graph: str | None = None,
        workers: int | None = None,
        token_budget: int | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        on_run: Observer = lambda report: None,
    ) -> "Reranker":
        """The model of `folder` (default: the shipped one) on `device`, warm and proven.

        Raises ModelError, DeviceError or StartupError with the reason when it must not serve.
        """
        folder = folder or shipped_model()
        manifest = Manifest.read(folder)
        name, chosen = manifest.graph_for(device, graph)
        layout = layout_for(
            device, chosen, available_cores(), workers=workers, token_budget=token_budget
        )
        tokenizer = PairTokenizer.open(folder, manifest)
        if device != "cpu":
            probe = OnnxSession.open(folder, chosen, device, profile=True)
            check_placement(probe, device, manifest, tokenizer)
        session = OnnxSession.open(folder, chosen, device, threads=layout.intra_op_threads)
        check_numbers(session, manifest, name, tokenizer)
        reranker = cls(
            Loaded(manifest, name, device),
            tokenizer,
            session,
            layout,
            deadline_s=deadline_s,
            on_run=on_run,
        )
        reranker._warm()
        return reranker

    async def rank(self, request: RankRequest) -> RankResult:
        """The request's documents, scored and in order.

        Raises Overloaded before any work, InputTooLong, DeadlineExceeded, InferenceFailed or
        NonFiniteScore. Cancelling the call takes its pairs out of the queue.
        """
        start = time.monotonic()
        allowed_s = min(request.deadline_s or self.deadline_s, self.deadline_s)
        deadline = start + allowed_s
        manifest = self.loaded.manifest
        with self.admission.admit(self._estimate(request), allowed_s):
            loop = asyncio.get_running_loop()
            pairs = await loop.run_in_executor(self._threads, self._tokenize, request)
            tokenized = time.monotonic()
            job = self.scheduler.submit(pairs, deadline)
        try:
            async with asyncio.timeout(max(0.0, deadline - tokenized)):
                scored = await asyncio.wrap_future(job)
        except TimeoutError:
            raise DeadlineExceeded(f"not every pair was scored within {allowed_s:.1f} s") from None
        back = time.monotonic()
        ranked = rank(
            scored.logits.tolist(),
            temperature=manifest.temperature,
            bias=manifest.bias,
            order=request.order,
            top_n=request.top_n,
        )
        return RankResult(
            ranked=ranked,
            model=manifest.name,
            tokens=sum(map(len, pairs)),
            truncated=tuple(index for index, pair in enumerate(pairs) if pair.truncated),
            timings=Timings(
                tokenize=tokenized - start,
                queue=scored.queue_s,
                infer=scored.infer_s,
                fuse=time.monotonic() - back,
            ),
        )

    def close(self) -> None:
        """Stops the workers; requests that still wait fail."""
        self.scheduler.close()
        self._threads.shutdown(cancel_futures=True)

    def _tokenize(self, request: RankRequest) -> list[Pair]:
        budget = self.tokenizer.document_tokens
        cut = request.cut or "right"
        passages = [compose(document, budget, cut) for document in request.documents]
        return self.tokenizer.encode(
            request.query,
            passages,
            cut=request.cut,
            max_document_tokens=request.max_document_tokens,
        )

    def _estimate(self, request: RankRequest) -> int:
        lengths = [document.size for document in request.documents]
        return estimate_tokens(len(request.query), lengths, self.tokenizer.max_tokens)

    def _warm(self) -> None:
        """One run of the canonical pairs through the queue: memory is taken, a rate is known."""
        pairs = canonical_pairs(self.loaded.manifest, self.tokenizer)
        self.scheduler.submit(pairs, time.monotonic() + 600).result()

    def _observe(self, report: RunReport) -> None:
        self.admission.record(report)
        self._on_run(report)
