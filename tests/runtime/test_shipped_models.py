"""The models in the package, and their names in settings."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from sidecar.embedding import EmbedRequest
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_choice import model_sources
from sidecar.runtime.options import ModelSource
from sidecar.runtime.shipped_models import named_folder, shipped_model, shipped_models
from tests.opened import open_models

IN_PACKAGE = ["minilm-en", "minilm-en-embed"]
ENCODER = "minilm-en-embed"
LIMIT_BYTES = 25_000_000


def test_a_folder_has_its_models_name() -> None:
    assert [name for name in shipped_models() if name.startswith("minilm")] == IN_PACKAGE
    for name, folder in shipped_models().items():
        assert Manifest.read(folder).name == name


OTHERS = Path("/others/models")
"""What entry points of the tests name."""


@pytest.fixture
def fresh_names() -> Iterator[None]:
    shipped_models.cache_clear()
    yield
    shipped_models.cache_clear()


@pytest.mark.usefixtures("fresh_names")
def test_another_distribution_adds_models_and_takes_no_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [
        EntryPoint("theirs", f"{__name__}:OTHERS", "rerank_sidecar.models"),
        EntryPoint("minilm-en", f"{__name__}:OTHERS", "rerank_sidecar.models"),
        EntryPoint("broken", "no_such_package:FOLDER", "rerank_sidecar.models"),
    ]
    before = shipped_model()
    shipped_models.cache_clear()
    monkeypatch.setattr(
        "sidecar.runtime.shipped_models.entry_points",
        lambda group: [point for point in points if point.group == group],
    )
    assert shipped_models() == {
        "minilm-en": before,
        ENCODER: shipped_models()[ENCODER],
        "theirs": OTHERS,
    }


def test_a_name_may_stand_for_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = shipped_model(ENCODER)
    assert model_sources(ENCODER) == (ModelSource(shipped),)
    assert model_sources(f"minilm-en, en={ENCODER}") == (
        ModelSource(shipped_model()),
        ModelSource(shipped, "en"),
    )
    assert named_folder("other") == Path("other")
    (tmp_path / ENCODER).mkdir()  # what is there goes first
    assert model_sources(ENCODER) == (ModelSource(Path(ENCODER)),)


def test_a_text_too_long_for_a_path_is_no_folder() -> None:
    long = "n" * 300
    assert model_sources(long) == (ModelSource(Path(long)),)
    assert model_sources(f"a={long}, b=b") == (
        ModelSource(Path(long), "a"),
        ModelSource(Path("b"), "b"),
    )


def test_a_name_that_is_neither_is_told_the_shipped_ones() -> None:
    with pytest.raises(ModelError, match="shipped are minilm-en, minilm-en-embed"):
        Manifest.read(Path("minilm-embed"))


def test_the_encoder_fits_the_package_and_names_its_licence() -> None:
    folder = shipped_model(ENCODER)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LIMIT_BYTES
    manifest = Manifest.read(folder)
    card = (folder / "README.md").read_text()
    assert manifest.licence.lower() == "apache-2.0"
    assert "sentence-transformers/all-MiniLM-L6-v2" in card
    assert "MS MARCO" in card


async def test_the_encoder_serves_by_its_name() -> None:
    models = open_models(shipped_model(ENCODER), workers=1)
    try:
        texts = ("the tenant may end the lease", "renters can cancel their contract", "blue paint")
        result = await models.live[1].encoder.embed(EmbedRequest(texts, kind="query"))
        vectors = np.array(result.vectors)
    finally:
        models.close()
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
