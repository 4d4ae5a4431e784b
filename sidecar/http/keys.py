"""Typed keys of what an app and a request carry."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sidecar.access.api_key import ApiKey
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.http.service import Service

if TYPE_CHECKING:
    from sidecar.http.experiments import ArmName
    from sidecar.telemetry.tracing import RequestTrace

SERVICE = web.AppKey("service", Service)
REQUEST_ID = web.RequestKey("request_id", str)
API_KEY = web.RequestKey("api_key", ApiKey)
"""Whose request it is; ANONYMOUS where no key is needed. Not there on open routes."""
DIALECT: web.RequestKey[Dialect | EmbeddingDialect] = web.RequestKey("dialect")
"""There once the body has chosen it; a refusal is in its words."""
TRACE: web.RequestKey["RequestTrace"] = web.RequestKey("trace")
"""There where requests are traced."""
ARM: web.RequestKey["ArmName"] = web.RequestKey("arm")
"""There where the request is in an experiment."""
AFTERWARDS = web.RequestKey("afterwards", list[Callable[[], None]])
"""What is done once the answer has left the process: nobody waits for metrics and a log line."""
FACTS = web.RequestKey("facts", dict[str, Any])
"""What the request's log line says beyond the common fields: counts and times, never texts."""
