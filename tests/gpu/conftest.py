"""The tiny BERT of the build tests, for these tests too."""

from tests.workshop.model.conftest import bert, exported, folder

__all__ = ["bert", "exported", "folder"]
