"""The official OpenSearch client for the time of a `with` block.

with opensearch_client("http://127.0.0.1:9200") as client:
    client.search(index="products", body={...})
"""

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten
from typing import TYPE_CHECKING

from es_integration.errors import IntegrationError

# An extra, as in es_integration.opensearch: imported where it is used.
if TYPE_CHECKING:
    from opensearchpy import OpenSearch

REASON_LENGTH = 400
"""Characters kept of a refusal: one from a connector quotes every document that was sent."""


@contextmanager
def opensearch_client(url: str, *, timeout_s: float = 30.0) -> Iterator["OpenSearch"]:
    """A client that is closed afterwards; what the cluster refuses leaves as IntegrationError."""
    from opensearchpy import OpenSearch, OpenSearchException

    # Retries would repeat a search whose sidecar hangs; the caller's time is `timeout_s`.
    client = OpenSearch(url, timeout=timeout_s, max_retries=0)
    try:
        yield client
    except OpenSearchException as error:
        reason = shorten(str(error), REASON_LENGTH, placeholder=" ...")
        raise IntegrationError(f"OpenSearch at {url}: {reason}") from error
    finally:
        client.close()
