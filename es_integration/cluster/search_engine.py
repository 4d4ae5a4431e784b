"""Which search engine it is: the one that answers at an address, or the one of a client."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from es_integration.cluster.login import Login
from es_integration.errors import ClusterRefused
from mappings import SearchEngine

TIMEOUT_S = 10.0


def search_engine_at(login: Login) -> SearchEngine:
    """The search engine that answers `GET /`.

    Elasticsearch identifies itself in a header of every answer, error answers included. Raises
    ClusterRefused when nothing answers, when it is something else, or for wrong credentials.
    """
    address = urlsplit(login.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ClusterRefused("the cluster's address must be http://... or https://...")
    status, headers, body = _get_root(login)
    if headers.get("X-Elastic-Product") == "Elasticsearch":
        search_engine = SearchEngine.ELASTICSEARCH
    elif _distribution(body) == "opensearch":
        search_engine = SearchEngine.OPENSEARCH
    elif status in (401, 403):
        raise ClusterRefused(f"{login.url} wants other credentials ({status})", status)
    else:
        raise ClusterRefused(f"{login.url} is neither Elasticsearch nor OpenSearch ({status})")
    if status in (401, 403):
        raise ClusterRefused(f"{search_engine} at {login.url} wants other credentials", status)
    return search_engine


def search_engine_of(client: Any) -> SearchEngine:
    """The search engine of an official client. Raises TypeError for any other object."""
    for base in type(client).__mro__:
        package = base.__module__.partition(".")[0]
        if package == "opensearchpy":
            return SearchEngine.OPENSEARCH
        if package in ("elasticsearch", "elasticsearch8", "elasticsearch9"):
            return SearchEngine.ELASTICSEARCH
    raise TypeError(f"{type(client).__name__} is no client of elasticsearch-py or opensearch-py")


def _get_root(login: Login) -> tuple[int, Any, bytes]:
    """Status, headers and body. Raises ClusterRefused when there is no HTTP answer."""
    request = urllib.request.Request(login.url.rstrip("/") + "/")
    if login.api_key is not None:
        request.add_header("Authorization", f"ApiKey {login.api_key}")
    elif login.user is not None:
        request.add_header(
            "Authorization", f"Basic {base64.b64encode(login.user.encode()).decode()}"
        )
    try:
        tls = ssl.create_default_context(cafile=login.ca)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=tls) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read()
    except (OSError, ValueError) as error:  # URLError is an OSError; a CA file may hold no PEM.
        raise ClusterRefused(f"{login.url}: {getattr(error, 'reason', error)}") from error


def _distribution(body: bytes) -> str | None:
    try:
        version = json.loads(body)["version"]
        return str(version.get("distribution"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
