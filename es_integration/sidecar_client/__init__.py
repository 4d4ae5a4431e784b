"""The sidecar's HTTP client for applications: it retries, and it keeps the given order on failure.

retry         which failures are retried, and after how long (pure)
answers       what an answer says: `Ranking`, or the message of a refusal (pure)
async_client  `SidecarClient`
sync_client   `SyncSidecarClient`, the same calls without an event loop

sync_client -> async_client -> answers, retry
"""

from es_integration.sidecar_client.answers import Ranking
from es_integration.sidecar_client.async_client import SidecarClient
from es_integration.sidecar_client.sync_client import SyncSidecarClient

__all__ = ["Ranking", "SidecarClient", "SyncSidecarClient"]
