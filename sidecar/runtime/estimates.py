"""What admission has learnt from the requests of a flow that it took. Pure."""

import math
from dataclasses import dataclass

MEMORY_REQUESTS = 50
"""Requests after which an older one counts a third (1/e)."""
WITHIN = 0.99
"""Share of the requests that should end before their forecast, times `stretch`."""
STEP = 0.2
"""Of the logarithm of `stretch`, for a request that ends after it."""
FIRST_STRETCH = 1.2
MOST_STRETCH = 4.0


@dataclass(slots=True)
class Estimates:
    """How far the forecasts of one flow's requests are from what happened."""

    stretch: float = FIRST_STRETCH
    """How many times as long as its forecast a request may take: what comes later may be served
    first, rates vary, tokenising takes time. The `WITHIN` quantile of what was seen, found as in
    stochastic approximation (Robbins and Monro, 1951): a step up for each request above it, and a
    step down, that much smaller, for each below."""
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

    def learn_time(self, forecast_s: float, taken_s: float) -> None:
        """A request took so long, or at least so long; what waited for other work alone counts."""
        above = taken_s > self.stretch * forecast_s
        step = STEP * (WITHIN if above else WITHIN - 1)
        self.stretch = min(max(1.0, self.stretch * math.exp(step)), MOST_STRETCH)
