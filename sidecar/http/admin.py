"""What operators ask, below `/admin`: routes of the scope `admin`, which are not there unless a key
has it."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sidecar.access.api_key import ApiKey
from sidecar.access.quotas import Quotas
from sidecar.http.json_response import json_response
from sidecar.http.keys import SERVICE


async def keys(request: web.Request) -> web.Response:
    """The API keys in force and what is left of their quotas, without keys and hashes."""
    service = request.app[SERVICE]
    body = {"keys": [_key(key, service.quotas) for key in service.keys.ring.keys]}
    return json_response(body, may_be_cached=False)


def _key(key: ApiKey, quotas: Quotas) -> dict[str, Any]:
    return {
        "name": key.name,
        "scopes": sorted(key.scopes),
        "priority": key.priority,
        "expires": key.expires and key.expires.isoformat(),
        "expired": key.expired(datetime.now(UTC)),
        "requests_per_minute": key.quota.requests_per_minute,
        "requests_left": quotas.left(key, "requests"),
        "documents_per_minute": key.quota.documents_per_minute,
        "documents_left": quotas.left(key, "documents"),
    }
