"""A service's `/admin/models`, asked from a command line."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from sidecar.errors import StartupError

TIMEOUT_S = 600.0
"""A large model takes minutes to load."""


class ModelsAdmin:
    """The models of the service at `url`, for a key of the scope `admin`. Its methods raise
    StartupError with the service's words when it refuses, or with the reason when it is not
    there."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/") + "/admin/models"
        self._key = key

    def models(self) -> list[dict[str, Any]]:
        """All of them, the default first."""
        listed: list[dict[str, Any]] = self._ask("GET")["models"]
        return listed

    def load(self, name: str, folder: str) -> dict[str, Any]:
        """The model that has the name now; returns when it serves."""
        return self._ask("PUT", name, {"folder": folder})

    def unload(self, name: str) -> None:
        """Takes the name away."""
        self._ask("DELETE", name)

    def _ask(
        self, method: str, name: str | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        url = self._url if name is None else f"{self._url}/{urllib.parse.quote(name)}"
        if not url.startswith(("http://", "https://")):
            raise StartupError(f"{self._url} is no address of a service: http://HOST:PORT")
        raw = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, raw, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                answer = response.read()
        except urllib.error.HTTPError as fault:
            with fault:
                raise StartupError(_refusal(fault.code, fault.read())) from None
        except OSError as fault:
            raise StartupError(f"{self._url} does not answer: {fault}") from None
        return dict(json.loads(answer)) if answer else {}


def _refusal(status: int, raw: bytes) -> str:
    """The service's message; a proxy's answer has none."""
    try:
        body = json.loads(raw)
        message, kind = body["error"], body["error_type"]
    except (ValueError, KeyError, TypeError):
        return f"the service answered with status {status}"
    if kind == "not_found":
        return (
            "this address has no /admin/models: none of the service's API keys has the scope "
            "admin, or its admin_port has the routes"
        )
    return f"{message} (status {status})"
