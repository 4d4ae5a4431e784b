"""What is wrong with an experiment's log: a line each, with its count."""

from collections.abc import Iterator
from dataclasses import dataclass

EARLY_S, LATE_S = 60.0, 86_400.0
"""An event that is earlier or later than its search by more belongs to a wrong clock, or to a page
that was left open for a day."""
MISSING_SHARE = 0.1
"""Of clicks whose search is not in the log, from which the log is not whole."""
MIXED_SHARE = 0.01
"""Of units in two arms, from which the assignment was changed under them."""


@dataclass(slots=True)
class LogFaults:
    """How often each was seen. What they name does not count, unless the line says otherwise."""

    other_experiments: int = 0
    outside: int = 0
    unknown_arms: int = 0
    without_unit: int = 0
    without_time: int = 0
    bots: int = 0
    repeated_pages: int = 0
    mixed_units: int = 0
    units: int = 0
    """Those that were seen in an arm, good ones too."""
    clicks: int = 0
    """All events that count as one, good ones too."""
    without_search: int = 0
    not_shown: int = 0
    repeated_clicks: int = 0
    before_search: int = 0
    too_early: int = 0
    too_late: int = 0
    after_now: int = 0

    @property
    def notes(self) -> list[str]:
        """What was left out."""
        return [f"{count:,} {what}" for count, what in self._counted() if count]

    @property
    def warnings(self) -> list[str]:
        """What casts doubt on the whole."""
        warnings = []
        if self.without_search > MISSING_SHARE * self.clicks:
            warnings.append(
                f"{self.without_search:,} of {self.clicks:,} clicks are of searches that are not "
                "in this log: exposures are missing, maybe more of one arm than of others"
            )
        if self.mixed_units > MIXED_SHARE * self.units:
            warnings.append(
                f"{self.mixed_units:,} of {self.units:,} units were seen in two arms: were salt, "
                "shares or units changed while the experiment ran?"
            )
        if self.before_search > MISSING_SHARE * self.clicks:
            warnings.append(
                f"{self.before_search:,} of {self.clicks:,} clicks are before their search: the "
                "clocks of what writes queries and of what writes events differ"
            )
        return warnings

    def _counted(self) -> Iterator[tuple[int, str]]:
        yield self.other_experiments, "pages of other experiments"
        yield self.outside, "pages outside of the experiment: they count as history alone"
        yield self.unknown_arms, "pages of arms that the experiment's file does not have"
        yield self.without_unit, "pages without a unit"
        yield self.without_time, "pages or clicks without a time"
        yield self.bots, "pages of bots"
        yield self.after_now, "pages or events that are later than now"
        yield self.repeated_pages, "pages that are in the log twice: counted once"
        yield self.mixed_units, "units that were seen in two arms"
        yield self.without_search, "clicks whose search is not in the log"
        yield self.not_shown, "clicks on what their search did not show"
        yield self.repeated_clicks, "clicks on a hit that was clicked before: counted once"
        yield self.before_search - self.too_early, "clicks just before their search: counted"
        yield self.too_early, f"clicks more than {EARLY_S:.0f} s before their search"
        yield self.too_late, f"clicks more than {LATE_S / 3600:.0f} h after their search"
