"""examples/shapes: a small shape goes the whole way to a row of the table."""

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.examples.scripts import importable

pytest.importorskip("torch", reason="building models needs the extra `build`")

VOCABULARY = 5000


@pytest.fixture
def modules() -> Iterator[tuple[ModuleType, ModuleType]]:
    with importable("shapes"):
        yield import_module("shapes"), import_module("speed")


def save_small(shapes: Any, name: str) -> Any:
    savers = {
        "ettin": partial(shapes.save_ettin, layers=3, hidden=64, inner=96, heads=4),
        "minilm": partial(shapes.save_minilm, layers=1),
        "qwen3": partial(shapes.save_qwen3, layers=2, hidden=128, inner=128),
    }
    return partial(savers[name], vocabulary=VOCABULARY)


@pytest.mark.parametrize("name", ["ettin", "minilm", "qwen3"])
def test_a_shape_becomes_a_row(
    name: str,
    modules: tuple[ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes, speed = modules
    small = shapes.Shape(save_small(shapes, name), VOCABULARY)
    monkeypatch.setitem(shapes.SHAPES, "small", small)
    for _ in range(2):  # again, on what is there
        folder = speed.built(tmp_path, "small")
    candidates = [speed.candidate(folder, "small", graph) for graph in ("fp32", "int8")]
    table = speed.speeds(candidates, [8, 16])
    assert table.row_count == 2
    assert 0 < candidates[1].megabytes < candidates[0].megabytes
