"""Candidates of a table, reranked on Spark: a row for each hit, with its place and score.

    pip install -e ".[cpu]" pyspark                    # from a clone; the former on every worker
    spark-submit examples/spark/rerank.py candidates.parquet ranked.parquet --profile ecommerce

The table has the columns `query_id`, `query` and `hits`: an array of structs with `_id` and the
fields that the model reads. Each Python process of Spark loads the model once and scores with one
thread, as Spark gives a task one core. A task that fails is done again by Spark.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from sidecar import Reranker
from sidecar.errors import InvalidRequest

RANKED = "query_id string, _id string, position int, score double, rejected string"
"""Schema of the result. `rejected` says why a query was not ranked; its hits have no place then."""
COLUMNS = [column.split()[0] for column in RANKED.split(", ")]
Row = tuple[str, str, int | None, float | None, str | None]
"""The values of a row, by those columns."""
DEADLINE_S = 3600.0
"""Nobody waits: no query is refused for its length."""


@cache
def reranker(model: str | None) -> Reranker:
    """The model of this process, loaded at the first partition."""
    return Reranker.open(model, workers=1, threads=1, deadline_s=DEADLINE_S)


def rerank(
    frames: Iterable[pd.DataFrame], *, model: str | None = None, profile: str | None = None
) -> Iterator[pd.DataFrame]:
    """For `mapInPandas`: a frame of queries with their hits -> a frame of ranked hits."""
    for frame in frames:
        rows: list[Row] = []
        for query_id, query, hits in zip(
            frame["query_id"], frame["query"], frame["hits"], strict=True
        ):
            rows += _ranked(query_id, query, list(hits), reranker(model), profile)
        # As plain objects: Spark does not take the text columns that pandas 3 makes.
        yield pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _ranked(
    query_id: str,
    query: str,
    hits: list[Mapping[str, Any]],
    model: Reranker,
    profile: str | None,
) -> Iterator[Row]:
    documents = [{name: value for name, value in hit.items() if name != "_id"} for hit in hits]
    try:
        ranked = model.rerank(query, documents, profile=profile).ranked
    except InvalidRequest as fault:
        for hit in hits:
            yield query_id, hit["_id"], None, None, fault.message
        return
    for position, place in enumerate(ranked, 1):
        yield query_id, hits[place.index]["_id"], position, place.score, None


def main() -> None:
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("candidates", help="a Parquet table that every worker reaches")
    parser.add_argument("ranked", help="the Parquet table to write")
    parser.add_argument("--model", help="a model folder on every worker")
    parser.add_argument("--profile")
    given = parser.parse_args()
    spark = SparkSession.builder.appName("rerank").getOrCreate()
    # A few queries at a time: a frame is in memory whole, with all hits of its queries.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "32")
    # Workers import this file, so a process keeps its model from task to task.
    spark.sparkContext.addPyFile(__file__)
    this = import_module(Path(__file__).stem)
    step = partial(this.rerank, model=given.model, profile=given.profile)
    candidates = spark.read.parquet(given.candidates)
    candidates.mapInPandas(step, RANKED).write.parquet(given.ranked)
    spark.stop()


if __name__ == "__main__":
    main()
