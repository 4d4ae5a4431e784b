"""The sidecar's HTTP client for applications: it retries, and it keeps the given order on failure.

retry         which failures are retried, and after how long (pure)
async_client  `SidecarClient`; `Ranking`, its result
sync_client   `SyncSidecarClient`, the same calls without an event loop

sync_client -> async_client -> retry
"""

from es_integration.sidecar_client.async_client import Ranking, SidecarClient
from es_integration.sidecar_client.sync_client import SyncSidecarClient

__all__ = ["Ranking", "SidecarClient", "SyncSidecarClient"]
