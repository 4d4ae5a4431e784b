"""What the tests of signals share: one field's values, read by one signal."""

from typing import Any

from pydantic import TypeAdapter

from sidecar.search import Constraint, Search
from sidecar.signals import SIGNALS, AnySignal, SearchReader, Signal

SIGNAL: TypeAdapter[AnySignal] = TypeAdapter(AnySignal)
NOW = 1_704_067_200.0  # 2024-01-01
QUERY = "red 16gb phone under 50 § 433 BGB since 2010"
CONSTRAINTS = {
    "color": Constraint("color", frozenset({"red"})),
    "price": Constraint("price", high=50),
    "year": Constraint("year", low=2010),
    "brand": Constraint("brand", frozenset({"acme"})),
    "season": Constraint("season", frozenset({"summer"})),
}
CONTEXT = {"date": "2024-01-01", "vectors": {"v": [1.0, 0.0]}}


def strengths(
    signal: dict[str, Any], values: list[Any], query: str = "", **search: Any
) -> list[float]:
    """The strengths of documents that hold these values in the field `f`."""
    documents = [{"f": value} for value in values]
    return reading_f(signal).strengths(SearchReader(Search(query, documents, **search), NOW))


def reading_f(signal: dict[str, Any]) -> Signal:
    """The signal with these keys, reading the field `f`."""
    many = "fields" in SIGNALS[signal["kind"]].model_fields
    return SIGNAL.validate_python({"fields": ["f"], **signal} if many else {"field": "f", **signal})
