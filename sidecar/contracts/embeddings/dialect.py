"""What an embedding dialect is: its routes, how a body becomes a request, a result bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.contracts.embeddings.body import EmbedBody
from sidecar.contracts.validation import validate
from sidecar.embedding import EmbedRequest, EmbedResult


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingDialect:
    """One wire contract, in full."""

    name: str
    """Labels its metrics and names its folder of golden files."""
    title: str
    """For people."""
    paths: tuple[str, ...]
    marks: tuple[str, ...] = ()
    """Keys that show a body to be this dialect's on a path that another has as well."""
    example: Mapping[str, Any]
    """A request body that is worth showing, with two texts."""
    body: type[EmbedBody]
    """What a request body is validated as."""
    response: Mapping[str, Any]
    """The response's JSON schema."""
    encode: Callable[[EmbedRequest, EmbedResult, str], bytes]
    """The response body; the third argument is the request id."""
    max_texts: int | None = None
    """Fewer than the service's own limit, where an answer is large."""
    error: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda flat: flat
    """The error body that its clients read, from the flat one of `errors`."""

    def decode(self, body: Mapping[str, Any], *, max_texts: int | None = None) -> EmbedRequest:
        """The request of a body. Raises InvalidRequest with the JSON path of the fault, and for
        more texts than `max_texts` or the dialect allow."""
        limits = [limit for limit in (max_texts, self.max_texts) if limit is not None]
        limit = min(limits, default=None)
        return validate(self.body, body, max_documents=limit).to_request()
