"""Days of searches: each through the two-stage search, with its log and its clicks.

The log has the simulated time in place of the clock's; everything else in it is as two-stage search
writes it.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from first_stage import HITS, FirstStage, body
from remembered import RememberedSidecar
from shop import FIELDS, Shop
from users import SHOWN, Visit, clicked_places

from es_integration.search import Experiments, Rerank, Trial, two_stage_search
from es_integration.ubi import UbiFiles, event_record

AT_ONCE = 4
"""Users who search at the same moment of real time."""
RERANK = Rerank(fields=FIELDS, window=HITS, profile="ecommerce")


@dataclass(frozen=True)
class At:
    """A log whose records are of another time."""

    log: UbiFiles
    moment: datetime

    def write(self, record: Mapping[str, Any]) -> None:
        stamp = self.moment.astimezone(UTC).isoformat(timespec="milliseconds")
        self.log.write({**record, "timestamp": stamp.replace("+00:00", "Z")})


@dataclass(frozen=True)
class Traffic:
    """What searches go through."""

    shop: Shop
    first_stage: FirstStage
    sidecar: RememberedSidecar
    experiments: Experiments
    log: UbiFiles
    seed: int

    def run(self, visits: Iterable[Visit]) -> int:
        """All of the visits; the number of clicks."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return sum(threads.map(self._visit, visits))

    def _visit(self, visit: Visit) -> int:
        text = self.shop.queries[visit.query]
        answer = two_stage_search(
            self.first_stage.client,
            self.sidecar,
            text,
            index=self.first_stage.index,
            body={**body(text), "size": SHOWN},
            rerank=RERANK,
            trial=Trial(
                experiments=self.experiments, unit=visit.user, logs=[At(self.log, visit.at)]
            ),
        )
        shown = [hit["_id"] for hit in answer["hits"]["hits"]]
        places = clicked_places(self.shop, visit, shown, self.seed)
        for place in places:
            event = event_record(
                answer["rerank"]["query_id"],
                shown[place - 1],
                place,
                client_id=visit.user,
                at=visit.at + timedelta(seconds=3 * place),
            )
            self.log.write(event)
        return len(places)


def orders(
    shop: Shop, first_stage: FirstStage, sidecar: RememberedSidecar, rerank: Rerank | None
) -> list[list[str]]:
    """Each query's hits as such a search orders them; None: as the first stage does."""
    found = []
    for text in shop.queries:
        search = {**body(text), "size": HITS}
        if rerank is None:
            answer = first_stage.client.search(index=first_stage.index, body=search)
        else:
            answer = two_stage_search(
                first_stage.client,
                sidecar,
                text,
                index=first_stage.index,
                body=search,
                rerank=rerank,
            )
        found.append([hit["_id"] for hit in answer["hits"]["hits"]])
    return found
