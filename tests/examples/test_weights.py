"""examples/ecommerce: searches made from a catalogue, and what each weight is worth on them."""

import json
import random
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

COLORS, TYPES = ("Red", "Blue", "Green"), ("Shirts", "Shoes")
ROWS: list[dict[str, Any]] = [
    {"title": f"Acme {color} {kind} {price}", "kind": kind, "color": color, "price": price}
    for kind in TYPES
    for color in COLORS
    for price in (900, 1900, 4900)
]


@pytest.fixture(scope="module")
def catalogue(measuring: Path) -> ModuleType:
    return import_module("catalogue")


def test_a_search_is_satisfied_by_the_product_that_it_is_made_from(catalogue: ModuleType) -> None:
    columns = catalogue.Columns("kind", ("color",), "price", 0.01)
    rng = random.Random(3)
    for row in ROWS:
        search = catalogue.make_search(row, columns, rng)
        assert search.grade(row, columns) == 3
        assert search.budget >= row["price"] / 100
        pool = catalogue.make_pool(search, ROWS, columns, rng)
        for other, grade in pool:
            too_expensive = other["price"] / 100 > search.budget
            if other["kind"] != row["kind"] or too_expensive:
                assert grade == 0
            elif other["color"] != row["color"]:
                assert grade == 1
            else:
                assert grade == 3


def test_a_query_says_what_is_searched_for(catalogue: ModuleType) -> None:
    search = catalogue.Search("Flip_Flops", {"color": "Navy Blue"}, 25.0)
    assert search.text == "navy blue flip flops under $25"
    assert catalogue.without("Acme Navy Blue, Flip Flops", ["Navy Blue"]) == "Acme Flip Flops"


def test_the_weights_of_signals_that_decide_earn_their_place(
    measuring: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, folder = tmp_path / "rows.jsonl", tmp_path / "collection"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    arguments = ["--type", "kind", "--attributes", "color", "--price", "price"]
    arguments += ["--price-factor", "0.01", "--queries", "12", "--rename", "kind=category"]
    monkeypatch.setattr(sys, "argv", ["catalogue.py", str(file), str(folder), *arguments])
    import_module("catalogue").main()
    assert {path.name for path in folder.iterdir()} == {
        "corpus.jsonl",
        "queries.jsonl",
        "qrels.tsv",
    }
    cache = tmp_path / "cache"
    monkeypatch.setattr(sys, "argv", ["weights.py", str(folder), "--cache", str(cache)])
    import_module("weights").main()
    shown = capsys.readouterr().out
    rows = {
        line.split("│")[1].strip(): line.split("│") for line in shown.splitlines() if "│" in line
    }
    without_price = float(rows["signal price"][4].split()[0])
    assert without_price < -0.1, (
        "whoever does not read the price ranks too expensive products first"
    )
    assert "all field matches" in rows
