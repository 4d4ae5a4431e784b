"""Judgements and clicks put together, and what is held out of them."""

import pytest

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.evidence import MAX_WEIGHT, gather
from sidecar.workshop.learning.holding_out import is_held_out, plain

TEXTS = {f"q{number}": f"query number {number}" for number in range(200)}


def judged(texts: dict[str, str], grade: int = 1) -> Judgements:
    return Judgements({query: {"d1": grade, "d2": 0} for query in texts}, texts)


def named_by_text(*texts: str) -> Judgements:
    return judged({text: text for text in texts})


def test_a_query_is_held_out_in_every_spelling_and_every_run() -> None:
    held = {text for text in TEXTS.values() if is_held_out(text, 0.3)}
    assert 0.2 < len(held) / len(TEXTS) < 0.4
    assert held == {text for text in TEXTS.values() if is_held_out(f"  {text.upper()} ", 0.3)}
    assert held < {text for text in TEXTS.values() if is_held_out(text, 0.5)}
    assert plain(" Straße\tX ") == "strasse x"


def test_clicks_train_and_given_judgements_decide() -> None:
    given = judged({query: TEXTS[query] for query in list(TEXTS)[:100]})
    clicks = named_by_text(*(text.title() for text in TEXTS.values()))
    weights = {text.title(): {"d1": 4.0} for text in TEXTS.values()}
    found = gather(given, clicks, weights, share=0.3, max_queries=1000)
    assert found.held_out == {q for q in given.grades if is_held_out(TEXTS[q], 0.3)}
    training = found.judgements.grades.keys() - found.held_out
    held_texts = {plain(TEXTS[q]) for q in TEXTS if is_held_out(TEXTS[q], 0.3)}
    assert not held_texts & {plain(found.judgements.texts[query]) for query in training}
    assert len(training) + len(held_texts) == 200, "a query in two spellings is one"
    assert found.weight("q1", "d1") == 1.0, "all weigh the same"


def test_of_two_grades_the_given_one_counts() -> None:
    given = judged({"q1": "red shoes"}, grade=3)
    clicks = Judgements({"Red  shoes": {"d1": 0, "d9": 2}}, {"Red  shoes": "Red  shoes"})
    found = gather(given, clicks, {"Red  shoes": {"d9": 1.0}}, share=0.0, max_queries=9)
    assert found.judgements.grades == {"q1": {"d1": 3, "d2": 0, "d9": 2}}


def test_a_text_that_is_another_query_s_id_is_not_taken_for_it() -> None:
    given = judged({"7": "red shoes"})
    clicks = named_by_text("7", "hats")
    found = gather(given, clicks, {}, share=0.0, max_queries=9)
    assert found.judgements.texts == {"7": "red shoes", "hats": "hats"}


def test_weights_are_one_in_the_mean_and_cut() -> None:
    clicks = named_by_text(*(f"w{number}" for number in range(20)))
    weights = {text: {"d1": 10.0, "d2": 50.0} for text in clicks.grades}
    weights["w0"]["d1"] = 1000.0
    found = gather(None, clicks, weights, share=0.0, max_queries=100)
    assert found.weight("w0", "d1") == MAX_WEIGHT
    assert found.weight("w1", "d1") == pytest.approx(10 / 59.5, abs=1e-4)
    assert "d2" not in found.weights["w1"], "it is not relevant"


def test_the_most_clicked_queries_are_kept() -> None:
    clicks = named_by_text("rare", "common", "usual")
    weights = {"rare": {"d1": 1.0}, "common": {"d1": 9.0}, "usual": {"d1": 5.0}}
    found = gather(None, clicks, weights, share=0.0, max_queries=2)
    assert [*found.judgements.grades] == ["common", "usual"]


def test_queries_without_a_text_are_refused() -> None:
    with pytest.raises(LearningError, match="texts of 1 queries are not known"):
        gather(Judgements({"q": {"d": 1}}), None, {}, share=0.3, max_queries=9)
