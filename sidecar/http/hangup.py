"""SIGHUP: models, judgements and experiments become those of the settings, read again. Flags and
variables are those of the start, so what can differ is the settings' file, and the files that it
names."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from sidecar.errors import NotReady, StartupError
from sidecar.http.service import Service
from sidecar.settings import Settings

APPLIED = {"model", "judgements", "judgements_id"}
"""Settings that a reload puts into force."""
log = structlog.get_logger("rerank")


class Hangups:
    """Reloads, one after another."""

    def __init__(self, service: Service, read_again: Callable[[], Settings]) -> None:
        """`read_again` raises StartupError for settings that are not understood."""
        self._service = service
        self._read_again = read_again
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading = asyncio.Lock()

    def reload(self) -> None:
        """Begins one; called on the event loop."""
        task = asyncio.create_task(self._reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload(self) -> None:
        """A reload that fails leaves what failed as it was, and says why in the log."""
        try:
            settings = await asyncio.to_thread(self._read_again)
            models = self._service.live_models
        except (StartupError, NotReady) as fault:
            log.error("models not reloaded", fault=fault.message)
            return
        async with self._reading:
            await self._read_judgements(settings)
        with suppress(StartupError):  # which is in the log
            await models.reload(settings.models)
        try:
            await asyncio.to_thread(self._service.experiments.reload)
        except StartupError as fault:
            log.error("experiments not reloaded", fault=fault.message)
        if names := _waiting_for_restart(self._service.settings, settings):
            log.warning("settings changed that need a restart", settings=names)

    async def _read_judgements(self, settings: Settings) -> None:
        try:
            await self._service.read_judgements(settings)
        except StartupError as fault:
            log.error("judgements not reloaded", fault=fault.message)


def _waiting_for_restart(now: Settings, wanted: Settings) -> list[str]:
    """Names of settings that have changed and that a reload leaves as they are."""
    others = [name for name in Settings.model_fields if name not in APPLIED]
    return [name for name in others if getattr(now, name) != getattr(wanted, name)]
