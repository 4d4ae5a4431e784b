"""What sends traces and metrics by OpenTelemetry, loaded only where a setting asks for it."""

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from sidecar import __version__
from sidecar.errors import StartupError

if TYPE_CHECKING:
    from sidecar.telemetry.otlp_metrics import OtlpMetrics
    from sidecar.telemetry.tracing import Tracing


def open_tracing() -> "Tracing":
    """Raises StartupError without the extra `otel`."""
    try:
        from sidecar.telemetry.tracing import Tracing

        return Tracing(__version__)
    except ModuleNotFoundError as missing:
        raise _without_extra(missing) from None


def open_otlp_metrics(registry: CollectorRegistry) -> "OtlpMetrics":
    """Of the registry's metrics. Raises StartupError without the extra `otel`."""
    try:
        from sidecar.telemetry.otlp_metrics import OtlpMetrics

        return OtlpMetrics(registry, __version__)
    except ModuleNotFoundError as missing:
        raise _without_extra(missing) from None


def _without_extra(missing: ModuleNotFoundError) -> StartupError:
    return StartupError(f'{missing.name} is missing: pip install "rerank-sidecar[otel]"')
