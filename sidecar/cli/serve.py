"""`rerank-sidecar serve`: the service, with an option for each setting."""

import asyncio
import os
from pathlib import Path
from typing import Any

import structlog

from sidecar.cli.flags import with_settings
from sidecar.idle_settings import misspelt, without_effect
from sidecar.settings import Settings, load


@with_settings(Settings.model_fields)
def serve_command(config: Path | None, **flags: Any) -> None:
    """Serve the model over HTTP until SIGTERM. SIGHUP reads models, judgements and experiments
    again."""
    from sidecar.http.serve import serve
    from sidecar.telemetry.logs import configure

    settings = load(flags, config)
    configure(settings.log_level)
    for variable, setting in misspelt(os.environ).items():
        structlog.get_logger("rerank").warning("unknown variable", name=variable, nearest=setting)
    for name, needed in without_effect(settings).items():
        structlog.get_logger("rerank").warning("setting without effect", name=name, needs=needed)
    companion = None
    if settings.canary_engine is not None:
        from sidecar.cli.cluster.canary_in_serve import canary_of

        companion = canary_of(settings)
    asyncio.run(serve(settings, companion, read_again=lambda: load(flags, config)))
