"""How many lines were read, and how many of them were no records."""

from sidecar.workshop.clicks.ubi import ClicksError

ENOUGH_LINES = 1000
"""So many are read before a share of faults means something."""


class Tally:
    """Counts lines; refuses to go on when too many are no records."""

    def __init__(self, most_malformed: float) -> None:
        """`most_malformed`: the largest share of lines that may be passed over."""
        self.lines = 0
        self.faults = 0
        self.first_fault = ""
        self._most = most_malformed

    def malformed(self, place: str, why: str) -> None:
        """Counts a line that is no record."""
        self.faults += 1
        self.first_fault = self.first_fault or f"{place}: {why}"

    def check(self, *, at_end: bool = False) -> None:
        """Raises ClicksError when the share of faults is over the limit."""
        told = at_end or self.lines >= ENOUGH_LINES
        if told and self.faults > self._most * self.lines:
            raise ClicksError(
                f"{self.faults:,} of {self.lines:,} lines are no UBI records, more than the share "
                f"{self._most:g} that --max-malformed allows; the first: {self.first_fault}"
            )
