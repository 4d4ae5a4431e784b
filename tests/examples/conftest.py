"""What the tests of examples/ecommerce share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples.scripts import importable


@pytest.fixture(scope="module")
def ecommerce() -> Iterator[Path]:
    """The example's folder, from which its files can be imported."""
    with importable("ecommerce") as folder:
        yield folder


@pytest.fixture(scope="module")
def measuring(ecommerce: Path) -> Path:
    """The folder, where what its measures need is installed too."""
    for library in ("ir_measures", "matplotlib", "zstandard"):
        pytest.importorskip(library, reason="measuring needs the extra `build`")
    return ecommerce
