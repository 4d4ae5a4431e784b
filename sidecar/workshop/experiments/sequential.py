"""Tests and intervals that hold at every moment at once, so that looking early is no sin. Pure.

Each is a mixture of likelihood ratios. Under the hypothesis it ever exceeds 1 / alpha with a
probability of at most alpha (Ville's inequality; Robbins, *Statistical methods related to the law
of the iterated logarithm*, 1970). Its inverse, at most 1, is a p-value at whatever moment one looks
and stops (Johari, Koomen, Pekelis and Walsh, *Always valid inference*, Operations Research 2022).

    difference of means   normal mixture over the effect, with the effect's estimated error
                          (Waudby-Smith et al., *Time-uniform central limit theory and asymptotic
                          confidence sequences*, Annals of Statistics 2024): for many units
    signs                 beta mixture: exact
    too many events       beta mixture above the limit: exact, one-sided
    sizes of the arms     Dirichlet mixture (Lindon and Malek, *Anytime-valid inference for
                          multinomial count data*, NeurIPS 2022): exact

Estimates over users who come again gain information as independent increments would (Scharfstein,
Tsiatis and Robins, *Semiparametric efficiency and its implication on the design and analysis of
group-sequential studies*, 1997), so the error of the moment is all that a look needs.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincc, betaln, gammaln, log1p

SIGN_PRIOR = 20.0
"""Of wins and of losses: most weight on shares from 0.4 to 0.6, as between good rankings."""
ALLOCATION_PRIOR = 100.0
"""Units that the expected sizes are worth: most weight on shares that differ by some hundredths."""


def mean_p_value(difference: float, error: float, expected: float) -> float:
    """Of no difference between two means. `error` is the difference's standard error, `expected`
    a difference that would be no surprise, chosen before the data."""
    if not error > 0:
        return 1.0
    ratio = (expected / error) ** 2
    squared = (difference / error) ** 2
    log_mixture = (squared * ratio / (1 + ratio) - log1p(ratio)) / 2
    return _p_value(float(log_mixture))


def mean_interval(
    difference: float, error: float, expected: float, alpha: float
) -> tuple[float, float]:
    """The confidence sequence's interval now: the true differences with a p-value above alpha."""
    if not error > 0:
        return -math.inf, math.inf
    ratio = (expected / error) ** 2
    width = error * math.sqrt((1 + ratio) / ratio * (log1p(ratio) - 2 * math.log(alpha)))
    return difference - width, difference + width


def sign_p_value(wins: int, losses: int, share: float = 0.5) -> float:
    """Of wins with that share among wins and losses."""
    return _p_value(_sign_log_mixture(wins, losses, share))


def sign_interval(wins: int, losses: int, alpha: float) -> tuple[float, float]:
    """The shares of wins with a p-value above alpha."""
    limit, middle = -math.log(alpha), (wins + 0.5) / (wins + losses + 1)

    def excess(share: float) -> float:
        return _sign_log_mixture(wins, losses, share) - limit

    tiny = 1e-12
    low = brentq(excess, tiny, middle) if wins and excess(tiny) > 0 else 0.0
    high = brentq(excess, middle, 1 - tiny) if losses and excess(1 - tiny) > 0 else 1.0
    return float(low), float(high)


def _sign_log_mixture(wins: int, losses: int, share: float) -> float:
    mixed = betaln(SIGN_PRIOR + wins, SIGN_PRIOR + losses) - betaln(SIGN_PRIOR, SIGN_PRIOR)
    return float(mixed - wins * math.log(share) - losses * math.log1p(-share))


def excess_p_value(events: int, of: int, share: float) -> float:
    """Of events whose share of all is at most `share`, in (0, 1)."""
    others = of - events
    above = betaincc(events + 1, others + 1, share)
    if not above:
        return 1.0  # far fewer than there may be
    mixed = betaln(events + 1, others + 1) + math.log(above) - math.log1p(-share)
    return _p_value(float(mixed - events * math.log(share) - others * math.log1p(-share)))


def allocation_p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Of units that are dealt out by these shares, which are above 0 and add up to 1."""
    seen, expected = np.asarray(counts, np.float64), np.asarray(shares, np.float64)
    prior = ALLOCATION_PRIOR * expected
    mixed = (
        gammaln(prior.sum())
        - gammaln(prior.sum() + seen.sum())
        + (gammaln(prior + seen) - gammaln(prior)).sum()
    )
    return _p_value(float(mixed - (seen * np.log(expected)).sum()))


def _p_value(log_mixture: float) -> float:
    return math.exp(-max(0.0, log_mixture))
