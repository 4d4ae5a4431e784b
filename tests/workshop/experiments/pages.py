"""Pages and clicks of experiments as a log has them, written by hand."""

from collections.abc import Iterable, Sequence
from typing import Any

from sidecar.workshop.clicks.ubi import UbiEvent
from sidecar.workshop.experiments.records import Exposure, experiment_records
from tests.workshop.clicks.logs import event, query


def page(query_id: str, hits: Sequence[str], **told: Any) -> dict[str, Any]:
    """A page of the experiment `weights`; `from_` is the place of its first hit."""
    told = {"from" if key == "from_" else key: value for key, value in told.items()}
    experiment = {"name": "weights", "unit": "u1", "from": 0, "reranked": True, **told}
    return query(query_id, "red shoes", hits, query_attributes={"experiment": experiment})


def interleaved(query_id: str, hits: Sequence[str], teams: Sequence[str], **told: Any) -> Any:
    """An interleaved page."""
    arms = told.pop("arms", ["x", "y"])
    return page(query_id, hits, method="interleave", arms=arms, teams=list(teams), **told)


def click(query_id: str, document: str) -> dict[str, Any]:
    return event("click", query_id, document)


def read(*values: Any) -> tuple[list[Exposure], list[UbiEvent]]:
    """The pages and the events in these records."""
    found = [record for value in values for record in experiment_records(value)]
    return _of(Exposure, found), _of(UbiEvent, found)


def _of(kind: Any, records: Iterable[Any]) -> list[Any]:
    return [record for record in records if isinstance(record, kind)]
