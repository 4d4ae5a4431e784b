"""A profile's own calibration: what it does to scores, and which models it refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar import Reranker
from sidecar.calibration import sigmoid
from sidecar.errors import Conflict, InvalidRequest, ProfileError
from sidecar.pipeline.model_changes import ModelChanges
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.profiles import Profiles
from sidecar.request import Control, Document, RankRequest
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import ModelSource, RuntimeOptions
from tests.tiny_models import tiny_model

OTHER = "0123456789abcdef"
DOCUMENTS = [
    {"title": "Red running shoe", "brand": "Acme", "price": 49.0},
    {"title": "Blue sock", "price": 129.0, "in_stock": False},
    {"title": ""},
]
QUERY = "red shoes under 80"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "one", 1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "two", 2)


def revision(folder: Path) -> str:
    return ModelFolder.read(folder, RuntimeOptions()).running.score_revision


def profiles(folder: Path, score_revision: str, temperature: float = 2.5) -> Path:
    folder.mkdir(exist_ok=True)
    own = f"{{score_revision: '{score_revision}', temperature: {temperature}, bias: -3}}"
    (folder / "shop.yaml").write_text(f"extends: ecommerce\ncalibration: {own}\n")
    return folder


@pytest.fixture
def registry(one: Path, two: Path, tmp_path: Path) -> Iterator[ModelRegistry]:
    """Two models; the profile `shop` is calibrated for the second."""
    config = RankingConfig(Profiles.open(profiles(tmp_path / "profiles", revision(two))))
    sources = [ModelSource(one, "one"), ModelSource(two, "two")]
    opened = ModelRegistry.open(sources, RuntimeOptions(), deadline_s=30, config=config)
    yield opened
    opened.close()


def test_scores_are_calibrated_the_order_stays_and_parts_add_up(one: Path, tmp_path: Path) -> None:
    folder = profiles(tmp_path / "profiles", revision(one))
    with Reranker.open(one, profiles=folder) as reranker:
        plain, own = (
            reranker.rerank(QUERY, DOCUMENTS, profile=name, explain=True)
            for name in ("ecommerce", "shop")
        )
    assert [each.index for each in own.ranked] == [each.index for each in plain.ranked]
    for before, after in zip(plain.ranked, own.ranked, strict=True):
        assert after.logit == pytest.approx((before.logit + 3) / 2.5, abs=1e-6)
        assert after.score == pytest.approx(sigmoid(after.logit), abs=1e-9)
    for before, after in zip(plain.explanations, own.explanations, strict=True):
        signals = [
            {part["name"]: part["value"] for part in entry["parts"] if part["kind"] != "model"}  # type: ignore[attr-defined]
            for entry in (before, after)
        ]
        assert signals[1] == pytest.approx({name: v / 2.5 for name, v in signals[0].items()})


def test_a_threshold_is_compared_with_the_calibrated_score(one: Path, tmp_path: Path) -> None:
    folder = profiles(tmp_path / "profiles", revision(one))
    with Reranker.open(one, profiles=folder) as reranker:
        best = reranker.rerank(QUERY, DOCUMENTS, profile="shop").ranked[0]
        kept = reranker.rerank(QUERY, DOCUMENTS, profile="shop", min_score=best.score)
    assert kept.ranked == (best,)


def test_a_service_without_the_model_does_not_start(one: Path, tmp_path: Path) -> None:
    folder = profiles(tmp_path / "profiles", OTHER)
    with pytest.raises(ProfileError, match=f"shop.yaml: calibration: .*{OTHER}.*{revision(one)}"):
        Reranker.open(one, profiles=folder)


async def test_another_model_refuses_the_profile(registry: ModelRegistry) -> None:
    request = RankRequest(QUERY, (Document(text="a shoe"),), Control(profile="shop"))
    with registry.hold("one") as other:
        assert other is not None
        with pytest.raises(InvalidRequest, match="calibrated for score revision"):
            await other.rank(request)
    with registry.hold("two") as right:
        assert right is not None
        assert len((await right.rank(request)).ranked) == 1


def test_the_model_of_a_calibration_keeps_its_name(registry: ModelRegistry, one: Path) -> None:
    changes = ModelChanges(registry)
    before = dict(registry.served)
    with pytest.raises(ProfileError, match="shop"):
        changes.load("two", ModelSource(one))
    with pytest.raises(Conflict, match="shop"):
        changes.unload("two")
    with pytest.raises(ProfileError, match="shop"):
        changes.reload([ModelSource(one, "one")])
    assert dict(registry.served) == before


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("{temperature: 0, score_revision: '0123456789abcdef'}", "calibration.temperature"),
        ("{temperature: 1}", "calibration.score_revision"),
        ("{score_revision: latest}", "calibration.score_revision"),
        ("{score_revision: '0123456789abcdef', bias: .inf}", "calibration.bias"),
        ("{score_revision: '0123456789abcdef', slope: 1}", "calibration.slope"),
    ],
)
def test_a_faulty_calibration_is_named(value: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(f"extends: ecommerce\ncalibration: {value}\n")
    with pytest.raises(ProfileError, match=f"shop.yaml: {place}: "):
        Profiles.open(tmp_path)
