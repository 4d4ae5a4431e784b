"""Ways to ask about a product, and the parts of the scores that the service answers with."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mappings
import sidecar
from sidecar import Reranker
from sidecar.runtime.model_folder import shipped_model

Fields = Mapping[str, object]
Parts = dict[str, float]
"""A document's parts by "kind name"; they add up to its logit."""

CUT_TOKENS = 96
PROFILE = "profile"


@dataclass(frozen=True)
class Product:
    """A document of the collection."""

    text: str
    """All fields as one: what a service without fields is sent."""
    fields: Fields


@dataclass(frozen=True)
class Search:
    """A query and what is to be ranked for it."""

    query: str
    products: tuple[Product, ...]


@dataclass(frozen=True)
class Composition:
    """A way to ask: what is sent of a product, and under which profile."""

    name: str
    sent: Callable[[Product], str | Fields]
    profile: str = "plain"
    max_tokens: int | None = None


def title(product: Product) -> str:
    return str(product.fields.get("title", ""))


def glued(product: Product) -> str:
    return product.text


def named(product: Product) -> Fields:
    """The fields under the profile's names, as an indexing step would write them.

    chorus has prices in cents, and as `name` a part number or a name; one with a digit and no
    space is taken for a number.
    """
    fields = {key: value for key, value in product.fields.items() if key not in ("name", "price")}
    price, name = product.fields.get("price"), str(product.fields.get("name", ""))
    fields |= {"price": price / 100} if isinstance(price, int | float) else {}
    fields |= {"mpn": name} if re.fullmatch(r"\S*\d\S*", name) else {}
    return fields


COMPOSITIONS = (
    Composition("title", title),
    Composition("glued", glued),
    Composition("glued, cut", glued, max_tokens=CUT_TOKENS),
    Composition(PROFILE, named, profile="ecommerce"),
)


def score(searches: Sequence[Search], cache: Path) -> dict[str, list[Parts]]:
    """Composition -> the parts of every pair, search by search; asked, or read from the folder
    `cache`, where they are kept until the model, the profile, the code or the data change."""
    cache.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Parts]] = {}
    for composition in COMPOSITIONS:
        file = cache / f"{composition.name}-{_key(searches, composition)}.json".replace(", ", "-")
        if not file.exists():
            file.write_text(json.dumps(ask(searches, composition)))
        found[composition.name] = json.loads(file.read_text())
    return found


def ask(searches: Sequence[Search], composition: Composition) -> list[Parts]:
    """The parts of every pair, from the service's own path, in this process."""
    found: list[Parts] = []
    with Reranker.open(deadline_s=600) as reranker:
        for search in searches:
            result = reranker.rerank(
                search.query,
                [composition.sent(product) for product in search.products],
                profile=composition.profile,
                max_tokens_per_doc=composition.max_tokens,
                order="input",
                explain=True,
            )
            found += [_by_name(entry["parts"]) for entry in result.explanations]
    return found


def _by_name(parts: object) -> Parts:
    assert isinstance(parts, list)
    return {f"{part['kind']} {part['name']}": part["value"] for part in parts}


def _key(searches: Sequence[Search], composition: Composition) -> str:
    digest = hashlib.sha256((shipped_model() / "rerank.json").read_bytes())
    for source in [*sorted(Path(sidecar.__file__).parent.rglob("*.py")), Path(__file__)]:
        digest.update(source.read_bytes())
    digest.update(mappings.profile_text(composition.profile).encode())
    digest.update(repr(searches).encode())
    return digest.hexdigest()[:16]
