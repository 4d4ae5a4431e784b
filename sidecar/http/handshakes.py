"""TLS handshakes that fail. asyncio closes their connections and says nothing."""

import ssl
from collections.abc import Callable


def reporting(on_failed: Callable[[str], None]) -> type[ssl.SSLObject]:
    """For a context's `sslobject_class`: the connections call it with the reason, in OpenSSL's own
    words and none of the client's."""

    class ReportingConnection(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise  # the handshake goes on
            except ssl.SSLError as fault:
                on_failed(_reason(fault))
                raise

    return ReportingConnection


def _reason(fault: ssl.SSLError) -> str:
    """Such as "certificate verify failed: certificate has expired"."""
    reason = (fault.reason or "not understood").replace("_", " ").lower()
    detail = getattr(fault, "verify_message", "")
    return f"{reason}: {detail}" if detail else reason
