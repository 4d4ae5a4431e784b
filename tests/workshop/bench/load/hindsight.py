"""How many documents could have been answered in time by an admission that knew all that would come
and how long each request takes: what the goodput of a step can be compared with. Pure.

A set of requests can all be done in time, on a device whose runs are short beside the deadlines, if
between each arrival and each deadline there is no more work that comes and is due within (Liu and
Layland, 1973). The best set is found by mixed-integer programming (scipy's HiGHS).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

LIMIT_S = 20.0
GAP = 0.005


class Request(NamedTuple):
    """Seconds, of a device that does one thing at a time."""

    at_s: float
    deadline_s: float
    """After that."""
    work_s: float
    documents: int


def most_documents(requests: Sequence[Request]) -> float:
    """Of the best set of requests that can all be answered in time: an upper bound, within half a
    per cent of it."""
    if not requests:
        return 0.0
    at_s, allowed_s, work_s, documents = (np.array(each) for each in zip(*requests, strict=True))
    end_s = at_s + allowed_s
    rows, limits = [], []
    for start in np.unique(at_s):
        for end in np.unique(end_s[end_s > start]):
            within = (at_s >= start) & (end_s <= end)
            if work_s[within].sum() > end - start:
                rows.append(np.where(within, work_s, 0.0))
                limits.append(end - start)
    if not rows:
        return float(documents.sum())
    found = milp(
        -documents,
        constraints=LinearConstraint(csr_array(np.array(rows)), ub=np.array(limits)),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(requests)),
        options={"time_limit": LIMIT_S, "mip_rel_gap": GAP},
    )
    return float(-found.mip_dual_bound)
