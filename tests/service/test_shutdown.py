"""SIGTERM and SIGINT to a real process."""

import os
import signal
import time
import urllib.error
import urllib.request

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code


def seconds_to_exit(process: SidecarProcess) -> float:
    start = time.monotonic()
    assert process.wait(20) == 0
    return time.monotonic() - start


def test_sigterm_drains_and_a_second_signal_does_not() -> None:
    with SidecarProcess({"drain_s": 15}) as process:
        os.kill(process.pid, signal.SIGTERM)
        until = time.monotonic() + 5
        while status(f"{process.url}/health/ready") != 503 and time.monotonic() < until:
            time.sleep(0.02)
        assert status(f"{process.url}/health/ready") == 503
        assert status(f"{process.url}/health/live") == 200, "still served"
        os.kill(process.pid, signal.SIGTERM)
        assert seconds_to_exit(process) < 10


@pytest.mark.parametrize("drain_s", [0, 15])
def test_sigint_ends_at_once(drain_s: int) -> None:
    with SidecarProcess({"drain_s": drain_s}) as process:
        os.kill(process.pid, signal.SIGINT)
        assert seconds_to_exit(process) < 10
