"""Importing the files of an example as a script's neighbours are: by their names alone."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@contextmanager
def importable(name: str) -> Iterator[Path]:
    """The example's folder, whose files can be imported within; afterwards they are forgotten."""
    folder, known = EXAMPLES / name, set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder
    for module in {path.stem for path in folder.glob("*.py")} - known:
        sys.modules.pop(module, None)
