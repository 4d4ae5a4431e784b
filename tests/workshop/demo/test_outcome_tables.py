"""The tables of a small fixed example, and the quality measures in them."""

import io

import pytest
from rich.console import Console, RenderableType

from sidecar.workshop.demo import quality
from sidecar.workshop.demo.collections import CollectionName, Document, Query
from sidecar.workshop.demo.outcome import Outcome, reordered
from sidecar.workshop.demo.outcome_tables import outcome_view, score_text, summary_view

TITLES = ["Jogging stroller [rain]", "Rain gauge", "Waterproof runner", "Jogging belt"]
DOCUMENTS = [
    Document(f"p{position}", title, {"description": "A long description of what it is. " * 5})
    for position, title in enumerate(TITLES)
]
FIRST_STAGE = list(zip(DOCUMENTS, [7.0, 6.5, 2.25, 1.0], strict=True))
QUERY = Query(
    CollectionName.PRODUCTS, "shoes for rain", {"p2": 3, "p9": 1}, "the words are elsewhere"
)
OUTCOME = Outcome(
    QUERY,
    reordered(FIRST_STAGE, [(2, 0.9), (1, 0.5), (3, 0.25), (0, 0.0001)]),
    first_s=0.0004,
    rerank_s=0.1236,
    model_s=0.1,
)


def render(view: RenderableType, width: int = 80) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width).print(view)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def console(width: int = 80) -> Console:
    return Console(file=io.StringIO(), width=width)


def test_both_orders_are_shown_with_the_change_of_each_rank() -> None:
    lines = render(outcome_view(OUTCOME, console()))
    first, new = lines.index("BM25's order"), lines.index("Reranked")
    assert lines[0] == "products: shoes for rain"
    assert [line.split()[:2] for line in lines[first + 2 : new]] == [
        ["1", "7.00"],
        ["2", "6.50"],
        ["3", "2.25"],
        ["4", "1.00"],
    ]
    assert [line.split()[:5] for line in lines[new + 2 : new + 6]] == [
        ["1", "3", "▲2", "0.900", "2.25"],
        ["2", "2", "=", "0.500", "6.50"],
        ["3", "4", "▲1", "0.250", "1.00"],
        ["4", "1", "▼3", "<.001", "7.00"],
    ]
    assert "✓  Waterproof runner" in lines[new + 2]
    assert sum("✓  " in line for line in lines) == 2, "only the right answer is marked"
    assert "Jogging stroller [rain]" in lines[new + 5], "a title is no markup"


def test_below_the_tables_are_ranks_times_and_the_note() -> None:
    lines = render(outcome_view(OUTCOME, console()))
    assert " ✓ right answers: 3 → 1; not among the 4 hits: 1" in lines
    assert " BM25 0.4 ms · reranking 4 hits over HTTP 124 ms, of which the model 100 ms" in lines
    assert " Why words mislead: the words are elsewhere" in lines


def test_a_users_own_query_has_no_judgements() -> None:
    own = Outcome(Query(CollectionName.PRODUCTS, "rain", {}), OUTCOME.hits, 0.001, 0.2)
    text = "\n".join(render(outcome_view(own, console())))
    assert "✓" not in text
    assert "Why" not in text
    assert "search and reranking of 4 hits 200 ms" in text


def test_a_query_without_hits_is_explained() -> None:
    text = "\n".join(render(outcome_view(Outcome(QUERY, (), 0.001, 0.0), console())))
    assert "No document shares a word with the query." in text


@pytest.mark.parametrize("width", [60, 80, 129, 130, 200])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    lines = render(outcome_view(OUTCOME, console(width)), width)
    assert max(map(len, lines)) <= width
    assert any("BM25's order" in line and "Reranked" in line for line in lines) == (width >= 130)


def test_a_terminal_without_unicode_gets_plain_signs() -> None:
    raw = io.BytesIO()
    plain = Console(file=io.TextIOWrapper(raw, encoding="ascii", errors="replace"), width=80)
    plain.print(outcome_view(OUTCOME, plain))
    plain.print(summary_view([OUTCOME], plain))
    plain.file.flush()
    text = raw.getvalue().decode("ascii")
    assert "+2  0.900" in text
    assert "3 -> 1" in text


def test_the_measures_are_those_of_the_formulas() -> None:
    ideal = 7 + 1 / 1.5849625
    before, after = quality.before([OUTCOME]), quality.after([OUTCOME])
    assert (before.ndcg, before.mrr) == pytest.approx((7 / 2 / ideal, 1 / 3))
    assert (after.ndcg, after.mrr) == pytest.approx((7 / ideal, 1))
    assert (before.first_right, after.first_right) == (0, 1)
    assert (before.queries, after.queries) == (1, 1)


def test_an_order_without_a_right_answer_counts_as_nothing() -> None:
    nothing = Outcome(QUERY, (), 0.001, 0.0)
    assert quality.after([nothing]) == quality.Quality(0.0, 0.0, 0, 1)


def test_the_summary_compares_both_orders_over_all_queries() -> None:
    other = Outcome(Query(CollectionName.CONTRACTS, "rain", {"p0": 3}), OUTCOME.hits, 0.001, 0.0764)
    lines = render(summary_view([OUTCOME, other], console()))
    rows = {line.split("│")[1].strip(): line for line in lines if line.count("│") > 3}
    assert list(rows) == ["products (1)", "contracts (1)", "all (2)"]
    assert "0.33 → 1.00" in rows["products (1)"]
    assert "1.00 → 0.25" in rows["contracts (1)"], "what got worse is shown too"
    assert "1 → 1" in rows["all (2)"]
    assert any("8 pairs scored in 0.2 s: 40 pairs/s" in line for line in lines)
    assert any("no benchmark" in line for line in lines)


def test_the_summary_of_one_collection_has_one_row() -> None:
    lines = render(summary_view([OUTCOME], console()))
    assert not any("all (" in line for line in lines)


@pytest.mark.parametrize(
    ("score", "text"),
    [(0.0, "0.000"), (0.0001, "<.001"), (0.5, "0.500"), (0.9999, ">.999"), (1.0, "1.000")],
)
def test_a_score_that_is_not_quite_0_or_1_is_not_rounded_to_it(score: float, text: str) -> None:
    assert score_text(score) == text
