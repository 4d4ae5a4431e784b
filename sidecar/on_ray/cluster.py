"""Ray for the time of a command: started on this machine, or a cluster that is there."""

import logging
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import ray
from ray.exceptions import RayError

from sidecar.errors import StartupError
from sidecar.runtime.cores import available_cores

LOCAL, AUTO = "local", "auto"
KNOCK_S = 10.0
"""Longest wait for a cluster's head to take a connection."""
LOCAL_STORE_MB = 512
"""For blocks on their way; what does not fit is spilled to disk."""


class RayUnavailable(StartupError):
    """Ray cannot be started, or not be reached."""

    code = "ray"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the work is done."""

    address: str = LOCAL
    """`local`: a Ray of our own on this machine; `auto`: the one that this machine belongs to; or
    HOST:PORT of a cluster's head."""
    actors: int | None = None
    """Models at a time; None: as many as there are cores for."""
    cores: float = 1
    """Of each actor. A whole number is also how many runs of the model it does at a time."""
    store_mb: int = LOCAL_STORE_MB
    """Shared memory for blocks; of `local`."""


@contextmanager
def connected(cluster: Cluster) -> Iterator[int]:
    """How many actors there are to be, while this process is connected. Raises RayUnavailable."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report over the internet
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        _connect(cluster)
    except (OSError, RayError, RuntimeError, ValueError) as fault:
        raise RayUnavailable(f"Ray at {cluster.address}: {_first_line(fault)}") from None
    try:
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        cores = ray.cluster_resources().get("CPU", 0)
        if cores < cluster.cores:
            raise RayUnavailable(
                f"an actor of {cluster.cores:g} cores finds no place: Ray has {cores:g}"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Ray's advice to those who write its programs
            yield cluster.actors or int(cores / cluster.cores)
    finally:
        ray.shutdown()


def _connect(cluster: Cluster) -> None:
    if cluster.address != LOCAL:
        if cluster.address != AUTO:
            _knock(cluster.address)
        ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
        return
    ray.init(
        address=LOCAL,
        num_cpus=available_cores(),
        object_store_memory=cluster.store_mb << 20,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
    )


def _knock(address: str) -> None:
    """Raises OSError or ValueError where nothing listens: Ray would try for two minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("is no HOST:PORT")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK_S):
        return


def _first_line(fault: Exception) -> str:
    return next(iter(str(fault).splitlines()), type(fault).__name__)
