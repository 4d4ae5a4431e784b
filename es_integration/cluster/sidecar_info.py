"""What a sidecar says of itself at /info, asked from this machine."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from es_integration.errors import SidecarAnswerInvalid, SidecarRefused, SidecarUnreachable


def sidecar_info(base_url: str, key: str | None, ca: str | None, timeout_s: float) -> Any:
    """The JSON of /info. `ca` is a file with certificates to trust beside the system's own.

    The address is the one that the cluster's nodes use, and may lead nowhere from here. Raises
    SidecarUnreachable, SidecarRefused, SidecarAnswerInvalid.
    """
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    try:
        request = urllib.request.Request(f"{base_url}/info", headers=headers)
        tls = ssl.create_default_context()
        if ca is not None:
            tls.load_verify_locations(ca)
        with urllib.request.urlopen(request, timeout=timeout_s, context=tls) as answer:
            raw = answer.read()
    except urllib.error.HTTPError as error:
        raise SidecarRefused(error.code, str(error.reason)) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)  # urllib wraps what went wrong.
        raise SidecarUnreachable(f"no answer from {base_url}: {reason}") from error
    try:
        return json.loads(raw)
    except ValueError as error:
        raise SidecarAnswerInvalid(f"{base_url}/info is no JSON: is it a sidecar?") from error
