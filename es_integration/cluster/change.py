"""What an install or uninstall does to a cluster, shown before it is applied.

plan = run(client, plan_install(spec))        # reads the cluster, changes nothing
print("\\n".join(change.diff() for change in plan))
run(client, apply(plan))                      # or both at once: plan_and_apply(plan_install(spec))
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from enum import StrEnum
from typing import Any

from es_integration.cluster.procedure import Body, Procedure


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True)
class Change:
    """One object of a cluster before and after the change. Neither body holds a secret."""

    kind: str
    """"connector", "search pipeline", "index template", ..."""
    name: str
    before: Body | None
    """None: it does not exist yet."""
    after: Body | None
    """None: it will be deleted."""
    make: Callable[[], Procedure[str | None]] = field(repr=False, compare=False)
    """Applies the change. Returns the reason when the cluster refuses it and the rest of the plan
    can still go on, else None."""
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
        """A unified diff of the two bodies as JSON; empty when nothing changes. A string of
        several lines is shown as a list of its lines."""
        name = f"{self.kind} {self.name}"
        before, after = (
            json.dumps(_split_lines(body), indent=2, sort_keys=True, ensure_ascii=False).split("\n")
            if body is not None
            else []
            for body in (self.before, self.after)
        )
        return "\n".join(unified_diff(before, after, name, name, lineterm=""))


def _split_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _split_lines(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_split_lines(inner) for inner in value]
    lines = value.split("\n") if isinstance(value, str) else []
    return lines if len(lines) > 1 else value


Plan = tuple[Change, ...]
"""In the order in which the changes are applied."""


def apply(plan: Sequence[Change]) -> Procedure[Plan]:
    """Applies the changes and returns them, with `refused` set on those the cluster refused.

    Nothing is rolled back after an error: applying a new plan continues where this one stopped.
    """
    applied = []
    for change in plan:
        if change.action is not Action.KEEP:
            refused = yield from change.make()
            applied.append(replace(change, refused=refused))
    return tuple(applied)


def plan_and_apply(planning: Procedure[Plan]) -> Procedure[Plan]:
    """Plans and applies; returns the changes that were applied."""
    plan = yield from planning
    applied = yield from apply(plan)
    return applied


def no_op() -> Procedure[None]:
    """The `make` of a change that only reports."""
    yield from ()
