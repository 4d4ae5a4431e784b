"""Typed keys of what an app and a request carry."""

from typing import Any

from aiohttp import web

from sidecar.contracts.dialect import Dialect
from sidecar.http.service import Service

SERVICE = web.AppKey("service", Service)
REQUEST_ID = web.RequestKey("request_id", str)
DIALECT = web.RequestKey("dialect", Dialect)
"""There once the body has chosen it; a refusal is in its words."""
FACTS = web.RequestKey("facts", dict[str, Any])
"""What the request's log line says beyond the common fields: counts and times, never texts."""
