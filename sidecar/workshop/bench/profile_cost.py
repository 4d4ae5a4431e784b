"""CPU time of a profile: reading and composing fields, and every signal, rule and field match.

100 products of about 1 KB of JSON, made from the demo's catalogue, under the `ecommerce` profile,
for each of the demo's shopping queries. Tokenising and the model are not included.
"""

import itertools
import statistics
import time
from dataclasses import dataclass

import orjson

from sidecar.contracts.body import read_document
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profiles import Profiles
from sidecar.request import RankRequest
from sidecar.workshop.demo.collections import CollectionName, load

DOCUMENTS = 100
BYTES = 1000
PROFILE = "ecommerce"
REPEATS = 5
TARGET_MS = 5.0
ROOM_TOKENS = 512


@dataclass(frozen=True, slots=True)
class ProfileCost:
    """Milliseconds of CPU time per 100 structured documents of 1 KB: median and most expensive
    query."""

    median: float
    most: float
    target: float = TARGET_MS


def products() -> list[dict[str, object]]:
    """DOCUMENTS products, their descriptions extended until their JSON has BYTES bytes."""
    sources = [document.source for document in load(CollectionName.PRODUCTS).documents]
    descriptions = itertools.cycle([str(source["description"]) for source in sources])
    extended = []
    for source in sources[:DOCUMENTS]:
        product = {key: value for key, value in source.items() if key != "id"}
        while len(orjson.dumps(product)) < BYTES:
            product["description"] = f"{product['description']} {next(descriptions)}"
        extended.append(product)
    return extended


def measure() -> ProfileCost:
    """The costs, each query's the lowest of REPEATS times, which other processes disturb least."""
    profile = Profiles.open().get(PROFILE)
    documents = tuple(read_document(product) for product in products())
    costs_ms = []
    for query in load(CollectionName.PRODUCTS).queries:
        request = RankRequest(query.text, documents)
        times = []
        for _ in range(REPEATS):
            start = time.process_time()
            prepare(request, profile, read_all(documents, profile), None, ROOM_TOKENS)
            times.append(time.process_time() - start)
        costs_ms.append(min(times) * 1000 * 100 / DOCUMENTS)
    return ProfileCost(statistics.median(costs_ms), max(costs_ms))
