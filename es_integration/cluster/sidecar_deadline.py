"""The longest time that a sidecar takes for a request, as its /info says."""

from functools import partial

from es_integration.cluster.procedure import Aside, Procedure
from es_integration.cluster.sidecar_info import sidecar_info
from es_integration.errors import SidecarError

TIMEOUT_S = 1.0


def sidecar_deadline(base_url: str, key: str | None, ca: str | None) -> Procedure[float | None]:
    """In seconds; None where it is not known: the address is the one that the nodes use, and may
    lead nowhere from here. `ca` is a file with certificates to trust beside the system's own."""
    deadline: float | None = yield Aside(partial(_read, base_url, key, ca))
    return deadline


def _read(base_url: str, key: str | None, ca: str | None) -> float | None:
    try:
        return float(sidecar_info(base_url, key, ca, TIMEOUT_S)["limits"]["deadline_ms"]) / 1000
    except (SidecarError, ValueError, KeyError, TypeError):
        return None
