"""What the metrics of an answer cost: `python -m tests.http.answer_cost` prints the CPU time.

The answer has 100 documents, and is measured as the service records it: the effect (in the
pipeline), then all metrics of the answer, the effect's and the drift's among them.
"""

import random
import time
from collections.abc import Callable

from sidecar.contracts.dialects import DIALECTS
from sidecar.http.answer_metrics import AnswerMetrics
from sidecar.pipeline.effect import effect
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import Document, Ranked, RankRequest, RankResult
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.telemetry.metrics import Metrics

DOCUMENTS = 100
CALLS, ROUNDS = 2000, 5
STAGES = ("parse", "tokenize", "queue", "infer", "fuse", "encode")


def microseconds(call: Callable[[], object]) -> float:
    """CPU time of a call, the best of the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(CALLS):
            call()
        best = min(best, (time.process_time() - start) / CALLS)
    return best * 1e6


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
    print(f"effect: {microseconds(lambda: effect(documents, logits)):.0f} us")
    record = microseconds(lambda: answers.record(dialect, model, request, result, seconds))
    print(f"all metrics of an answer: {record:.0f} us")


if __name__ == "__main__":
    main()
