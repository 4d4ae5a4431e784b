"""Compositions of a product's fields, and the parts of the scores that the service explains."""

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
    """All fields as one text, for a service that reads no fields."""
    fields: Fields


@dataclass(frozen=True)
class RankingTask:
    """A query and the products to rank for it."""

    query: str
    products: tuple[Product, ...]


@dataclass(frozen=True)
class Composition:
    """What is sent of a product, and under which profile."""

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

    In chorus, prices are in cents, and `name` is a part number or a name: a part number if it has a
    digit and no space.
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


def score(tasks: Sequence[RankingTask], cache: Path) -> dict[str, list[Parts]]:
    """The parts of every pair, task by task, by composition.

    They are cached in the folder `cache` until the model, the profile, the code or the data change.
    """
    return {composition.name: cached(tasks, composition, cache) for composition in COMPOSITIONS}


def cached(tasks: Sequence[RankingTask], composition: Composition, cache: Path) -> list[Parts]:
    """`explain`, kept in the folder `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    name = f"{composition.name}-{_cache_key(tasks, composition)}.json".replace(", ", "-")
    file = cache / name
    if not file.exists():
        file.write_text(json.dumps(explain(tasks, composition)))
    parts: list[Parts] = json.loads(file.read_text())
    return parts


def explain(tasks: Sequence[RankingTask], composition: Composition) -> list[Parts]:
    """The parts of every pair, from the service's own request path, in this process."""
    parts: list[Parts] = []
    with Reranker.open(deadline_s=600) as reranker:
        for task in tasks:
            result = reranker.rerank(
                task.query,
                [composition.sent(product) for product in task.products],
                profile=composition.profile,
                max_tokens_per_doc=composition.max_tokens,
                order="input",
                explain=True,
            )
            parts += [_by_name(entry["parts"]) for entry in result.explanations]
    return parts


def _by_name(parts: object) -> Parts:
    assert isinstance(parts, list)
    return {f"{part['kind']} {part['name']}": part["value"] for part in parts}


def _cache_key(tasks: Sequence[RankingTask], composition: Composition) -> str:
    digest = hashlib.sha256((shipped_model() / "rerank.json").read_bytes())
    for source in [*sorted(Path(sidecar.__file__).parent.rglob("*.py")), Path(__file__)]:
        digest.update(source.read_bytes())
    digest.update(mappings.profile_text(composition.profile).encode())
    digest.update(repr(tasks).encode())
    return digest.hexdigest()[:16]
