"""The query names a value."""

from sidecar.search import Search
from sidecar.signals import SearchReader
from tests.signals.strengths import reading_f, strengths


def test_match() -> None:
    values = ["WH-1000 XM4", "wh1000xm4", "WH-1000", ["0815", "Sony"], "On", "Son", "a", "WH"]
    query = "Sony wh 1000xm4 on a stand"
    assert strengths({"kind": "match"}, values, query) == [1, 1, 0, 1, 0, 0, 0, 1]
    assert strengths({"kind": "match", "min_length": 4}, values, query) == [1, 1, 0, 1, 0, 0, 0, 0]
    assert strengths({"kind": "match"}, [1000], query) == [0]


def test_a_value_that_the_query_excludes_counts_before_one_that_it_names() -> None:
    values = ["Nike", "Asics", ["Asics", "Nike"], "Falke"]
    query = "asics running shoes not nike"
    assert strengths({"kind": "match"}, values, query) == [-1, 1, -1, 0]


def test_an_excluded_weight_goes_beyond_the_cap() -> None:
    keys = {"kind": "match", "weight": 0.6, "cap": 0.6, "excluded_weight": 2}
    documents = [{"f": "Nike"}, {"f": "Asics"}, {}]
    search = SearchReader(Search("asics shoes not nike", documents))
    assert reading_f(keys).contributions(search) == [-2, 0.6, 0]
