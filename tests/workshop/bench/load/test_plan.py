import itertools
import random

import pytest

from sidecar.workshop.bench.load.plan import (
    BURST,
    LARGE,
    MIX,
    PAGE,
    SINGLE,
    bursts,
    deadline_s,
    mean_documents,
    mixed,
    of_kind,
    poisson,
)


def test_poisson_arrivals_have_the_rate_and_no_memory() -> None:
    moments = poisson(50.0, 100.0, random.Random(1))
    assert len(moments) == pytest.approx(5000, rel=0.05)
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert sum(gap > 0.02 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.03)
    assert all(0 <= moment < 100 for moment in moments)


def test_bursts_have_the_rate_and_come_together() -> None:
    moments = bursts(40.0, 100.0, random.Random(1))
    assert len(moments) == pytest.approx(4000, rel=0.02)
    assert len(set(moments)) == len(moments) / BURST


def test_the_mix_is_the_same_in_every_fifty() -> None:
    plan = mixed([float(number) for number in range(100)], 200.0, "a", random.Random(3))
    for fifty in (plan[:50], plan[50:]):
        assert [sum(each.kind is kind for each in fifty) for kind in MIX] == [
            kind.in_fifty for kind in MIX
        ]
    assert sum(each.kind.documents for each in plan) / 100 == mean_documents(MIX)


def test_a_plan_is_the_same_for_the_same_seed() -> None:
    moments = [0.1, 0.2, 0.3]
    again = [mixed(moments, 200.0, "a", random.Random(5)) for _ in range(2)]
    assert again[0] == again[1]


def test_deadlines_follow_the_speed_of_the_machine() -> None:
    assert deadline_s(LARGE, 200.0) == 15.0
    assert deadline_s(LARGE, 400.0) == 7.5
    assert deadline_s(SINGLE, 1000.0) == 1.0, "at least a second"


def test_clients_take_turns() -> None:
    plan = of_kind(PAGE, [1.0, 2.0, 3.0], 200.0, ["a", "b"], batch=True)
    assert [(each.at_s, each.client, each.batch) for each in plan] == [
        (1.0, "a", True),
        (2.0, "b", True),
        (3.0, "a", True),
    ]
