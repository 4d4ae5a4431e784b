"""The mixtures: shares of parts, and English groups that two models' recipes share."""

import random
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.errors import ModelError
from sidecar.workshop.model.recipe import mixture
from sidecar.workshop.model.training.domains import read_teachers
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.teacher import Teacher
from sidecar.workshop.model.training.train import Hyperparameters
from sidecar.workshop.model.training.training_job import (
    TeacherSpec,
    TrainingData,
    TrainingSpec,
    run_training,
)


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def groups(
        name: str, data: Path, count: int, teacher: Any, train: bool, rng: random.Random
    ) -> list[Group]:
        return [Group(name, f"{name} {rng.random()}", ("text",)) for _ in range(count)]

    monkeypatch.setattr(mixture, "_groups_of", groups)


def collect(name: str, **options: Any) -> list[Group]:
    return mixture.collect(
        Path(), 1000, Teacher(None, 0), 7, mixture=mixture.MIXTURES[name], **options
    )


def test_the_shares_make_the_whole() -> None:
    for name, parts in mixture.MIXTURES.items():
        shares = [share * parts.kept.get(part, 1) for part, share in parts.drawn.items()]
        assert sum(shares) == pytest.approx(1), name
        assert len(collect(name)) == pytest.approx(1000, abs=10)


def test_the_english_groups_of_both_mixtures_are_the_same() -> None:
    """So the teachers' scores are computed once for both."""
    english = collect("english")
    kept = [group for group in collect("multilingual") if group.source in mixture.ENGLISH]
    assert len(kept) == pytest.approx(500, abs=10)
    assert set(kept) <= set(english)


def test_only_what_is_kept_is_taught() -> None:
    taught: list[str] = []

    def teach(name: str, groups: list[Group]) -> list[Group]:
        taught.extend(group.query for group in groups)
        return groups

    groups = collect("multilingual", teach=teach)
    assert sorted(taught) == sorted(group.query for group in groups)


@pytest.mark.parametrize(
    "name", ["multilingual.toml", "multi_small.toml", "multi_small_products.toml"]
)
def test_every_part_of_the_multilingual_mixture_has_a_teacher_or_labels(name: str) -> None:
    teachers = read_teachers(Path(mixture.__file__).with_name(name))
    parts = mixture.MIXTURES["multilingual"].drawn
    assert all(teachers.domain_of(part) for part in parts)
    unlabelled = teachers.domain_of("phrases")
    assert unlabelled is not None
    assert unlabelled.encoders


def test_a_mixture_of_no_such_name_is_a_fault_before_anything_is_read(tmp_path: Path) -> None:
    data = TrainingData(recipe=tmp_path / "none", mixture="german")
    spec = TrainingSpec("none/none", data, TeacherSpec(encoder="none/none"), Hyperparameters())
    with pytest.raises(ModelError, match="'german': give english or multilingual"):
        run_training(spec, tmp_path / "checkpoint")
