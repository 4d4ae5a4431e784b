"""What a search showed, as a record for the log; pure. docs/experiments.md lists its keys."""

from collections.abc import Mapping
from typing import Any

from es_integration.cluster.procedure import Body
from es_integration.search.page import REPORT, TEAM, Page
from es_integration.search.second_stage import SecondStage
from es_integration.search.trial import Placement, Trial
from es_integration.ubi.records import Record, query_record


def exposure_record(
    text: str,
    answer: Body,
    page: Page | None,
    trial: Trial,
    placement: Placement,
    seconds: float,
    second_stage: SecondStage | None,
) -> Record:
    """The page of the answer. `page` is None where it is not known which one it is, `seconds` what
    the whole search took, `second_stage` None where no reranking was due."""
    hits = answer["hits"]["hits"]
    attributes: dict[str, Any] | None = None
    if placement.assignment is not None:
        experiment = {
            **placement.report()["experiment"],
            "method": placement.assignment.experiment.method,
            "unit": placement.assignment.unit,
            "from": page.start if page is not None else 0,
            "took_ms": round(seconds * 1000, 2),
            "reranked": answer[REPORT]["reranked"],
            "zero_results": _is_empty(answer, page),
            **_second_stage(second_stage, interleaved=len(placement.assignment.arms) > 1),
        }
        if any(TEAM in hit for hit in hits):
            experiment["teams"] = [hit.get(TEAM, "") for hit in hits]
        attributes = {"experiment": experiment}
    return query_record(
        placement.query_id,
        text,
        [hit["_id"] for hit in hits],
        client_id=trial.client_id or trial.unit,
        application=trial.application,
        attributes=attributes,
    )


def _second_stage(found: SecondStage | None, *, interleaved: bool) -> Mapping[str, Any]:
    if found is None:
        return {}
    told: dict[str, Any] = {"rerank_ms": round(found.seconds * 1000, 2)}
    if found.failed:
        of_arms = [f"{arm}: {why}" if interleaved else why for arm, why in found.failed.items()]
        told["failure"] = "; ".join(of_arms)
        if interleaved:
            told["failed_arms"] = list(found.failed)
    return told


def _is_empty(answer: Body, page: Page | None) -> bool:
    """Whether the whole search found nothing."""
    total = answer["hits"].get("total")
    if isinstance(total, Mapping):
        total = total.get("value")
    if isinstance(total, int):
        return total == 0
    first_page = page is None or (page.start == 0 and page.size > 0)
    return first_page and not answer["hits"]["hits"]
