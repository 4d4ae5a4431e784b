"""`rerank-sidecar serve`: the service, with an option for each setting."""

import asyncio
from pathlib import Path
from typing import Any

from sidecar.cli.flags import with_settings
from sidecar.settings import Settings, load


@with_settings(Settings.model_fields)
def serve_command(config: Path | None, **flags: Any) -> None:
    """Serve the model over HTTP until SIGTERM."""
    from sidecar.http.serve import serve
    from sidecar.telemetry.logs import configure

    settings = load(flags, config)
    configure(settings.log_level)
    asyncio.run(serve(settings))
