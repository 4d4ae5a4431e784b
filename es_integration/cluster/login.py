"""How a cluster is reached: its address, credentials and certificates.

with connect("opensearch", Login("https://search:9200", user="admin:secret")) as client:
    client.search(index="products", body={...})
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from es_integration.cluster.calls import shortened
from es_integration.errors import IntegrationError

TIMEOUT_S = 30.0
_SILENT = logging.NullHandler()


@dataclass(frozen=True)
class Login:
    """Raises ValueError for credentials in the address (error messages repeat it), for a user
    without a password, and for an API key together with a user."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    """Elasticsearch's encoded key, or one of OpenSearch 3.7+; sent as `Authorization: ApiKey`."""
    user: str | None = field(default=None, repr=False)
    """name:password"""
    ca: str | None = None
    """File with the certificates to trust for https; None: the system's own."""

    def __post_init__(self) -> None:
        if urlsplit(self.url).username is not None:
            raise ValueError("give name and password apart from the address: it may be logged")
        if self.user is not None and ":" not in self.user:
            raise ValueError("the user is given as name:password")
        if self.user is not None and self.api_key is not None:
            raise ValueError("an API key and a user are two ways to log in: give one")


class _Library(NamedTuple):
    """The official client library of one search engine."""

    make: Callable[[Login, float], Any]
    """Takes the time-out in seconds."""
    errors: tuple[type[Exception], ...]
    logger: str


@contextmanager
def connect(search_engine: str, login: Login, *, timeout_s: float = TIMEOUT_S) -> Iterator[Any]:
    """The official client of "elasticsearch" or "opensearch", closed afterwards.

    Its errors become IntegrationError. It never retries: a retry would repeat a search whose
    sidecar hangs. Raises IntegrationError also when the client library is not installed.
    """
    try:
        library = _LIBRARIES[search_engine]()
    except ModuleNotFoundError as missing:
        raise IntegrationError(
            f'{missing.name} is missing: pip install "rerank-sidecar[{search_engine}]"'
        ) from None
    try:
        # Without a handler, Python would print each refusal beside the one line of the error.
        logging.getLogger(library.logger).addHandler(_SILENT)
        with library.make(login, timeout_s) as client:
            yield client
    except library.errors as error:
        raise IntegrationError(
            f"{search_engine} at {login.url}: {shortened(str(error))}"
        ) from error


def _elasticsearch() -> _Library:
    from elasticsearch import ApiError, Elasticsearch, TransportError

    def make(login: Login, timeout_s: float) -> Any:
        return Elasticsearch(
            login.url,
            api_key=login.api_key,
            basic_auth=_basic_auth(login),
            request_timeout=timeout_s,
            max_retries=0,
            **_certificates(login),
        )

    return _Library(make, (ApiError, TransportError), "elastic_transport")


def _opensearch() -> _Library:
    from opensearchpy import OpenSearch, OpenSearchException

    def make(login: Login, timeout_s: float) -> Any:
        headers = {"Authorization": f"ApiKey {login.api_key}"} if login.api_key else {}
        return OpenSearch(
            login.url,
            http_auth=_basic_auth(login),
            headers=headers,
            timeout=timeout_s,
            max_retries=0,
            **_certificates(login),
        )

    return _Library(make, (OpenSearchException,), "opensearch")


_LIBRARIES: Mapping[str, Callable[[], _Library]] = {
    "elasticsearch": _elasticsearch,
    "opensearch": _opensearch,
}


def _certificates(login: Login) -> dict[str, Any]:
    return {"ca_certs": login.ca} if login.ca else {}


def _basic_auth(login: Login) -> tuple[str, str] | None:
    if login.user is None:
        return None
    name, _, password = login.user.partition(":")
    return name, password
