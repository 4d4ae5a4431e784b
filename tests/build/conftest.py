"""What several build tests share. Imports of torch stay inside: serving's tests do without it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random BERT reranker as a Hugging Face folder; a test copies it to damage it."""
    from tests.build.classifiers import save_bert

    return save_bert(tmp_path_factory.mktemp("hugging-face") / "tiny-bert")
