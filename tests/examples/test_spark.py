"""examples/spark: the function that Spark calls, and the whole script where Spark is installed."""

import importlib.util
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sidecar import Reranker
from tests.examples.scripts import EXAMPLES, importable

pd: Any = pytest.importorskip("pandas", reason="needs pandas, which the extra `ray` brings")

TITLES = ("Plain sock", "Red running shoe", "Red rain boot")


def candidates() -> Any:
    hits = [{"_id": f"p{place}", "title": title} for place, title in enumerate(TITLES)]
    return pd.DataFrame(
        {
            "query_id": ["q1", "q2", "q3"],
            "query": ["red shoe", "rain", "red shoe"],
            "hits": [hits, hits[1:], []],
        }
    )


def expected() -> list[tuple[str, str, int, float]]:
    with Reranker.open() as reranker:
        rows = []
        for query_id, query, first in (("q1", "red shoe", 0), ("q2", "rain", 1)):
            ranked = reranker.rerank(query, [{"title": title} for title in TITLES[first:]]).ranked
            for position, each in enumerate(ranked, 1):
                rows.append((query_id, f"p{each.index + first}", position, each.score))
        return rows


def test_a_partition_is_ranked_frame_by_frame() -> None:
    with importable("spark"):
        spark = import_module("rerank")
        frames = list(spark.rerank([candidates(), candidates()[:0]]))
        spark.reranker(None).close()
    columns = ["query_id", "_id", "position", "score"]
    assert [tuple(row) for row in frames[0][columns].to_numpy()] == expected()
    assert frames[0]["rejected"].isna().all()
    assert list(frames[1].columns) == [*columns, "rejected"]
    assert len(frames[1]) == 0


def test_a_query_that_is_refused_says_why() -> None:
    with importable("spark"):
        spark = import_module("rerank")
        frame = candidates()[:1].assign(query=[7])
        (ranked,) = spark.rerank([frame], profile="plain")
        spark.reranker(None).close()
    assert list(ranked["_id"]) == ["p0", "p1", "p2"]
    assert ranked["position"].isna().all()
    assert all("query" in reason for reason in ranked["rejected"])


@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None, reason="Spark is tried where pyspark is installed"
)
def test_the_script_on_a_spark_of_this_machine(tmp_path: Path) -> None:
    candidates().to_parquet(tmp_path / "candidates.parquet")
    script = EXAMPLES / "spark" / "rerank.py"
    files = [str(tmp_path / name) for name in ("candidates.parquet", "ranked.parquet")]
    done = subprocess.run(
        [sys.executable, script, *files],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYSPARK_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr
    ranked = pd.read_parquet(tmp_path / "ranked.parquet").sort_values(["query_id", "position"])
    columns = ["query_id", "_id", "position", "score"]
    assert [tuple(row) for row in ranked[columns].to_numpy()] == expected()
