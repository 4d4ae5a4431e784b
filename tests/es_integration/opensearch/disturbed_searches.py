"""Searches through both search pipelines, while the sidecar behind them restarts, changes its model
and is asked for more than it can do:

    python -m tests.es_integration.opensearch.disturbed_searches --opensearch 3.6.0 --rounds 30

No search may fail. The order and the scores of each must be those of one of the two models, or
those of the first stage, whole: never a mix.
"""

import argparse
import contextlib
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch, OpenSearchException

from es_integration import RERANK, LocalOpenSearch, OpenSearchInstall, Route
from es_integration.local_node import RERANK_BY_VERSION
from sidecar.access.api_key import digest_of
from sidecar.access.key_file import KeyEntry
from sidecar.workshop.models_admin import ModelsAdmin
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import SEARCHES, hits, installed
from tests.http_client import post
from tests.service.searches import WORDS
from tests.tiny_models import tiny_model

KEY = "admin-key"
INDEX = "disturbed"
DOCUMENTS = 40
PAGE = 20
QUERIES = ("red wool", "shoes boots", "hat scarf gloves")
CLIENTS = 3
FLOODERS = 8
FLOOD_DOCUMENTS = 1000
FLOOD_MS = 200
"""Deadline of the requests that flood the sidecar: most of them must be refused."""
READ_TIMEOUT_S = 3
PATIENCE_S = 300.0
"""Until a search has the order that it should have by now."""
START_TIMEOUT_S = 900.0
"""Of the node in the long form, and of the sidecar, which starts anew beside a node that works."""
TOLERANCE = 1e-5
Page = list[tuple[str, float]]
"""(ID, score) of each hit, in the order of the answer."""
FIRST_STAGE = "first stage"


@dataclass
class Outcome:
    """What clients of the cluster saw."""

    orders: list[tuple[str, str]] = field(default_factory=list)
    """What was going on when it began, and whose order it was, of each search."""
    failed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    flood: Counter[int] = field(default_factory=Counter)
    """What flooded the sidecar, by status."""


class Site:
    """An index, both pipelines, the sidecar behind them, and the pages that may come."""

    def __init__(self, node_url: str, folder: Path) -> None:
        self.node_url = node_url
        self.folder = folder
        self.going_on = "nothing"
        self.outcome = Outcome()
        self.client = OpenSearch(node_url, timeout=60)
        for number in (1, 2):
            tiny_model(folder / str(number), number)
        entry = KeyEntry.of(digest_of(KEY.encode()), name="ops", scopes={"admin", "rerank"})
        (folder / "keys.toml").write_text(entry.toml())
        (folder / "keys.toml").chmod(0o600)
        self.sidecar = self._sidecar(None)

    def _sidecar(self, port: int | None) -> SidecarProcess:
        settings = {
            "model": f"m={self.folder / '1'}",
            "models_dir": self.folder,
            "api_keys_file": self.folder / "keys.toml",
            "deadline_ms": READ_TIMEOUT_S * 1000,
            "drain_s": 1,
            "cache_mb": 0,
            "log_level": "error",
        }
        return SidecarProcess(settings, port=port, start_timeout_s=START_TIMEOUT_S)

    @contextlib.contextmanager
    def opened(self) -> Iterator["Site"]:
        """With documents, pipelines and the sidecar, for a `with` block."""
        chance = random.Random(1)
        spec = OpenSearchInstall(
            self.sidecar.url,
            profile="plain",
            fields=("title", "text"),
            text_field="text",
            sidecar_key=KEY,
            read_timeout_s=READ_TIMEOUT_S,
        )
        self.client.indices.create(index=INDEX, body={"settings": {"number_of_shards": 1}})
        try:
            for number in range(DOCUMENTS):
                source = {
                    "title": f"{chance.choice(WORDS)} {number}",
                    "text": " ".join([*chance.choices(WORDS, k=6), str(number)]),
                }
                self.client.index(index=INDEX, id=str(number), body=source)
            self.client.indices.refresh(index=INDEX)
            with self.sidecar, installed(self.client, spec):
                self.spec = spec
                self.pages = self._quiet_pages()
                yield self
        finally:
            self.sidecar.stop()
            self.client.indices.delete(index=INDEX)
            self.client.close()

    def search(self, client: OpenSearch, route: Route, query: str) -> Page:
        """The page of a search through the route's pipeline."""
        body = SEARCHES[route](_match(query), query, size=PAGE)
        return _page(hits(client, INDEX, body, self.spec.pipeline(route)))

    def whose(self, route: Route, query: str, page: Page) -> str | None:
        """Whose order the page has; None if it is nobody's."""
        for name, expected in self.pages[route, query].items():
            if [each for each, _ in page] == [each for each, _ in expected] and all(
                abs(score - wanted) <= TOLERANCE * max(1.0, wanted)
                for (_, score), (_, wanted) in zip(page, expected, strict=True)
            ):
                return name
        return None

    def wait_for(self, order: str) -> None:
        """Returns when one more search had this order that began while this was going on: a slow
        one from before proves nothing."""
        orders, wanted = self.outcome.orders, (self.going_on, order)
        seen, end = orders.count(wanted), time.monotonic() + PATIENCE_S
        while orders.count(wanted) == seen:
            assert time.monotonic() < end, f"no search had the order of the {order}"
            time.sleep(0.02)

    def restart(self) -> None:
        """SIGTERM, and a new process at the same address. It begins with the first model."""
        port = self.sidecar.port
        self.sidecar.stop()
        self.wait_for(FIRST_STAGE)
        self.sidecar = self._sidecar(port)
        self.sidecar.__enter__()
        self.wait_for("model 1")

    def swap(self, number: int) -> None:
        """Another model takes the name."""
        ModelsAdmin(self.sidecar.url, KEY).load("m", str(number))

    def overload(self, seconds: float) -> None:
        """Large requests without end, with little time each."""
        end = time.monotonic() + seconds
        documents = [f"{word} {number}" for number in range(100) for word in WORDS]
        body = {"query": "red", "documents": documents[:FLOOD_DOCUMENTS]}
        headers = {"Authorization": f"Bearer {KEY}", "X-Request-Deadline-Ms": str(FLOOD_MS)}

        def flood() -> None:
            while time.monotonic() < end:
                self.outcome.flood[post(self.sidecar, "/v2/rerank", body, headers).status] += 1

        _together(flood for _ in range(FLOODERS))

    def _quiet_pages(self) -> dict[tuple[Route, str], dict[str, Page]]:
        """By route and query, what the first stage and each model make of the page."""
        pages: dict[tuple[Route, str], dict[str, Page]] = {}
        for query in QUERIES:
            first = hits(self.client, INDEX, {"size": PAGE, "query": _match(query)})
            assert len(first) > PAGE / 2
            for route in Route:
                pages[route, query] = {FIRST_STAGE: _page(first)}
        for number in (1, 2):
            self.swap(number)
            for route, query in pages:
                first = hits(self.client, INDEX, {"size": PAGE, "query": _match(query)})
                pages[route, query][f"model {number}"] = self._by_model(route, query, first)
        for every in pages.values():
            orders = {tuple(each for each, _ in page) for page in every.values()}
            assert len(orders) == len(every), "a mix could not be told from an order"
        return pages

    def _by_model(self, route: Route, query: str, first: Sequence[dict[str, Any]]) -> Page:
        """The hits by the scores that the sidecar itself gives them."""
        sources = [hit["_source"] for hit in first]
        documents = [each["text"] for each in sources] if route is Route.FLAT else sources
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = post(self.sidecar, "/v2/rerank", {"query": query, "documents": documents}, headers)
        assert answer.status == 200, answer.body
        results = answer.body["results"]
        return [(first[each["index"]]["_id"], each["relevance_score"]) for each in results]


def run(node_url: str, folder: Path, *, rounds: int, overload_s: float = 1.0) -> Outcome:
    """Searches without a pause, while in each round the sidecar restarts, changes its model and is
    overloaded."""
    with Site(node_url, folder).opened() as site:
        stop = threading.Event()
        clients = [
            threading.Thread(target=_search, args=(site, stop, random.Random(number)))
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            for _ in range(rounds):
                _disturb(site, overload_s)
            site.wait_for("model 2")
        finally:
            stop.set()
            for client in clients:
                client.join()
        return site.outcome


def _disturb(site: Site, overload_s: float) -> None:
    site.going_on = "restart"
    site.restart()
    site.going_on = "swaps"
    for number in (2, 1, 2):
        site.swap(number)
        site.wait_for(f"model {number}")
    site.going_on = "overload"
    site.overload(overload_s)
    site.going_on = "nothing"


def _search(site: Site, stop: threading.Event, chance: random.Random) -> None:
    with contextlib.closing(OpenSearch(site.node_url, timeout=60, max_retries=0)) as client:
        while not stop.is_set():
            route, query = chance.choice(list(site.pages))
            going_on = site.going_on
            try:
                page = site.search(client, route, query)
            except OpenSearchException as fault:
                site.outcome.failed.append(f"{going_on}, {route}: {fault}")
                continue
            whose = site.whose(route, query, page)
            if whose is None:
                site.outcome.wrong.append(f"{going_on}, {route}, {query}: {page}")
            else:
                site.outcome.orders.append((going_on, whose))


def _match(query: str) -> dict[str, Any]:
    return {"multi_match": {"query": query, "fields": ["title", "text"]}}


def _page(found: Sequence[dict[str, Any]]) -> Page:
    return [(hit["_id"], hit["_score"]) for hit in found]


def _together(work: Iterable[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Exits with 1 when a search failed or had nobody's order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opensearch", default=RERANK.release.version, choices=RERANK_BY_VERSION)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--overload-s", type=float, default=5.0)
    options = parser.parse_args()
    start = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalOpenSearch(version=options.opensearch, start_timeout_s=START_TIMEOUT_S) as node,
    ):
        outcome = run(node.url, Path(folder), rounds=options.rounds, overload_s=options.overload_s)
    report = {
        "OpenSearch": options.opensearch,
        "seconds": round(time.monotonic() - start, 1),
        "rounds": options.rounds,
        "searches": len(outcome.orders),
        "orders": {": ".join(key): n for key, n in sorted(Counter(outcome.orders).items())},
        "failed": outcome.failed[:10],
        "wrong": outcome.wrong[:10],
        "flood, by status": dict(outcome.flood),
    }
    print(json.dumps(report, indent=1))
    raise SystemExit(1 if outcome.failed or outcome.wrong else 0)


if __name__ == "__main__":
    main()
