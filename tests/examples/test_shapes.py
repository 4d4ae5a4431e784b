"""examples/shapes: a small shape goes the whole way to a row of the table."""

import sys
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

SHAPES = Path(__file__).parents[2] / "examples" / "shapes"


def test_a_shape_becomes_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SHAPES)
    import shapes
    import speed

    save = partial(shapes.save_ettin, vocabulary=2000, layers=3, hidden=64, inner=96, heads=4)
    monkeypatch.setitem(shapes.SHAPES, "small", shapes.Shape(save, 2000))
    folder = speed.built(tmp_path, "small")
    candidates = [speed.candidate(folder, "small", graph) for graph in ("fp32", "int8")]
    table = speed.speeds(candidates, [8, 16])
    assert table.row_count == 2
    assert 0 < candidates[1].megabytes < candidates[0].megabytes
    for name in ("shapes", "speed"):
        sys.modules.pop(name)
