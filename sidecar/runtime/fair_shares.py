"""Shares of a device's time: between priorities, and between the API keys of each. Pure.

The algorithm is start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM
1996), on two levels. Each member has a start tag: how much it was served, divided by its weight.
The waiting member with the least tag is served next, and the tag of what is served is the virtual
time. Over any time in which two members wait, they are served in the ratio of their weights, give
or take a run.

A member that comes back from idleness starts at the virtual time, less a credit: as much as it was
served too little before, up to a bound. So a client that asks for less than its share is answered
as if it were alone, and one that always asks for more pays for that; the bound is how long that
may take. Linux's schedulers have done the same for threads that slept (`place_entity` in
kernel/sched/fair.c), after Duda and Cheriton, "Borrowed-Virtual-Time scheduling", SOSP 1999. Time
in which the device has nothing to do moves the virtual time too, as if one more member had been
served: who was served meanwhile took nothing from anybody.
"""

import copy
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, Self, TypeVar

from sidecar.runtime.flows import Flow, Priority

CREDIT_S = 5.0
"""Longest that a client may be served alone for what it was served too little. Work of `batch` has
none: it must never hold up what is interactive."""
BATCH_SHARE = 0.1
"""Of a device, for `batch` work while `interactive` work waits too: the setting's default."""

Member = TypeVar("Member", bound=Hashable)


class VirtualTime(Generic[Member]):
    """One level: how far each of its members is served. Times are seconds of work by weight."""

    def __init__(
        self, weight: Callable[[Member], float], credit_s: Callable[[Member], float]
    ) -> None:
        self.weight = weight
        self.credit_s = credit_s
        self._now = 0.0
        self._finish: dict[Member, float] = {}

    def start(self, member: Member) -> float:
        """The member's start tag, if it waits now."""
        return max(self._finish.get(member, -math.inf), self._now - self.credit_s(member))

    def charge(self, member: Member, work_s: float) -> None:
        """The member is served so many seconds of work."""
        start = self.start(member)
        self._now = max(self._now, start)
        self._finish[member] = start + work_s / self.weight(member)

    def rest(self, seconds: float) -> None:
        """Nobody was served for so long: seconds, divided by the weight of a possible member."""
        self._now += seconds

    def served_before(
        self, member: Member, work_s: float, waiting: Mapping[Member, float]
    ) -> float:
        """Seconds of the others' waiting work that are served before `work_s` of the member's."""
        finish = self.start(member) + work_s / self.weight(member)
        return sum(
            min(other_s, max(0.0, finish - self.start(other)) * self.weight(other))
            for other, other_s in waiting.items()
            if other != member
        )

    def copy(self) -> Self:
        """As it is now, to look ahead from."""
        same = copy.copy(self)
        same._finish = dict(self._finish)
        return same


class FairShares:
    """Both levels: `interactive` and `batch` by their shares, the keys of each alike."""

    def __init__(self, batch_share: float = BATCH_SHARE) -> None:
        """`batch_share` of the device is for `batch` while `interactive` waits too."""
        shares: dict[Priority, float] = {"interactive": 1 - batch_share, "batch": batch_share}
        self._batch_share = batch_share
        credits_s: dict[Priority, float] = {"interactive": CREDIT_S, "batch": 0.0}
        self._priorities = VirtualTime[Priority](shares.__getitem__, credits_s.__getitem__)
        self._keys: dict[Priority, VirtualTime[str]] = {
            priority: VirtualTime[str](lambda key: 1.0, lambda key: CREDIT_S) for priority in shares
        }

    def first(self, waiting: Iterable[Flow]) -> Flow:
        """Whose turn it is; of equals, the first. Raises ValueError if nobody waits."""
        return min(waiting, key=self._turn)

    def charge(self, work_s: Mapping[Flow, float]) -> None:
        """The flows are served so many seconds of work in one run. It moves the virtual time once:
        charged piece by piece, a large run of `batch` would take it so far that `interactive` lost
        what it is owed."""
        priorities: dict[Priority, float] = {}
        for flow, seconds in work_s.items():
            priorities[flow.priority] = priorities.get(flow.priority, 0.0) + seconds
            self._keys[flow.priority].charge(flow.key, seconds)
        for priority, seconds in priorities.items():
            self._priorities.charge(priority, seconds)

    def rest(self, seconds: float) -> None:
        """The device had nothing to do for so long."""
        self._priorities.rest(seconds / self._batch_share)
        for keys in self._keys.values():
            keys.rest(seconds)

    def served_before(self, flow: Flow, work_s: float, waiting: Mapping[Flow, float]) -> float:
        """Seconds of other flows' waiting work that are served before `work_s` of the flow's, if
        nothing more comes."""
        keys: dict[str, float] = {}
        priorities: dict[Priority, float] = {}
        for other, other_s in waiting.items():
            if other.priority == flow.priority:
                keys[other.key] = other_s
            else:
                priorities[other.priority] = priorities.get(other.priority, 0.0) + other_s
        own_s = self._keys[flow.priority].served_before(flow.key, work_s, keys)
        return own_s + self._priorities.served_before(flow.priority, work_s + own_s, priorities)

    def copy(self) -> "FairShares":
        """As they are now, to look ahead from."""
        same = copy.copy(self)
        same._priorities = self._priorities.copy()
        same._keys = {priority: keys.copy() for priority, keys in self._keys.items()}
        return same

    def _turn(self, flow: Flow) -> tuple[float, bool, float]:
        return (
            self._priorities.start(flow.priority),
            flow.priority == "batch",
            self._keys[flow.priority].start(flow.key),
        )
