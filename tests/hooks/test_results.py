"""What hooks return is checked, held within bounds, and combined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.hooks import Constraint, HookResult, QueryResult
from sidecar.hooks.results import MAX_FACTOR, check_documents
from tests.hooks.running import DOCUMENTS, document, query, running


async def test_results_of_several_hooks_are_combined() -> None:
    size = Constraint("size", frozenset({"m"}))
    other = Constraint("size", frozenset({"l"}))
    weigh = [HookResult({"a": 0.5}, {"title": 2.0}), HookResult({}, {"title": 3.0, "brand": 0.0})]
    with running(
        query(lambda query, context: QueryResult({"title": 2.0}, [size], "first"), "one"),
        document(lambda *arguments: weigh, "one"),
        document(lambda *arguments: tuple(reversed(weigh)), "two"),
        query(lambda query, context: QueryResult({"title": 1.5}, [other]), "two"),
    ) as hooks:
        result = await hooks.run("q", DOCUMENTS, {})
    assert result.weights == {"title": 3.0}
    assert result.constraints == {"size": other}
    assert result.instruction == "first"
    assert [dict(document.signals) for document in result.documents] == [
        {"one.a": 0.5},
        {"two.a": 0.5},
    ]
    assert [document.weights for document in result.documents] == [{"title": 6.0, "brand": 0.0}] * 2
    assert result.warnings == ()


signals = st.dictionaries(st.sampled_from("abcdef"), st.floats(-1e6, 1e6), max_size=6)


@given(signals, st.floats(0.1, 5))
def test_signals_keep_their_sign_and_stay_within_the_cap(
    given_signals: dict[str, float], cap: float
) -> None:
    (result,) = check_documents([HookResult(given_signals)], 1, cap)
    assert result.signals.keys() == given_signals.keys()
    assert sum(map(abs, result.signals.values())) <= cap * (1 + 1e-9)
    assert all(part * given_signals[name] >= 0 for name, part in result.signals.items())
    if sum(map(abs, given_signals.values())) <= cap:
        assert result.signals == given_signals


@given(signals, st.sampled_from("abcdef"), st.floats(0, 1e3))
def test_a_higher_signal_never_lowers_the_document(
    given_signals: dict[str, float], name: str, more: float
) -> None:
    higher = {**given_signals, name: given_signals.get(name, 0.0) + more}
    (low,) = check_documents([HookResult({name: 0.0, **given_signals})], 1, 2.0)
    (high,) = check_documents([HookResult(higher)], 1, 2.0)
    assert sum(high.signals.values()) >= sum(low.signals.values()) - 1e-6


def test_factors_stay_within_their_bound() -> None:
    (result,) = check_documents([HookResult({}, {"title": 1e9})], 1, 2.0)
    assert result.weights == {"title": MAX_FACTOR}


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        (None, "returned no sequence of HookResult"),
        ([HookResult()], "returned 1 results for 2 documents"),
        ([{"a": 1}, {"a": 1}], "returned no sequence of HookResult"),
        ([HookResult({"a": float("nan")})] * 2, "returned signals that are not finite numbers"),
        ([HookResult({"a": "1"})] * 2, "returned signals that are not finite numbers"),  # type: ignore[dict-item]
        ([HookResult({"": 1})] * 2, "returned signals with a name"),
        ([HookResult([1])] * 2, "returned signals that are not a mapping"),  # type: ignore[arg-type]
        ([HookResult({}, {"title": -1})] * 2, "returned weights below 0"),
    ],
)
async def test_a_document_hook_with_a_bad_result_is_disabled(returned: object, reason: str) -> None:
    with running(document(lambda *arguments: returned)) as hooks:
        result = await hooks.run("q", DOCUMENTS, {})
    assert result.documents == (HookResult(), HookResult())
    assert result.warnings[0].startswith(f"hook mine (document) is disabled: it {reason}")


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ({}, "returned no QueryResult"),
        (QueryResult(constraints=["size"]), "returned constraints"),  # type: ignore[list-item]
        (QueryResult(instruction="x" * 5000), "returned an instruction"),
        (QueryResult({"title": float("inf")}), "returned weights that are not finite numbers"),
    ],
)
async def test_a_query_hook_with_a_bad_result_is_disabled(returned: object, reason: str) -> None:
    with running(query(lambda *arguments: returned)) as hooks:
        result = await hooks.run("q", DOCUMENTS, {})
    assert result.warnings[0].startswith(f"hook mine (query) is disabled: it {reason}")
