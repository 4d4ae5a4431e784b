"""From queries and events to searches that count."""

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from sidecar.workshop.clicks.actions import CLICK
from sidecar.workshop.clicks.choices import Exposure
from sidecar.workshop.clicks.event_log import EventLog
from sidecar.workshop.clicks.exposures import Exposed, begin, expose
from sidecar.workshop.clicks.interactions import Interacted, interact
from sidecar.workshop.clicks.rule_effects import filter_events, filter_searches
from sidecar.workshop.clicks.rules import RuleCount, Rules
from sidecar.workshop.clicks.searches import Searches
from sidecar.workshop.clicks.ubi import ClicksError


@dataclass(frozen=True)
class Assembled:
    """The searches that count, and what became of the others."""

    searches: Searches
    found: int
    """Searches before anything was left out."""
    repeated_queries: int
    outside: int
    """Searches before or after the wanted time."""
    blank: int
    """Searches without a query: a browse page, or an unknown one."""
    timeless: int
    """Events without a time that is understood; rules on times do not see them."""
    exposed: Exposed
    interacted: Interacted
    rules: tuple[RuleCount, ...]

    def check(self) -> None:
        """Raises ClicksError when no click counts, with what became of them."""
        if self.searches.row_clicked.any():
            return
        what = "click" if len(self.searches) else "search"
        lost = [
            (self.exposed.unknown, "searches of which nothing says what they showed"),
            (self.blank, "searches without a query"),
            (self.outside, "searches before --since or from --until on"),
            (sum(rule.searches for rule in self.rules), "searches that break a rule"),
            *(
                (rule.events, f"events that the rule {rule.name} leaves out")
                for rule in self.rules
                if not rule.searches
            ),
            (self.interacted.unknown_search, "clicks whose search is not known"),
            (self.interacted.not_shown, "clicks on what their search did not show"),
        ]
        counts = ", ".join(f"{name} ({count:,})" for count, name in lost if count)
        raise ClicksError(f"no {what} is left that counts: {counts or 'there is none'}")


def assemble(
    log: EventLog,
    rules: Rules,
    exposure: Exposure = Exposure.AUTO,
    max_position: int = 50,
    since_s: float = -inf,
    until_s: float = inf,
) -> Assembled:
    """The searches of the log from `since_s` until before `until_s`, in seconds since 1970."""
    begun = begin(log)
    kept, event_counts = filter_events(log.events, begun, rules)
    of_event = begun.of_event[kept]
    log = replace(log, events=log.events.where(kept))
    exposed = expose(log, begun._replace(of_event=of_event), exposure, max_position)
    interacted = interact(exposed.searches, log.events, of_event)
    searches = interacted.searches
    asked = searches.time_s
    outside = (asked < since_s) | (asked >= until_s)
    blank = ~outside & (searches.text < 0)
    bare = np.bincount(searches.row_search, minlength=len(searches)) == 0
    clicks = log.events.where(log.events.action >= CLICK)
    allowed, search_counts = filter_searches(searches, clicks, rules)
    none = searches.where(np.zeros(len(searches), bool))  # counts need no rows, which are many
    return Assembled(
        searches.where(allowed & ~outside & ~blank & ~bare),
        len(searches),
        begun.repeated,
        int(outside.sum()),
        int(blank.sum()),
        int(np.isnan(log.events.time_s).sum()),
        exposed._replace(searches=none),
        interacted._replace(searches=none),
        (*event_counts, *search_counts),
    )
