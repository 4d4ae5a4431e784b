"""What admission has learnt from the requests of a flow that it took. Pure."""

import math
from dataclasses import dataclass

MEMORY_REQUESTS = 50
"""Requests after which an older one counts a third (1/e)."""
LATE = 0.01
"""Share of the requests that came near their deadline which may be late. On the virtual clock (100
s, seeds 1 to 5, two and four times the capacity) 0.27 % of all that were taken were late, 0.47 %
with 0.02, and as much was done: 141 and 140 documents/s."""
NEAR = 0.5
"""Of the deadline: a request whose forecast, times `caution`, is beyond that was near it. Others
teach nothing."""
STEP = 0.1
"""Of the logarithm of `caution`, for a request that is late. At 0.2 a single large one made the
service refuse searches for minutes."""
FIRST_CAUTION = 1.2
"""Of a flow that has taught nothing yet."""
MOST_CAUTION = 4.0
"""Else a run of late requests could make the service refuse nearly all."""


@dataclass(slots=True)
class Estimates:
    """How far the forecasts of one flow's requests are from what happened."""

    caution: float = FIRST_CAUTION
    """How many times as long as its forecast a request must have until its deadline: what other
    flows will bring is not known, rates vary, tokenising takes time. Found as in stochastic
    approximation (Robbins and Monro, 1951): a step up for each request that is late, and one down
    for each that was near it, so much smaller that they balance when `LATE` of them are late."""
    _estimated: float = 1.0
    _run: float = 1.0

    @property
    def tokens_ratio(self) -> float:
        """Tokens that were run for one that was estimated: texts have more or fewer tokens than
        their lengths say, and pairs that are in the cache cost nothing."""
        return self._run / self._estimated

    def learn_tokens(self, estimated: int, run: int) -> None:
        """A request of so many tokens, estimated, had so many run."""
        memory = math.exp(-1 / MEMORY_REQUESTS)
        self._estimated = self._estimated * memory + estimated
        self._run = self._run * memory + run

    def learn_time(self, forecast: float, *, late: bool) -> None:
        """A request was late or not; `forecast` is the share of its deadline that was forecast."""
        if not late and self.caution * forecast < NEAR:
            return
        step = STEP * ((1 - LATE) if late else -LATE)
        self.caution = min(max(1.0, self.caution * math.exp(step)), MOST_CAUTION)
