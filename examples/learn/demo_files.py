"""The demo's catalogue as files that `rerank-sidecar evaluate` reads.

    python examples/learn/demo_files.py FOLDER

FOLDER/judgements.csv has the judged queries in Quepid's form, FOLDER/candidates.jsonl the first 50
hits of BM25 for each. Needs the extra `demo`.
"""

import argparse
import csv
import json
from pathlib import Path

from sidecar.workshop.demo.bm25_index import Bm25Index
from sidecar.workshop.demo.collections import CollectionName, load

HITS = 50


def write(folder: Path) -> None:
    """Writes both files."""
    collection = load(CollectionName.PRODUCTS)
    index = Bm25Index(collection)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "candidates.jsonl").open("w", encoding="utf8") as file:
        for query in collection.queries:
            hits = [
                {"_id": document.id, "_score": score, "_source": dict(document.source)}
                for document, score in index.search(query.text, HITS)
            ]
            file.write(json.dumps({"query": query.text, "hits": hits}) + "\n")
    with (folder / "judgements.csv").open("w", encoding="utf8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("query", "docid", "rating"))
        for query in collection.queries:
            rows.writerows((query.text, name, grade) for name, grade in query.relevant.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder)


if __name__ == "__main__":
    main()
