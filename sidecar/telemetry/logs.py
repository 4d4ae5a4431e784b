"""JSON lines on standard output: one event, one line, fields and no sentences. Never a text."""

import logging
import sys

import structlog


class _HttpFaults(logging.Handler):
    """aiohttp's log as events: what is wrong with a peer's HTTP, without its bytes."""

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger("rerank").warning("http", logger=record.name, fault=fault)


class _ExportFaults(logging.Handler):
    """OpenTelemetry's log as events: why spans or metrics do not arrive. It holds no texts: spans
    have none."""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        structlog.get_logger("rerank").warning("otel", logger=record.name, message=message)


def configure(level: str) -> None:
    """Sends structlog's events, from `level` up, to standard output."""
    http = logging.getLogger("aiohttp")
    http.handlers, http.propagate = [_HttpFaults()], False
    otel = logging.getLogger("opentelemetry")
    otel.handlers, otel.propagate = [_ExportFaults()], False
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", key="ts"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
