"""What telemetry costs: `python -m tests.http.answer_cost` prints the CPU time per answer.

The answer has 100 documents, and is measured as the service records it: the effect (in the
pipeline), then all metrics of the answer, the effect's and the drift's among them. Traces are a
request's with its stages and a run for each document, encoded for OTLP and thrown away. Beside them
the CPU time of the model's runs for such an answer, on passages of 128 tokens.
"""

import random
import time
from collections.abc import Callable, Sequence

import numpy as np
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace.export import ReadableSpan, SpanExporter, SpanExportResult

from sidecar.contracts.dialects import DIALECTS
from sidecar.http.answer_metrics import AnswerMetrics
from sidecar.pipeline.effect import effect
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import Document, Ranked, RankRequest, RankResult
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.telemetry.metrics import Metrics
from sidecar.telemetry.tracing import Tracing

DOCUMENTS, TOKENS = 100, 128
CALLS, ROUNDS = 2000, 5
STAGES = ("parse", "tokenize", "queue", "infer", "fuse", "encode")


def microseconds(
    call: Callable[[], object], calls: int = CALLS, after: Callable[[], object] = lambda: None
) -> float:
    """CPU time of a call, threads included, the best of the rounds; `after` is part of a round."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(calls):
            call()
        after()
        best = min(best, (time.process_time() - start) / calls)
    return best * 1e6


class Encoder(SpanExporter):
    """Encodes spans for OTLP, and sends them nowhere."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        pass


def traced(tracing: Tracing) -> None:
    """The spans of an answer."""
    request = tracing.request("/v2/rerank", {})
    for _ in range(DOCUMENTS):
        tracing.run((request.context,), 0.005, {"rerank.model": "m", "rerank.tokens": TOKENS})
    request.stages(0.5, dict.fromkeys(STAGES, 0.01))
    request.end(200, {"docs": DOCUMENTS, "model": "m"})


def main() -> None:
    """Prints both times."""
    manifest, rng = Manifest.read(shipped_model()), random.Random(1)
    tokenizer = PairTokenizer.open(shipped_model(), manifest)
    model = ServedModel("m", RunningGraph(manifest, "int8", "cpu"), tokenizer, Layout(1, 1, 0))
    documents = (Document(text="x"),) * DOCUMENTS
    logits = [rng.gauss(0, 3) for _ in documents]
    ranked = tuple(Ranked(i, logit, 0.5) for i, logit in enumerate(logits))
    found = effect(documents, logits)
    result = RankResult(ranked, "m", 1, effect=found, pair_logits=logits)
    dialect = next(dialect for dialect in DIALECTS if dialect.name == "cohere-v2")
    request, seconds = RankRequest("q", documents), dict.fromkeys(STAGES, 0.01)
    answers = AnswerMetrics(Metrics())
    effect_us = microseconds(lambda: effect(documents, logits))
    print(f"effect: {effect_us:.0f} us")
    record = microseconds(lambda: answers.record(dialect, model, request, result, seconds))
    print(f"all metrics of an answer: {record:.0f} us")
    tracing = Tracing("1", Encoder())
    spans = microseconds(lambda: traced(tracing), 15, tracing._provider.force_flush)
    tracing.close()
    session = OnnxSession.open(shipped_model(), manifest.graphs["int8"], "cpu")
    ids = np.full((1, TOKENS), 1000, np.int64)
    one = Batch(ids, np.ones_like(ids), np.zeros_like(ids))
    runs = microseconds(lambda: session.run(one), 50) * DOCUMENTS
    print(f"all spans of an answer: {spans:.0f} us, {spans / runs:.2%} of its runs' {runs:.0f} us")
    print(f"effect and metrics: {(record + effect_us) / runs:.3%}")


if __name__ == "__main__":
    main()
