"""Which events and searches do not count: nobody's behaviour, or not told apart from that."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

OFF = ("off", "no", "none")


@dataclass(frozen=True)
class Rules:
    """The limit of each rule; None switches it off."""

    duplicates: float | None = 0
    """Seconds within which the same action on the same document of one search counts once."""
    early_s: float | None = 60
    """An event may be this much earlier than its search: clocks differ."""
    late_s: float | None = 86_400
    """And this much later: a page that was left open, or a wrong clock."""
    bots: float | None = 1
    """Searches of clients whose user agent or ID says that they are no person."""
    searches_per_day: float | None = 300
    """Clients with more searches on one day do not count at all."""
    clicks_per_minute: float | None = 30
    """Clients with more clicks in one minute do not count at all."""
    silent_searches: float | None = 50
    """Clients with as many searches and not one click do not count at all."""
    clicks_per_search: float | None = 15
    """Searches with more clicked documents do not count."""


MEANINGS = {
    "duplicates": "the same event again within {:g} s",
    "early_s": "an event more than {:g} s before its search",
    "late_s": "an event more than {:g} s after its search",
    "bots": "a user agent or client ID that names a bot",
    "searches_per_day": "a client with more than {:g} searches on a day",
    "clicks_per_minute": "a client with more than {:g} clicks in a minute",
    "silent_searches": "a client with {:g} searches or more and no click",
    "clicks_per_search": "a search with more than {:g} clicked documents",
}
"""What each rule leaves out, for the summary."""


class RuleCount(NamedTuple):
    """What one rule left out."""

    name: str
    limit: float | None
    events: int
    searches: int

    @property
    def meaning(self) -> str:
        """In words."""
        return MEANINGS[self.name].format(self.limit)


def read_rules(given: Iterable[str]) -> Rules:
    """The rules with changes such as `searches_per_day=100` or `bots=off`. Raises ValueError."""
    rules, names = Rules(), [field.name for field in fields(Rules)]
    for text in given:
        name, _, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in names:
            raise ValueError(f"there is no rule {name!r}: {', '.join(names)}")
        rules = replace(rules, **{name: _limit(text, value.strip().lower())})
    return rules


def _limit(text: str, value: str) -> float | None:
    if value in OFF:
        return None
    try:
        limit = float(value)
    except ValueError:
        limit = -1
    if not 0 <= limit < 1e9:
        raise ValueError(f"not RULE=NUMBER or RULE=off: {text!r}")
    return limit
