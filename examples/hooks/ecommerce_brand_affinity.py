"""A hook for shops: the brands that a shopper likes raise their products.

The application sends what it knows of the shopper with the search:

    {"query": "running shoes", "documents": [...],
     "context": {"user": {"brands": {"Asics": 1.0, "Nike": 0.4}}}}

(or a list of names, all liked equally; a dislike is below 0). A product of a liked brand gets the
part `ecommerce_brand_affinity.brand` in its logit, at most STRENGTH: enough to decide between
products that suit the query equally, too little to lift one that does not. A query that names one
of these brands says more than any habit, so the hook then adds nothing.

The part depends on the query, the shopper and the product itself, never on the other candidates, so
a score is the same in every request. The hook therefore cannot know that "puma shoes" names a brand
if the shopper's brands do not include it: send `"Puma": 0` for brands that it should know.

    rerank-sidecar serve --hooks examples/hooks/ecommerce_brand_affinity.py
"""

import re
from collections.abc import Mapping, Sequence

from sidecar.hooks import Context, Fields, HookResult

STRENGTH = 0.8
"""Logits. The shipped model's logits of a query's products differ by 5 and more."""


def document_hook(
    query: str, documents: Sequence[Fields], context: Context
) -> Sequence[HookResult]:
    """A part for every document whose `brand` the shopper likes."""
    liked = affinities(context.get("user"))
    words = f" {fold(query)} "
    if any(f" {brand} " in words for brand in liked):
        return [HookResult()] * len(documents)
    brands = [fold(fields.get("brand")) for fields in documents]
    return [
        HookResult({"brand": STRENGTH * liked[brand]}) if brand in liked else HookResult()
        for brand in brands
    ]


def affinities(user: object) -> dict[str, float]:
    """Folded brand -> affinity in [-1, 1], from `user.brands`; empty when there is none."""
    brands = user.get("brands") if isinstance(user, Mapping) else None
    if isinstance(brands, list):
        brands = dict.fromkeys(filter(lambda name: isinstance(name, str), brands), 1.0)
    if not isinstance(brands, Mapping):
        return {}
    return {
        fold(name): max(-1.0, min(1.0, float(value)))
        for name, value in brands.items()
        if isinstance(value, int | float) and fold(name)
    }


def fold(text: object) -> str:
    """The text's words in lower case: "Levi's®" and "LEVI'S" are equal."""
    return " ".join(re.findall(r"\w+", text.casefold())) if isinstance(text, str) else ""
