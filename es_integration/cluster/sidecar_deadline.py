"""The longest time that a sidecar takes for a request, as its /info says."""

import json
import ssl
import urllib.request
from functools import partial

from es_integration.cluster.procedure import Aside, Procedure

TIMEOUT_S = 1.0


def sidecar_deadline(base_url: str, key: str | None, ca: str | None) -> Procedure[float | None]:
    """In seconds; None where it is not known: the address is the one that the nodes use, and may
    lead nowhere from here. `ca` is a file with certificates to trust beside the system's own."""
    deadline: float | None = yield Aside(partial(_read, base_url, key, ca))
    return deadline


def _read(base_url: str, key: str | None, ca: str | None) -> float | None:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"{base_url}/info", headers=headers)
    try:
        tls = ssl.create_default_context()
        if ca is not None:
            tls.load_verify_locations(ca)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=tls) as answer:
            return float(json.load(answer)["limits"]["deadline_ms"]) / 1000
    except (OSError, ValueError, KeyError, TypeError):
        return None
