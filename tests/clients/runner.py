"""Starts the sidecars, and runs an environment's checks against them."""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.clients import venvs
from tests.clients.cases import HOSTS
from tests.clients.gateway import certificate, gateway

ROOT = Path(__file__).parents[2]
KEY = "a-key-of-the-clients-tests"
DOCUMENTS = 16
"""Most documents of a request; one more is a 422 for every client, in one batch of each."""
DEADLINE_S = 2.0
"""Of the busy sidecar: how long a client that waits for it waits at most."""
LIMIT_S = 900
"""Of an environment's checks."""
QUIET = {"HAYSTACK_TELEMETRY_ENABLED": "False", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""No client calls home: documented switches of haystack and litellm."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check of one client."""

    client: str
    version: str
    check: str
    failure: str
    """Empty when the check passed."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Started:
    """The running sidecars and gateways, as `driver.Servers` takes them."""

    addresses: Mapping[str, object]
    certificate: Path


@contextmanager
def sidecars() -> Iterator[Started]:
    """Two `rerank-sidecar serve` with the shipped model and a key: one as it comes, and one that
    an overload fills at once; each behind a gateway, too."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        crt, private = certificate(HOSTS, folder)
        settings = {"api_key": KEY, "max_documents": DOCUMENTS}
        plain = stack.enter_context(SidecarProcess(settings))
        # Without a cache: the overload sends the same texts again and again.
        deadline_ms = int(DEADLINE_S * 1000)
        tight = {"api_key": KEY, "workers": 1, "deadline_ms": deadline_ms, "cache_mb": 0}
        busy = stack.enter_context(SidecarProcess(tight))
        gateways = [
            stack.enter_context(gateway(sidecar.url, HOSTS, crt, private))
            for sidecar in (plain, busy)
        ]
        addresses = {
            "key": KEY,
            "plain": plain.url,
            "plain_gateway": gateways[0],
            "documents": DOCUMENTS,
            "busy": busy.url,
            "busy_gateway": gateways[1],
            "deadline_s": DEADLINE_S,
        }
        yield Started(addresses, crt)


def run(name: str, started: Started, only: str = "", *, short: bool = False) -> list[CheckResult]:
    """The checks of the environment, of the clients with `only` in their names; `short` leaves
    most overloads out.

    Raises RuntimeError, with the end of the driver's stderr, when it fails.
    """
    arguments = json.dumps({**started.addresses, "environment": name, "only": only, "short": short})
    command = [venvs.python(name), "-m", "tests.clients.driver", arguments]
    with tempfile.TemporaryFile("w+") as errors:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(started.certificate),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        errors.seek(0)
        if done.returncode:
            raise RuntimeError(f"{name}: the driver failed: {errors.read()[-4000:]}")
    return list(_lines(done.stdout))


def _environment(crt: Path) -> dict[str, str]:
    """This process's, without its own proxies and keys: nothing but the arguments may count."""
    drop = ("_PROXY", "_API_KEY", "_API_BASE", "_BASE_URL")
    inherited = {
        name: value for name, value in os.environ.items() if not name.upper().endswith(drop)
    }
    return {**inherited, **QUIET, "REQUESTS_CA_BUNDLE": str(crt), "PYTHONIOENCODING": "utf-8"}


def _lines(text: str) -> Iterator[CheckResult]:
    """The driver's lines among what clients print by themselves."""
    for line in text.splitlines():
        with contextlib.suppress(json.JSONDecodeError, TypeError):
            yield CheckResult(**json.loads(line))
