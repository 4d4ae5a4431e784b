"""The two worked hooks, loaded as the service loads them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sidecar.hooks import CombinedResult, Hooks, load

FOLDER = Path(__file__).parents[2] / "examples" / "hooks"

SHOES: list[Mapping[str, object]] = [
    {"title": "Gel road shoe", "brand": "ASICS"},
    {"title": "Pegasus", "brand": "Nike"},
    {"title": "Running shoe"},
    {"title": "Stan Smith", "brand": ["adidas"]},
]


async def run(
    name: str, query: str, documents: list[Mapping[str, object]], **context: object
) -> CombinedResult:
    hooks = Hooks(load([FOLDER / f"{name}.py"], installed=False), budget_s=10.0, on_failure="error")
    try:
        return await hooks.run(query, documents, context)
    finally:
        hooks.close()


def parts(hook_result: CombinedResult) -> list[float]:
    return [round(sum(one.signals.values()), 6) for one in hook_result.documents]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"brands": {"Asics": 1.0, "NIKE": 0.5}}, [0.8, 0.4, 0, 0]),
        ({"brands": ["asics"]}, [0.8, 0, 0, 0]),
        ({"brands": {"nike": -9}}, [0, -0.8, 0, 0]),
        ({"brands": {"nike": "much"}}, [0, 0, 0, 0]),
        ({"brands": [3, None]}, [0, 0, 0, 0]),
        ({}, [0, 0, 0, 0]),
        (None, [0, 0, 0, 0]),
        ("asics", [0, 0, 0, 0]),
    ],
)
async def test_liked_brands_raise_their_products(user: object, expected: list[float]) -> None:
    hook_result = await run("ecommerce_brand_affinity", "running shoes", SHOES, user=user)
    assert parts(hook_result) == expected
    assert hook_result.warnings == ()


@pytest.mark.parametrize("query", ["nike running shoes", "running shoes by Nike", "PUMA shoes"])
async def test_a_brand_in_the_query_silences_the_habit(query: str) -> None:
    user = {"brands": {"asics": 1, "puma": 0.5, "Nike": 0}}
    hook_result = await run("ecommerce_brand_affinity", query, SHOES, user=user)
    assert parts(hook_result) == [0, 0, 0, 0]


@pytest.mark.parametrize("query", ["nike shoes", "adidas shoes", "asics shoes", "shoes"])
async def test_a_products_part_does_not_depend_on_its_company(query: str) -> None:
    user = {"brands": {"Asics": 1.0, "Puma": 0.5}}
    together = parts(await run("ecommerce_brand_affinity", query, SHOES, user=user))
    for shoe, part in zip(SHOES, together, strict=True):
        assert parts(await run("ecommerce_brand_affinity", query, [shoe], user=user)) == [part]


CASES: list[Mapping[str, object]] = [
    {"title": "Summary possession", "text": "The landlord may seek an eviction order."},
    {"title": "Holding over", "text": "An action in ejectment lies against the tenant."},
    {"title": "Repairs", "summary": None, "text": "The landlord shall keep the roof in repair."},
    {"title": "Unfair dismissal", "text": ["no text"]},
]


async def test_plain_words_find_the_terms_of_art() -> None:
    hook_result = await run(
        "legal_term_lexicon", "Can my landlord kick me out without a reason?", CASES
    )
    assert parts(hook_result) == [1.0, 0.5, 0, 0]
    assert hook_result.weights == {"summary": 1.5}


async def test_two_concepts_share_the_part() -> None:
    hook_result = await run("legal_term_lexicon", "I was fired and they kicked me out", CASES)
    assert parts(hook_result) == [0.5, 0.25, 0, 0.5]


async def test_a_query_in_terms_of_art_is_left_to_the_model() -> None:
    hook_result = await run("legal_term_lexicon", "unlawful detainer of a subtenant", CASES)
    assert parts(hook_result) == [0, 0, 0, 0]
    assert hook_result.weights == {}
