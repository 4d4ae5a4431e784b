"""The canary's rounds: the checks of `verify` again and again, as metrics and log lines."""

import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
import typer

from sidecar.cli.cluster.cluster_options import ClusterOptions
from sidecar.errors import StartupError
from sidecar.telemetry.canary_metrics import CanaryMetrics

if TYPE_CHECKING:
    from es_integration.cluster.check import Report
    from es_integration.cluster_spec import ClusterSpec

log = structlog.get_logger("rerank")
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """Of "60s", "5m", "1h". Raises typer.BadParameter."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    found = float(match[1]) * _UNITS_S[match[2]] if match else 0.0
    if not 0 < found <= threading.TIMEOUT_MAX:
        raise typer.BadParameter("write it as 30s, 5m or 1h")
    return found


@dataclass(frozen=True)
class CanaryRounds:
    """What is asked in a round, and how often."""

    options: ClusterOptions
    spec: "ClusterSpec"
    index: str | None
    every_s: float

    @classmethod
    def of(cls, options: ClusterOptions, index: str | None, every_s: float) -> "CanaryRounds":
        """Raises StartupError for options that no cluster would make work; calls none."""
        with options.client():
            spec = options.spec()
            spec.check()
        return cls(options, spec, index, every_s)

    def run(self, metrics: CanaryMetrics, stop: threading.Event) -> None:
        """Round after round until `stop` is set. A round that fails in a way that nobody thought of
        is a failed round: nothing ends the canary but `stop`."""
        while not stop.is_set():
            start = time.monotonic()
            report = self._round()
            took_s = time.monotonic() - start
            passed = metrics.record({c.name: c.passed for c in report}, took_s, time.time())
            failed = [{"check": c.name, "detail": c.detail} for c in report if not c.passed]
            (log.info if passed else log.error)(
                "canary", ok=passed, ms=round(took_s * 1000, 1), failed=failed
            )
            stop.wait(max(0.0, self.every_s - took_s))

    def _round(self) -> "Report":
        """The checks of `verify`; a cluster that cannot be asked is a failed check of its own."""
        from es_integration.cluster.check import Check
        from es_integration.cluster.procedure import run
        from es_integration.deployment import verify

        try:
            with self.options.client() as client:
                return run(client, verify(self.spec, self.index, timed=False))
        except StartupError as fault:
            return (Check("cluster", False, fault.message),)
        except Exception as fault:
            return (Check("canary", False, f"the round itself failed: {type(fault).__name__}"),)
