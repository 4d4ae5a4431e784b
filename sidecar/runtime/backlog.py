"""What waits for a device now, and how long more work would wait for it. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.flows import ANYONE, Flow


@dataclass(frozen=True, slots=True)
class Backlog:
    """The work that waits, by flow, and how far each flow is served."""

    waiting_s: Mapping[Flow, float] = field(default_factory=dict)
    """Seconds of work, by the measured rates of its models; models without one do not count."""
    running_s: float = 0.0
    """Of runs under way."""
    last_deadline_s: float = math.inf
    """Seconds from now. Work past its deadline is dropped: nobody waits for it any longer."""
    shares: FairShares = field(default_factory=FairShares)

    @classmethod
    def of(cls, seconds: float) -> "Backlog":
        """So much work of clients without a key."""
        return cls({ANYONE: seconds})

    @property
    def total_s(self) -> float:
        """Seconds until all of it is done or past its deadline."""
        return min(sum(self.waiting_s.values()) + self.running_s, self.last_deadline_s)

    def ahead_s(self, flow: Flow, work_s: float) -> float:
        """Seconds that `work_s` more of the flow's work would wait, in all: for what waits of its
        own flow, and for what others are served meanwhile."""
        own_s = self.waiting_s.get(flow, 0.0)
        others_s = self.shares.served_before(flow, own_s + work_s, self.waiting_s)
        return min(self.running_s + own_s + others_s, self.last_deadline_s)

    def plus(self, more_s: Mapping[Flow, float], last_deadline_s: float) -> "Backlog":
        """With more work of some flows, whose last deadline is so far off."""
        if not more_s:
            return self
        waiting_s = dict(self.waiting_s)
        for flow, seconds in more_s.items():
            waiting_s[flow] = waiting_s.get(flow, 0.0) + seconds
        known = self.last_deadline_s if self.waiting_s or self.running_s else 0.0
        return Backlog(waiting_s, self.running_s, max(known, last_deadline_s), self.shares)
