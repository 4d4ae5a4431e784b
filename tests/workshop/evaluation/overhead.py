"""What an evaluation costs beside the model: CPU time with a scorer that does nothing.

    python -m tests.workshop.evaluation.overhead [--queries 1000] [--hits 100] [--model-pairs 400]

Files are read, scores kept, everything is measured and all reports are written, for documents with
the fields of the demo's products. The model's own CPU time is that of some of the same pairs by the
shipped model in process.
"""

import argparse
import io
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from sidecar.inprocess import Reranker
from sidecar.workshop.demo.collections import CollectionName, load
from sidecar.workshop.evaluation.evaluate import EvaluationSpec, evaluate
from sidecar.workshop.evaluation.html_report import html_report
from sidecar.workshop.evaluation.json_report import json_report
from sidecar.workshop.evaluation.summary_tables import print_summary
from sidecar.workshop.model.progress import no_progress
from tests.workshop.evaluation.shop import Scorer, write_files

PRODUCTS = load(CollectionName.PRODUCTS).documents
FIELDS = ("title", "brand", "category", "description", "attributes")


def write(folder: Path, queries: int, hits: int) -> EvaluationSpec:
    """Judgements of every third hit, and the candidates."""
    judged, rows = [], []
    for number in range(queries):
        text = f"query {number}"
        found = []
        for rank in range(hits):
            source = {**PRODUCTS[(7 * number + rank) % len(PRODUCTS)].source, "rank": rank}
            found.append({"_id": f"{number}-{rank}", "_score": 1.0, "_source": source})
            if rank % 3 == 0:
                judged.append(f"{text},{number}-{rank},{rank % 4}")
        rows.append({"query": text, "hits": found})
    return replace(write_files(folder, judged, rows, hits), fields=(*FIELDS, "rank"))


def evaluation_s(folder: Path, queries: int, hits: int) -> float:
    """CPU seconds of an evaluation of one configuration, with all its reports."""
    spec = replace(write(folder, queries, hits), rerank=("profile=plain",))
    start = time.process_time()
    evaluation = evaluate(spec, no_progress, Scorer().opening())
    print_summary(evaluation, Console(file=io.StringIO()))
    (folder / "report.json").write_text(json_report(evaluation))
    (folder / "report.html").write_text(html_report(evaluation))
    return time.process_time() - start


def model_s(pairs: int) -> float:
    """CPU seconds of the shipped model for a pair."""
    documents = [document.fields(FIELDS) for document in PRODUCTS[:100]]
    with Reranker.open(cache_mb=0) as reranker:
        reranker.rerank("warm up", documents[:8])
        start = time.process_time()
        for number in range(-(-pairs // 100)):
            reranker.rerank(f"waterproof running shoes {number}", documents)
        return (time.process_time() - start) / (100 * -(-pairs // 100))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--hits", type=int, default=100)
    parser.add_argument("--model-pairs", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        beside = evaluation_s(Path(folder), options.queries, options.hits)
    model = model_s(options.model_pairs) * options.queries * options.hits
    print(f"{options.queries} queries of {options.hits} hits, CPU seconds:")
    print(f"the evaluation {beside:.1f}, the model {model:.0f}: {100 * beside / model:.1f} %")


if __name__ == "__main__":
    main()
