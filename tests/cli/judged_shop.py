"""A shop's candidates and judgements as files: users want what is of the colour that they name."""

import json
import random
from pathlib import Path

COLOURS = ("red", "blue", "green", "black")
THINGS = ("shoe", "shirt", "hat", "bag", "coat", "scarf", "glove", "belt")
HITS = 10


def write_shop(folder: Path, *, queries: int = 16, by_chance: bool = False) -> tuple[Path, Path]:
    """(candidates, judgements). With `by_chance` grades have nothing to do with what hits say."""
    chance = random.Random(7)
    candidates, judgements = [], []
    for number in range(queries):
        colour, thing = COLOURS[number % 4], THINGS[number // 4 % 8]
        query = f"{colour} {thing}"
        hits = []
        for place in range(HITS):
            of_hit = chance.choice(COLOURS)
            name = f"q{number}h{place}"
            source = {
                "title": f"{thing} no. {chance.randrange(10**6)}",
                "color": of_hit,
                "popularity": chance.randrange(1000),
            }
            hits.append({"_id": name, "_score": 10.0 - place, "_source": source})
            wanted = chance.random() < 0.4 if by_chance else of_hit == colour
            grade = 2 if wanted else 0
            row = {"query_id": f"q{number}", "query": query, "document_id": name, "grade": grade}
            judgements.append(row)
        candidates.append({"query_id": f"q{number}", "query": query, "hits": hits})
    paths = folder / "hits.jsonl", folder / "judgements.jsonl"
    for path, rows in zip(paths, (candidates, judgements), strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return paths
