"""What a dialect is: how a body becomes a request, and how a result becomes bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.contracts.body import Options
from sidecar.request import RankRequest, RankResult

Example = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One wire contract. `name` labels its metrics and its golden files."""

    name: str
    body: type[Options]
    """The request's schema, for /openapi.json."""
    decode: Callable[[Mapping[str, Any]], RankRequest]
    """Raises InvalidRequest with the JSON path of the fault."""
    encode: Callable[[RankRequest, RankResult, str], bytes]
    """The response body; the third argument is the request id."""
    response: Mapping[str, Any]
    """The response's JSON schema."""
    example: Example
    """A request body that is worth showing."""
    error: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda flat: flat
    """The error body that its clients read, from the flat one of `errors`."""
