"""The files of examples/ecommerce, imported as a script's neighbours are: by their names alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ECOMMERCE = Path(__file__).parents[2] / "examples" / "ecommerce"


@pytest.fixture(scope="module")
def ecommerce() -> Iterator[Path]:
    """The example's folder, from which its files can be imported."""
    known = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ECOMMERCE)
        yield ECOMMERCE
    for name in {path.stem for path in ECOMMERCE.glob("*.py")} - known:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def measuring(ecommerce: Path) -> Path:
    """The folder, where what its measures need is installed too."""
    for library in ("ir_measures", "matplotlib", "zstandard"):
        pytest.importorskip(library, reason="measuring needs the extra `build`")
    return ecommerce
