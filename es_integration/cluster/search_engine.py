"""Which of the two products answers at an address."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from es_integration.cluster.login import Login
from es_integration.errors import ClusterRefused

ASK_LIMIT_S = 10.0


def product_of(login: Login) -> str:
    """ "elasticsearch" or "opensearch", by what `GET /` answers.

    Elasticsearch says so in a header of every answer, refusals too. Raises ClusterRefused where
    nobody answers, or somebody else.
    """
    address = urlsplit(login.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ClusterRefused("the cluster's address must be http://... or https://...")
    status, headers, body = _ask(login)
    if headers.get("X-Elastic-Product") == "Elasticsearch":
        product = "elasticsearch"
    elif _distribution(body) == "opensearch":
        product = "opensearch"
    elif status in (401, 403):
        raise ClusterRefused(f"{login.url} wants other credentials ({status})", status)
    else:
        raise ClusterRefused(f"{login.url} is neither Elasticsearch nor OpenSearch ({status})")
    if status in (401, 403):
        raise ClusterRefused(f"{product} at {login.url} wants other credentials", status)
    return product


def _ask(login: Login) -> tuple[int, Any, bytes]:
    request = urllib.request.Request(login.url.rstrip("/") + "/")
    if login.api_key is not None:
        request.add_header("Authorization", f"ApiKey {login.api_key}")
    elif login.user is not None:
        request.add_header(
            "Authorization", f"Basic {base64.b64encode(login.user.encode()).decode()}"
        )
    try:
        trust = ssl.create_default_context(cafile=login.ca)
        with urllib.request.urlopen(request, timeout=ASK_LIMIT_S, context=trust) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read()
    except (OSError, ValueError) as error:  # URLError is an OSError; a CA file may hold no PEM
        raise ClusterRefused(f"{login.url}: {getattr(error, 'reason', error)}") from error


def _distribution(body: bytes) -> str | None:
    try:
        version = json.loads(body)["version"]
        return str(version.get("distribution"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
