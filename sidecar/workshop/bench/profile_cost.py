"""CPU time that profiles cost: fields read, composed, and every signal, rule and field match.

100 products of about 1 KB of JSON, made of the demo's catalogue, under the `ecommerce` profile, for
each of the demo's shopping queries. Tokenising and the model are apart.
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
    """Milliseconds of CPU time per 100 structured documents of 1 KB: median and dearest query."""

    median: float
    most: float
    target: float = TARGET_MS


def products() -> list[dict[str, object]]:
    """Products whose descriptions go on until their JSON has BYTES bytes."""
    sources = [document.source for document in load(CollectionName.PRODUCTS).documents]
    texts = itertools.cycle([str(source["description"]) for source in sources])
    made = []
    for source in sources[:DOCUMENTS]:
        product = {key: value for key, value in source.items() if key != "id"}
        while len(orjson.dumps(product)) < BYTES:
            product["description"] = f"{product['description']} {next(texts)}"
        made.append(product)
    return made


def measure() -> ProfileCost:
    """For each query the least of REPEATS times, so that neighbours on the machine count little."""
    profile = Profiles.open().get(PROFILE)
    documents = tuple(read_document(product) for product in products())
    spent = []
    for query in load(CollectionName.PRODUCTS).queries:
        request = RankRequest(query.text, documents)
        times = []
        for _ in range(REPEATS):
            start = time.process_time()
            prepare(request, profile, read_all(documents, profile), None, ROOM_TOKENS)
            times.append(time.process_time() - start)
        spent.append(min(times) * 1000 * 100 / DOCUMENTS)
    return ProfileCost(statistics.median(spent), max(spent))
