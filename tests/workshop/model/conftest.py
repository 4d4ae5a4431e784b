"""Tiny models that several tests share. torch is imported inside: other tests run without it."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random BERT reranker as a Hugging Face folder; a test copies it to damage it."""
    from tests.workshop.model.classifiers import save_bert

    return save_bert(tmp_path_factory.mktemp("hugging-face") / "tiny-bert")


@pytest.fixture(scope="session")
def exported(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder of `bert`, with its fp32 graph; a test copies it to change it."""
    from sidecar.workshop.model.package import export

    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(str(bert), folder)
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy of `exported`, alone in its folder."""
    return Path(shutil.copytree(exported, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random sentence encoder, to train rerankers from."""
    from tests.workshop.model.training.training_specs import save_encoder

    return save_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions and answers that such an encoder can learn."""
    from tests.workshop.model.training.training_specs import save_pairs

    return save_pairs(tmp_path_factory.mktemp("pairs") / "answers.jsonl")
