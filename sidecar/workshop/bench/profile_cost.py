"""CPU time of a profile: reading and composing fields, and every signal, rule and field match.

100 documents per search, of the kinds in `profile_documents`. Tokenising and the model are not
included.
"""

import math
import statistics
import time
from dataclasses import dataclass

from sidecar.contracts.body import read_document
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profiles import Profiles
from sidecar.request import RankRequest
from sidecar.workshop.bench.profile_documents import Searches, all_searches, renew

REPEATS = 5
TARGET_MS = 5.0
ROOM_TOKENS = 512


@dataclass(frozen=True, slots=True)
class ProfileCost:
    """Milliseconds of CPU time per 100 structured documents: median and most expensive query."""

    median: float
    most: float
    target: float = TARGET_MS
    """For the most expensive query over documents of 1 KB; other kinds of documents have none."""


def measure() -> dict[str, ProfileCost]:
    """The costs by kind of document, as `all_searches` names them."""
    profiles = Profiles.open()
    return {searches.name: _measure(searches, profiles) for searches in all_searches()}


def _measure(searches: Searches, profiles: Profiles) -> ProfileCost:
    """Each query's cost is the lowest of REPEATS times, which other processes disturb least.

    All queries take their turn before one is measured again: a slow moment of the machine meets
    each of them once, not one of them every time. Only this thread's time counts, not that of a
    model's threads that were measured before and still spin.
    """
    profile = profiles.get(searches.profile)
    documents = tuple(map(read_document, searches.documents))
    lowest_s = dict.fromkeys(searches.queries, math.inf)
    for number, query in enumerate(tuple(searches.queries) * REPEATS, start=1):
        if searches.renewed:
            documents = tuple(read_document(renew(each, number)) for each in searches.documents)
        request = RankRequest(f"{query} q{number}" if searches.renewed else query, documents)
        start = time.thread_time()
        prepare(request, profile, read_all(documents, profile), None, ROOM_TOKENS)
        lowest_s[query] = min(lowest_s[query], time.thread_time() - start)
    costs_ms = [seconds * 1000 * 100 / len(documents) for seconds in lowest_s.values()]
    return ProfileCost(statistics.median(costs_ms), max(costs_ms))
