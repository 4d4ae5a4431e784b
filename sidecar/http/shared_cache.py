"""The shared cache of a service: opened where a setting asks for it, seen in metrics and log."""

import structlog

from sidecar.errors import StartupError
from sidecar.pipeline.breaker import State
from sidecar.settings import Settings
from sidecar.shared_cache.shared_logits import SharedLogits
from sidecar.shared_cache.store import StoreError
from sidecar.shared_cache.watch import Call, Lookup, Watch
from sidecar.telemetry.shared_cache_metrics import SharedCacheMetrics

log = structlog.get_logger("rerank")


def open_shared_cache(settings: Settings, metrics: SharedCacheMetrics) -> SharedLogits | None:
    """None unless the settings ask for it. It connects when it is started. Raises StartupError
    without the extra `redis`, or for an address that its client does not take."""
    if settings.cache_url is None:
        return None
    try:
        from sidecar.shared_cache.redis_store import RedisStore
    except ModuleNotFoundError as missing:
        command = 'pip install "rerank-sidecar[redis]"'
        raise StartupError(f"{missing.name} is missing: {command}") from None

    url = settings.cache_url.get_secret_value().strip()
    store = RedisStore.open(url, settings.cache_prefix, settings.cache_ttl_s)
    report = _Report(metrics)
    watch = Watch(
        on_lookup=report.lookup,
        on_stored=metrics.stored.inc,
        on_dropped=metrics.dropped.inc,
        on_fault=report.fault,
        on_change=report.change,
    )
    metrics.up.set(1)
    return SharedLogits(store, settings.cache_timeout_ms / 1000, watch)


class _Report:
    """Each call is in the metrics; the log says when the cache is not asked any more, and why."""

    def __init__(self, metrics: SharedCacheMetrics) -> None:
        self._metrics = metrics
        self._last: dict[Call, str] = {}
        """What failed last."""

    def lookup(self, lookup: Lookup) -> None:
        outcomes = {
            "found": lookup.found,
            "missing": lookup.missing,
            "invalid": lookup.invalid,
        }
        for outcome, pairs in outcomes.items():
            self._metrics.pairs.labels(outcome=outcome).inc(pairs)
        self._metrics.seconds.observe(lookup.seconds)

    def fault(self, call: Call, fault: StoreError) -> None:
        self._metrics.faults.labels(call=call, reason=fault.reason).inc()
        self._last[call] = f"{fault.reason}: {fault}"

    def change(self, call: Call, state: State) -> None:
        if state == "half_open":
            return
        if call == "read":
            self._metrics.up.set(state == "closed")
        if state == "closed":
            log.info("shared cache back", call=call)
        else:
            log.warning("shared cache away", call=call, fault=self._last.get(call))
