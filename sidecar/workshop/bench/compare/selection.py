"""What the options of `bench compare` select: contenders, workloads, settings of the sidecar."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare.contender import ContenderSpec
from sidecar.workshop.bench.compare.contender_specs import (
    EMBEDDING_OURS,
    EMBEDDING_PEERS,
    OURS,
    PEERS,
)
from sidecar.workshop.bench.compare.workloads import WORKLOADS, Workload

T = TypeVar("T")


def contenders(names: str | None, *, embeddings: bool = False) -> tuple[ContenderSpec, ...]:
    """The sidecar's own contenders and the named peers (None: all). Raises StartupError."""
    ours, peers = (EMBEDDING_OURS, EMBEDDING_PEERS) if embeddings else (OURS, PEERS)
    return (*ours, *_select(names, {peer.key: peer for peer in peers}, "--peers"))


def workloads(names: str | None, documents: int) -> tuple[Workload, ...]:
    """The named workloads (None: all), scaled to `documents` per request. Raises StartupError."""
    return tuple(
        workload.scaled(documents) for workload in _select(names, WORKLOADS, "--workloads")
    )


def settings(assignments: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE strings by the names of the settings table. Raises StartupError."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not re.fullmatch(r"[a-z_]+", name):
            raise StartupError(f"--sidecar {assignment}: it must be NAME=VALUE")
        values[name] = int(value) if value.isdecimal() else value
    return values


def _select(names: str | None, known: Mapping[str, T], option: str) -> tuple[T, ...]:
    """The comma-separated names' values in the order of `known`; all for None.

    Raises StartupError for an unknown name.
    """
    if names is None:
        return tuple(known.values())
    selected = {name.strip() for name in names.split(",") if name.strip()}
    if unknown := sorted(selected - known.keys()):
        raise StartupError(f"{option} {unknown[0]}: it must be one of {', '.join(known)}")
    return tuple(value for name, value in known.items() if name in selected)
