"""What a page of hits will take, from what a few of them took."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from es_integration.cluster.page_sample import (
    SAMPLE_SIZE,
    Sample,
    TypicalSearch,
    sample_of,
    text_of,
)
from es_integration.cluster.page_time import Limit, PageTime, measure, own_deadline
from es_integration.cluster.procedure import Procedure, run

SEARCH = TypicalSearch(50, "red shoes", "shop", example_words=110)
WAIT = Limit(5.0, "read_timeout of 5 s", lambda seconds: f"wait {seconds:.2f} s")
TWENTY = Sample(tuple(range(20)), "document of shop")


def page(
    seconds: Callable[[int], float],
    sample: Sample = TWENTY,
    size: int = 50,
    limits: Sequence[Limit] = (WAIT,),
) -> tuple[PageTime, list[int], list[str]]:
    """The projection, how many documents each call had, and its queries."""
    counts, queries = [], []

    def score(query_text: str, documents: Sequence[Any]) -> Procedure[float]:
        counts.append(len(documents))
        queries.append(query_text)
        yield from ()
        return seconds(len(documents))

    search = TypicalSearch(size, SEARCH.query_text)
    return run(None, measure(score, search, sample, limits)), counts, queries


def test_a_page_is_projected_from_what_each_document_adds() -> None:
    projected, counts, queries = page(lambda count: 0.03 + 0.05 * count)
    assert projected.seconds == pytest.approx(0.03 + 50 * 0.05)
    assert projected.fits
    assert projected.summary == (
        "50 hits take about 2.5 s (20 documents of shop) of the 5 s that they may take"
    )
    assert counts == [1, 1, 20]
    assert len(set(queries)) == 3, "no pair is in a cache"
    assert all(query.startswith("red shoes ") for query in queries)


def test_the_sample_takes_a_third_of_the_time_at_most() -> None:
    projected, counts, _ = page(lambda count: 0.2 * count)
    assert counts[-1] == 8
    assert not projected.fits
    assert projected.fitting_size == 20
    assert projected.summary == (
        "50 hits take about 10.0 s (8 documents of shop), more than the 5 s by the read_timeout of"
        " 5 s\nLong documents are then read in part, or the order stays as it was.\nA size of 20"
        " fits. For 50, wait 12.50 s."
    )
    assert page(lambda count: 9.0 * count)[0].fitting_size == 0


@pytest.mark.parametrize("seconds", [lambda _: 0.0, lambda _: 0.5, lambda count: 1 / count])
def test_odd_measurements_give_a_projection_too(seconds: Callable[[int], float]) -> None:
    projected = page(seconds)[0]
    assert 0 <= projected.seconds < 30
    assert projected.fitting_size >= 0
    only = page(seconds, Sample((1,), "document of shop"))[0]
    assert only.seconds == pytest.approx(50 * max(seconds(1), 1e-6))
    assert "(1 document of shop)" in only.summary


def test_every_setting_that_is_too_low_is_named() -> None:
    tight, wide = own_deadline(2.0), own_deadline(60.0)

    def slow(count: int) -> float:
        return 0.15 * count

    advice = page(slow, limits=(WAIT, tight))[0].advice
    assert advice == (
        "A size of 10 fits. For 50, wait 9.38 s and set the sidecar's deadline_ms to 10000."
    )
    assert page(slow, limits=(WAIT, wide))[0].advice == page(slow)[0].advice
    fixed = page(slow, limits=(Limit(3.0, "3 s of the cluster"), tight))[0].advice
    assert fixed == "A size of 10 fits. 50 do not, whatever is set: 3 s of the cluster."


def test_documents_are_the_hits_fields_or_examples_of_a_stated_length() -> None:
    hits = [{"_source": {"title": "red", "price": 3}}, {"_source": {"price": 3}}, {}]
    found = sample_of(hits, ("title", "brand"), SEARCH, ("title",))
    assert found == Sample(({"title": "red"},), "document of shop")
    for nothing in ([], hits[1:]):
        examples = sample_of(nothing, ("title",), SEARCH, ("title", "description"))
        assert examples.first(3) == "3 example documents of 110 words"
        assert len(examples.documents) == SAMPLE_SIZE
        texts = {example["description"] for example in examples.documents}
        assert len(texts) == SAMPLE_SIZE, "no two are alike"
        assert {len(text.split()) for text in texts} == {110}


def test_one_text_per_hit_is_its_field_or_the_whole_example() -> None:
    assert text_of({"body": "red shoes"}, "body") == "red shoes"
    assert text_of({"body": ["a", 1]}, "body") == '["a", 1]'
    assert text_of({"text": "Ärger"}, "rerank_doc") == '{"text": "Ärger"}'
