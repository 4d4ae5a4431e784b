"""What an install or an uninstall does to a cluster, shown before it is done.

plan = run(client, plan_install(wanted))      # reads, changes nothing
print("\\n".join(change.diff() for change in plan))
run(client, apply(plan))                      # or both at once: carried_out(plan_install(wanted))
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from enum import StrEnum
from typing import Any

from es_integration.cluster.procedure import Procedure

Body = dict[str, Any]


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True)
class Change:
    """One thing of a cluster, as it is and as it shall be. Neither body holds a secret."""

    kind: str
    """"connector", "search pipeline", "index template", ..."""
    name: str
    before: Body | None
    """None: it is not there."""
    after: Body | None
    """None: it is to go."""
    make: Callable[[], Procedure[str | None]] = field(repr=False, compare=False)
    """Returns why the cluster would not have it, where all else can go on; else None."""
    refused: str | None = field(default=None, compare=False)
    """What `make` returned."""

    @property
    def action(self) -> Action:
        if self.before == self.after:
            return Action.KEEP
        if self.before is None:
            return Action.CREATE
        return Action.DELETE if self.after is None else Action.UPDATE

    def diff(self) -> str:
        """A unified diff of the two bodies as JSON, empty where nothing changes. A text of several
        lines is shown as a list of them."""
        name = f"{self.kind} {self.name}"
        before, after = (
            json.dumps(_shown(body), indent=2, sort_keys=True, ensure_ascii=False).split("\n")
            if body is not None
            else []
            for body in (self.before, self.after)
        )
        return "\n".join(unified_diff(before, after, name, name, lineterm=""))


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner) for inner in value]
    lines = value.split("\n") if isinstance(value, str) else []
    return lines if len(lines) > 1 else value


Plan = tuple[Change, ...]
"""In the order in which the changes are made."""


def apply(plan: Sequence[Change]) -> Procedure[Plan]:
    """Makes the changes; returns them, each with `refused` where it was not made. A second run of a
    plan that failed takes it up where it stopped, so nothing is taken back."""
    made = []
    for change in plan:
        if change.action is not Action.KEEP:
            refused = yield from change.make()
            made.append(replace(change, refused=refused))
    return tuple(made)


def carried_out(planned: Procedure[Plan]) -> Procedure[Plan]:
    """Plans and applies; returns the changes that were made."""
    plan = yield from planned
    made = yield from apply(plan)
    return made


def nothing() -> Procedure[None]:
    """How a change is made that is only looked at."""
    yield from ()
