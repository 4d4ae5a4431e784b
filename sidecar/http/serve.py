"""From settings to a listening process, and down again.

start: listen (probes answer 503) -> load and prove the model -> ready
stop:  not ready -> `drain_s` more of serving -> close the port -> requests under way end -> stop
"""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

import structlog

from sidecar.access.server_tls import TlsPorts
from sidecar.errors import StartupError
from sidecar.http.app import create_admin_app, create_app
from sidecar.http.connections import allow_connections
from sidecar.http.hangup import Hangups
from sidecar.http.listener import listener
from sidecar.http.reloading import Part, reloading
from sidecar.http.service import Opener, Service, open_models
from sidecar.settings import Settings

Companion = Callable[[Service], AbstractContextManager[None]]
"""What else the process does beside a service; must not block."""
log = structlog.get_logger("rerank")


@asynccontextmanager
async def listening(
    settings: Settings, opener: Opener = open_models
) -> AsyncIterator[tuple[Service, str]]:
    """(service, its URL) with the port open and the model not yet loaded.

    Raises StartupError when the address cannot be listened on, keys or certificates cannot be
    read, `models_dir` is not a folder, or the system does not allow so many connections.
    """
    _check_models_dir(settings.models_dir)
    allow_connections(settings.max_connections, ports=1 if settings.admin_port is None else 2)
    tls = TlsPorts.open(settings)
    service = Service(settings, opener)  # from here on there is something to stop
    service.show_certificate(tls.expires)
    try:
        # The one for operators goes down last: it shows how the service drains.
        async with (
            reloading(
                service.metrics,
                Part("keys", service.keys.reload_if_changed, service.show_keys),
                Part("experiments", service.experiments.reload_if_changed),
                Part("tls", tls.reload_if_changed, lambda: service.show_certificate(tls.expires)),
            ),
            _admin_listener(service, tls),
            listener(create_app(service), settings.host, settings.port, tls.port) as url,
        ):
            yield service, url
    finally:
        await service.stop()


def _check_models_dir(folder: Path | None) -> None:
    """Nothing could ever be loaded from what is not a folder. A command that loads nothing from it
    does not look."""
    if folder is not None and not os.path.isdir(folder):
        raise StartupError(f"setting models_dir: {folder} is not a folder")


@asynccontextmanager
async def _admin_listener(service: Service, tls: TlsPorts) -> AsyncIterator[None]:
    """Metrics and administration on an address of their own, where the settings say so."""
    settings = service.settings
    if settings.admin_port is None:
        yield
        return
    app = create_admin_app(service)
    async with listener(app, settings.admin_host, settings.admin_port, tls.admin_port) as url:
        log.info("listening", url=url, serves="admin")
        yield


async def serve(
    settings: Settings,
    companion: Companion | None = None,
    opener: Opener = open_models,
    read_again: Callable[[], Settings] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT. Raises StartupError when it must not.

    On SIGHUP the models become those of `read_again`, which raises StartupError; without it those
    of `settings`, whose folders are read again. `companion` runs from when the models are ready
    until the service drains.
    """
    stopping, at_once = asyncio.Event(), asyncio.Event()

    def stop(drain: bool) -> None:
        if stopping.is_set() or not drain:
            at_once.set()
        stopping.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop, True)
    loop.add_signal_handler(signal.SIGINT, stop, False)
    async with listening(settings, opener) as (service, url):
        hangups = Hangups(service, read_again or (lambda: settings))
        loop.add_signal_handler(signal.SIGHUP, hangups.reload)
        log.info("listening", url=url)
        load = asyncio.create_task(service.start())
        stop_wanted = asyncio.create_task(stopping.wait())
        await asyncio.wait((load, stop_wanted), return_when=asyncio.FIRST_COMPLETED)
        if load.done():
            load.result()
            _keep_what_stays()
            _log_ready(service)
            with companion(service) if companion else contextlib.nullcontext():
                await stop_wanted
        service.drain()
        log.info("draining", seconds=0.0 if at_once.is_set() else settings.drain_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(settings.drain_s):
                await at_once.wait()
        # A model that loads cannot be interrupted, only waited for; its fault is no matter now.
        with contextlib.suppress(StartupError):
            await load
    log.info("stopped")


def _keep_what_stays() -> None:
    """Takes what is there after the start out of the garbage collector's sight: 150,000 objects,
    most of them words, through which each full collection went with every thread stopped, for
    90 ms of CPU time. A model that is replaced later is freed all the same: nothing but its empty
    queue is in a cycle."""
    gc.collect()
    gc.freeze()


def _log_ready(service: Service) -> None:
    """One line per model, the default first."""
    for pipeline in service.models.pipelines:
        running, layout = pipeline.model.running, pipeline.model.layout
        log.info(
            "ready",
            model=pipeline.model.name,
            graph=running.name,
            engine=running.runtime,
            precision=running.graph.precision,
            device=running.device,
            workers=layout.workers,
            threads=layout.intra_op_threads,
            token_budget=layout.token_budget,
            layout=layout.source,
            score_revision=running.score_revision,
        )
