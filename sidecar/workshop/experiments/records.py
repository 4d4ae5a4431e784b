"""What a log of two-stage search says: which hits of which arms were shown, and what was clicked.

The log has UBI's form, with an object `experiment` in `query_attributes`; its keys are in
docs/experiments.md. Clicks may be written by any collector of UBI events.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sidecar.workshop.clicks.ubi import UbiEvent, UbiQuery, records


class Exposure(NamedTuple):
    """A page that a search of an experiment showed."""

    query: UbiQuery
    experiment: str
    unit: str
    arms: tuple[str, ...]
    """One, or those that were interleaved; none outside of the experiment."""
    outside: str
    """Why it has no arm; empty where it has."""
    teams: tuple[str, ...]
    """Of interleaved hits the arm of each, empty behind the window; else there are none."""
    first: int
    """The place of its first hit in the whole list, from 0."""
    took_ms: float
    """NaN where it is not known."""
    rerank_ms: float
    """NaN where none was asked for."""
    reranked: bool
    failure: str
    """What failed of the reranking; empty where nothing did."""
    failed_arms: tuple[str, ...]
    zero_results: bool


def experiment_records(value: Any) -> Iterator[Exposure | UbiEvent]:
    """The pages of experiments and the events in one line; other searches are passed over.

    Raises ValueError for what is no record.
    """
    if isinstance(value, list):
        for part in value:
            yield from experiment_records(part)
        return
    for record in records(value):
        if isinstance(record, UbiEvent):
            yield record
        elif (told := _told(value.get("_source", value))) is not None:
            yield _exposure(record, told)


def _told(source: Mapping[str, Any]) -> Mapping[str, Any] | None:
    attributes = source.get("query_attributes")
    told = attributes.get("experiment") if isinstance(attributes, dict) else None
    return told if isinstance(told, dict) else None


def _exposure(query: UbiQuery, told: Mapping[str, Any]) -> Exposure:
    arms, outside = _names(told, "arms"), _name(told, "outside")
    teams = _names(told, "teams")
    if "arm" in told:
        arms = (_name(told, "arm"),)
    if not arms and not outside:
        raise ValueError("the experiment has no arm, and no reason why it is outside")
    if teams and len(teams) != len(query.hit_ids):
        raise ValueError(f"{len(teams)} teams for {len(query.hit_ids)} hits")
    if stranger := next((team for team in teams if team and team not in arms), None):
        raise ValueError(f"the team {stranger} is none of the arms")
    return Exposure(
        query=query,
        experiment=_name(told, "name"),
        unit=_name(told, "unit"),
        arms=arms,
        outside=outside,
        teams=teams,
        first=int(_number(told, "from", 0)),
        took_ms=_number(told, "took_ms", math.nan),
        rerank_ms=_number(told, "rerank_ms", math.nan),
        reranked=told.get("reranked") is True,
        failure=_name(told, "failure"),
        failed_arms=_names(told, "failed_arms"),
        zero_results=told.get("zero_results") is True,
    )


def _name(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"experiment.{key} is no text")
    return value


def _names(told: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = told.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"experiment.{key} is no list of texts")
    return tuple(values)


def _number(told: Mapping[str, Any], key: str, absent: float) -> float:
    value = told.get(key, absent)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"experiment.{key} is no number")
    return float(value)
