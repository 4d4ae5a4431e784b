"""How a cluster is reached: its address, who asks, and whom to trust.

with client("opensearch", Login("https://search:9200", user="admin:secret")) as cluster:
    cluster.search(index="products", body={...})
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from es_integration.cluster.calls import in_short
from es_integration.errors import IntegrationError

TIMEOUT_S = 30.0
_SILENT = logging.NullHandler()


@dataclass(frozen=True)
class Login:
    """Raises ValueError for a password in the address, which errors repeat, for a user without
    one, and for two ways to log in at once."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    """Elasticsearch's encoded key, or one of OpenSearch 3.7+; sent as `Authorization: ApiKey`."""
    user: str | None = field(default=None, repr=False)
    """name:password"""
    ca: str | None = None
    """File with the certificates to trust, for https; absent: the machine's own."""

    def __post_init__(self) -> None:
        if urlsplit(self.url).username is not None:
            raise ValueError("give name and password apart from the address: it may be logged")
        if self.user is not None and ":" not in self.user:
            raise ValueError("the user is given as name:password")
        if self.user is not None and self.api_key is not None:
            raise ValueError("an API key and a user are two ways to log in: give one")


Official = tuple[Callable[[Login, float], Any], tuple[type[Exception], ...], str]
"""Makes a client; what it raises; the name of its log."""


@contextmanager
def client(engine: str, login: Login, *, timeout_s: float = TIMEOUT_S) -> Iterator[Any]:
    """The official client of "elasticsearch" or "opensearch", closed afterwards.

    What it refuses leaves as IntegrationError. It asks once: a retry would repeat a search whose
    sidecar hangs. Raises IntegrationError too where the client is not installed.
    """
    try:
        make, failures, logs = _OFFICIAL[engine]()
    except ModuleNotFoundError as missing:
        raise IntegrationError(
            f'{missing.name} is missing: pip install "rerank-sidecar[{engine}]"'
        ) from None
    try:
        # Without any handler, each refusal would be printed beside the error's one line.
        logging.getLogger(logs).addHandler(_SILENT)
        with make(login, timeout_s) as cluster:
            yield cluster
    except failures as error:
        raise IntegrationError(f"{engine} at {login.url}: {in_short(str(error))}") from error


def _elasticsearch() -> Official:
    from elasticsearch import ApiError, Elasticsearch, TransportError

    def make(login: Login, timeout_s: float) -> Any:
        return Elasticsearch(
            login.url,
            api_key=login.api_key,
            basic_auth=_pair(login),
            request_timeout=timeout_s,
            max_retries=0,
            **_trusted(login),
        )

    return make, (ApiError, TransportError), "elastic_transport"


def _opensearch() -> Official:
    from opensearchpy import OpenSearch, OpenSearchException

    def make(login: Login, timeout_s: float) -> Any:
        headers = {"Authorization": f"ApiKey {login.api_key}"} if login.api_key else {}
        return OpenSearch(
            login.url,
            http_auth=_pair(login),
            headers=headers,
            timeout=timeout_s,
            max_retries=0,
            **_trusted(login),
        )

    return make, (OpenSearchException,), "opensearch"


_OFFICIAL: Mapping[str, Callable[[], Official]] = {
    "elasticsearch": _elasticsearch,
    "opensearch": _opensearch,
}


def _trusted(login: Login) -> dict[str, Any]:
    return {"ca_certs": login.ca} if login.ca else {}


def _pair(login: Login) -> tuple[str, str] | None:
    if login.user is None:
        return None
    name, _, password = login.user.partition(":")
    return name, password
