"""examples/shapes: a small shape goes the whole way to a row of the table."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

VOCABULARY = 5000
SHAPES = Path(__file__).parents[2] / "examples" / "shapes"


def save_small(shapes: Any, name: str) -> Any:
    savers = {
        "ettin": partial(shapes.save_ettin, layers=3, hidden=64, inner=96, heads=4),
        "minilm": partial(shapes.save_minilm, layers=1),
        "qwen3": partial(shapes.save_qwen3, layers=2, hidden=128, inner=128),
    }
    return partial(savers[name], vocabulary=VOCABULARY)


@pytest.mark.parametrize("name", ["ettin", "minilm", "qwen3"])
def test_a_shape_becomes_a_row(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SHAPES)
    import shapes
    import speed

    small = shapes.Shape(save_small(shapes, name), VOCABULARY)
    monkeypatch.setitem(shapes.SHAPES, "small", small)
    for _ in range(2):  # again, on what is there
        folder = speed.built(tmp_path, "small")
    candidates = [speed.candidate(folder, "small", graph) for graph in ("fp32", "int8")]
    table = speed.speeds(candidates, [8, 16])
    assert table.row_count == 2
    assert 0 < candidates[1].megabytes < candidates[0].megabytes
    for module in ("shapes", "speed"):
        sys.modules.pop(module)
