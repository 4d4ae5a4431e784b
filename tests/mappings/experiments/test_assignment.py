"""The same unit in the same arm; shares as they are set; salts that know nothing of each other."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scipy import stats

from mappings.experiments import Asked, Assignment, Experiment, assign, stop_arm
from mappings.experiments.assignment import arm_of, in_canary
from tests.mappings.experiments.files import arms, experiment, teams, write

NOW = datetime(2026, 12, 3, tzinfo=UTC)
UNITS = [f"user-{number}" for number in range(20_000)]


def names(read: Experiment, units: list[str] = UNITS) -> list[str]:
    return [arm_of(read, unit).name for unit in units]


def found(read: Experiment, **asked: str | None) -> Assignment | None:
    return assign([read], Asked(**{"query": "shoes", **asked}), NOW)  # type: ignore[arg-type]


def test_arms_get_their_shares(tmp_path: Path) -> None:
    read = experiment(tmp_path, arms(a=0.5, b=0.3, c=0.15, d=0.05, e=0))
    counts = Counter(names(read))
    observed = [counts[arm] for arm in "abcd"]
    expected = [share * len(UNITS) for share in (0.5, 0.3, 0.15, 0.05)]
    assert stats.chisquare(observed, expected).pvalue > 0.01
    assert counts["e"] == 0


def test_a_unit_stays_in_its_arm_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    one = experiment(tmp_path, arms(a=0.5, b=0.3, c=0.2))
    other = experiment(tmp_path, arms(c=0.2, a=0.5, b=0.3))
    assert names(one) == names(other)
    # These are the arms of every process and version: a change would move users.
    assert names(one, ["anna", "bert", "çelik", "李", ""]) == ["b", "b", "a", "c", "a"]


def test_a_larger_share_moves_units_to_its_arm_alone_and_no_more_than_it_must(
    tmp_path: Path,
) -> None:
    before = names(experiment(tmp_path, arms(a=0.6, b=0.3, c=0.1)))
    after = names(experiment(tmp_path, arms(a=0.48, b=0.24, c=0.28)))  # a and b keep 2 : 1
    moves = Counter((old, new) for old, new in zip(before, after, strict=True) if old != new)
    assert {new for _, new in moves} == {"c"}
    assert sum(moves.values()) / len(UNITS) == pytest.approx(0.18, abs=0.01)


def test_of_two_arms_as_many_units_move_as_the_share_changes(tmp_path: Path) -> None:
    before = names(experiment(tmp_path, arms(a=0.9, b=0.1)))
    after = names(experiment(tmp_path, arms(a=0.5, b=0.5)))
    moves = Counter((old, new) for old, new in zip(before, after, strict=True) if old != new)
    assert list(moves) == [("a", "b")]
    assert moves["a", "b"] / len(UNITS) == pytest.approx(0.4, abs=0.015)


def test_experiments_of_other_salts_are_independent(tmp_path: Path) -> None:
    one = names(experiment(tmp_path, arms(a=0.5, b=0.5), "one"))
    two = names(experiment(tmp_path, arms(a=0.5, b=0.5), "two"))
    same = names(experiment(tmp_path, 'salt = "one"\n' + arms(a=0.5, b=0.5), "three"))
    assert one == same
    counts = Counter(zip(one, two, strict=True))
    table = [[counts[x, y] for y in "ab"] for x in "ab"]
    assert stats.chi2_contingency(table).pvalue > 0.01


def test_the_canary_share_grows_without_moving_anyone_and_knows_nothing_of_the_arm(
    tmp_path: Path,
) -> None:
    small, large = (
        experiment(tmp_path, f"canary_share = {share}\n" + arms(a=0.5, b=0.5))
        for share in (0.05, 0.2)
    )
    of_small = {unit for unit in UNITS if in_canary(small, unit)}
    of_large = [unit for unit in UNITS if in_canary(large, unit)]
    assert of_small < set(of_large)
    assert stats.binomtest(len(of_small), len(UNITS), 0.05).pvalue > 0.01
    counts = Counter(names(large, of_large))
    assert stats.binomtest(counts["a"], len(of_large), 0.5).pvalue > 0.01


def test_outside_of_an_experiment_there_is_no_arm_and_a_reason(tmp_path: Path) -> None:
    text = 'start = 2026-12-03\nstop = 2026-12-04\nprofiles = ["ecommerce"]\napi_keys = ["shop"]\n'
    read = experiment(tmp_path, text + teams("a", "b"))
    inside = found(read, unit="u1", profile="ecommerce", key="shop")
    assert inside is not None
    assert inside.arm is not None
    assert inside.unit == "u1"
    assert found(read, unit="u1") is None, "of another profile"
    assert found(read, unit="u1", profile="ecommerce", key="legal") is None
    asked = Asked("shoes", "u1", profile="ecommerce")
    for now in (datetime(2026, 12, 2, 23, 59, tzinfo=UTC), datetime(2026, 12, 4, tzinfo=UTC)):
        outside = assign([read], asked, now)
        assert outside is not None
        assert (outside.arms, outside.outside) == ((), "time")
    for unit in (None, "", " "):
        nameless = found(read, unit=unit, profile="ecommerce")
        assert nameless is not None
        assert (nameless.arm, nameless.outside) == (None, "no_unit")


def test_a_stopped_arm_is_left_and_its_units_stay_out_of_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, arms(a=0.5, b=0.5))
    stopped = stop_arm(path, "b", "slow", NOW)
    for unit in UNITS[:50]:
        assignment = found(stopped, unit=unit)
        assert assignment is not None
        expected = ("a", None) if arm_of(stopped, unit).name == "a" else (None, "stopped")
        assert (assignment.arm and assignment.arm.name, assignment.outside) == expected


def test_units_are_users_keys_or_queries(tmp_path: Path) -> None:
    by_query = experiment(tmp_path, 'unit = "query"\n' + teams("a", "b"))
    assert found(by_query, query=" Red  SHOES ") == found(by_query, query="red shoes", unit="u1")
    by_key = experiment(tmp_path, 'unit = "key"\n' + teams("a", "b"))
    assert found(by_key, key="shop", unit="u1") == found(by_key, key="shop")
    assert found(by_key, key="shop").unit == "shop"  # type: ignore[union-attr]


def test_of_several_experiments_the_first_that_has_an_arm_counts(tmp_path: Path) -> None:
    late = experiment(tmp_path, "start = 2027-01-01\n" + teams("a", "b"), "late")
    one = experiment(tmp_path, teams("c", "d"), "one")
    two = experiment(tmp_path, teams("e", "f"), "two")
    assignment = assign([late, one, two], Asked("shoes", "u1"), NOW)
    assert assignment is not None
    assert assignment.experiment is one
    assert assign([], Asked("shoes", "u1"), NOW) is None


def test_interleaving_has_all_arms_that_run(tmp_path: Path) -> None:
    path = write(tmp_path, 'method = "interleave"\n' + teams("a", "b", "c"))
    three = stop_arm(path, "c", "slow", NOW)
    assert [arm.name for arm in found(three, unit="u1").arms] == ["a", "b"]  # type: ignore[union-attr]
    one = stop_arm(path, "b", "slow", NOW)
    assert found(one, unit="u1").outside == "stopped"  # type: ignore[union-attr]
