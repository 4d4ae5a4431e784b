"""Times between and beyond the measured lengths, and files that are no measurement."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sidecar.errors import StartupError
from sidecar.workshop.bench.json_figures import to_json
from sidecar.workshop.planning.node_model import read_node
from tests.workshop.planning.nodes import made_up_node, node_figures


def test_times_are_interpolated_and_go_on_beyond_the_longest() -> None:
    node = made_up_node(pair_s=1.0)
    assert node.run_s([16]) == 1.0
    assert node.run_s([66]) == pytest.approx(5.5)
    assert node.run_s([116]) == pytest.approx(10.0)
    assert node.run_s([216]) == pytest.approx(19.0)
    assert node.run_s([8]) == 1.0


def test_a_pair_alone_uses_all_cores_and_a_run_of_several_takes_as_long_as_one() -> None:
    node = made_up_node(pair_s=1.0, workers=4)
    assert node.run_s([16], alone=True) == 0.25
    assert node.run_s([16], alone=False) == 1.0
    gpu = made_up_node(pair_s=0.001, token_budget=1000)
    assert gpu.run_s([16, 16, 16]) == pytest.approx(0.003)


def written(folder: Path, value: Any) -> Path:
    path = folder / "node.json"
    path.write_bytes(value if isinstance(value, bytes) else orjson.dumps(value))
    return path


def test_a_report_of_the_benchmark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "node.json"
    path.write_bytes(to_json({"node": node_figures(), "steps": []}))
    assert read_node(path, "made-up").figures == node_figures()
    assert read_node(path, None).figures.workers == 1


def changed(**values: Any) -> dict[str, Any]:
    node = orjson.loads(orjson.dumps(node_figures()))
    return {"node": node | values}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is not JSON"),
        (b"\xff{", "is not JSON"),
        ([1], "no measured node"),
        ({"capacity": 3.0}, "no measured node"),
        ({"node": None}, "no measured node"),
        ({"node": {"model": "x"}}, "$.node"),
        (changed(workers=0), "at least one worker"),
        (changed(lengths=[]), "ascending lengths"),
        (changed(request_s=-1.0), "not above 0"),
    ],
)
def test_what_is_no_measurement_is_one_line(tmp_path: Path, value: Any, words: str) -> None:
    with pytest.raises(StartupError) as caught:
        read_node(written(tmp_path, value), None)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_measurement_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="measurement of the model made-up"):
        read_node(written(tmp_path, changed()), "minilm-en")


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="No such file"):
        read_node(tmp_path / "nothing.json", None)
