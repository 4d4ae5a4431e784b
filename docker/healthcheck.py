"""Exit status 0 when the service in this container is ready, else 1. For the image's HEALTHCHECK.

Asks the operators' port if there is one. Reads the service's own variables, so a TOML file's ports
and certificates need the variables too. Imports little: it runs every few seconds.
"""

import http.client
import os
import sys

TIMEOUT_S = 4.0


def connection() -> http.client.HTTPConnection:
    """To the port of the probes, on this machine; its certificate is not looked at."""
    port = os.environ.get("RERANK_ADMIN_PORT")
    plain = port and os.environ.get("RERANK_ADMIN_TLS") == "none"
    number = int(port or os.environ.get("RERANK_PORT") or 8080)
    if plain or not os.environ.get("RERANK_TLS_CERTIFICATE"):
        return http.client.HTTPConnection("127.0.0.1", number, timeout=TIMEOUT_S)
    import ssl

    unverified = ssl._create_unverified_context()
    return http.client.HTTPSConnection("127.0.0.1", number, timeout=TIMEOUT_S, context=unverified)


def ready() -> bool:
    """Whether GET /health/ready answers 200."""
    asked = connection()
    try:
        asked.request("GET", "/health/ready")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


if __name__ == "__main__":
    sys.exit(0 if ready() else 1)
