"""`rerank_dataset` on a Ray of two actors, beside the model in this process.

python -m tests.on_ray.reranked_dataset
"""

import pyarrow as pa
import ray.data

from sidecar import Reranker
from sidecar.on_ray.cluster import Cluster, connected
from sidecar.on_ray.dataset import rerank_dataset

TITLES = ("Plain sock", "Red running shoe", "Blue shoe", "Red rain boot")
ROWS = 24
WITHOUT_HITS = pa.table(
    {"row": [ROWS, ROWS + 1], "query": ["a", "b"], "hits": pa.array([[], []], pa.list_(pa.null()))}
)
"""As Ray makes a block of rows that found nothing: what a hit is, it cannot know."""


def table() -> pa.Table:
    """Rows of two to four hits; one has no query."""
    rows = []
    for number in range(ROWS):
        titles = TITLES[: 2 + number % 3]
        hits = [
            {"_id": str(place), "_score": 9.5 - place, "_source": {"title": title}}
            for place, title in enumerate(titles)
        ]
        query = None if number == 7 else f"red shoe {number}"
        rows.append({"row": number, "query": query, "hits": hits})
    return pa.Table.from_pylist(rows)


def main() -> None:
    rows = table()
    with connected(Cluster(store_mb=100)), Reranker.open() as reranker:
        blocks = [rows.slice(start, 6) for start in range(0, ROWS, 6)]
        given = ray.data.from_arrow([*blocks, WITHOUT_HITS])
        ranked = rerank_dataset(given, top_n=3, actors=(2, 2), cores=0.5).take_all()
        assert sorted(each["row"] for each in ranked) == list(range(ROWS + 2))
        by_number = {each["row"]: each for each in ranked}
        for number in (ROWS, ROWS + 1):
            assert (by_number[number]["hits"], by_number[number]["rejected"]) == ([], None)
        for row in rows.to_pylist():
            found = by_number[row["row"]]
            if row["query"] is None:
                assert found["rejected"] == "has no text in `query`"
                assert [hit["_id"] for hit in found["hits"]] == ["0", "1", "2"][: len(row["hits"])]
                continue
            documents = [hit["_source"] for hit in row["hits"]]
            expected = reranker.rerank(row["query"], documents, top_n=3).ranked
            assert found["rejected"] is None
            assert [(hit["_id"], hit["_score"]) for hit in found["hits"]] == [
                (str(each.index), each.score) for each in expected
            ]
            assert found["hits"][0]["_first_stage_score"] == 9.5 - expected[0].index
    print(f"{len(ranked)} rows, as in one process")


if __name__ == "__main__":
    main()
