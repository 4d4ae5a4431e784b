"""The command as a whole on a CPU with tiny networks: what it says of numbers must be right."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.runtime.manifest import Padding, Prompt
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.families.decoder import INSTRUCTION, PREFIX, SUFFIX
from tests.gpu.__main__ import STEPS, TABLES, main
from tests.gpu.record import FILE
from tests.gpu.serving import BODY, SPECIAL_TOKENS, byte_pairs, texts
from tests.gpu.shape_graphs import MAX_TOKENS, names
from tests.gpu.shapes import SHAPES, small
from tests.gpu.shipped_graphs import VARIANTS
from tests.gpu.throughput import cells_by_row

AllFigures = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gpu")
    main(["--out", str(folder), "--device", "cpu", "--small", "--minutes", "60"])
    return folder


@pytest.fixture(scope="module")
def figures(out: Path) -> AllFigures:
    figures: AllFigures = json.loads((out / FILE).read_text())
    return figures


def test_every_step_is_there_and_only_the_device_is_missing(figures: AllFigures) -> None:
    assert set(figures) == set(STEPS)
    failed = {
        (step, key): cell["error"]
        for step, cells in figures.items()
        for key, cell in cells.items()
        if "error" in cell
    }
    failed.pop(("install", "device"), None)  # no nvidia-smi on a CPU
    assert failed == {}


def test_the_start_and_its_refusals(figures: AllFigures) -> None:
    install = figures["install"]
    assert install["providers"]["session"][0] == "CPUExecutionProvider"
    assert install["start"]["best"] == 1
    for kind in ("without a device", "without libraries"):
        assert install[f"refusal {kind}"]["refused"].startswith(("DeviceError", "ModelError"))


@pytest.mark.parametrize("name", SHAPES)
def test_graphs_agree_with_torch(figures: AllFigures, name: str) -> None:
    for variant in names(SHAPES[name]):
        cell = figures["numerics"][f"{name} | {variant}"]
        assert cell["away"] == []
        limit = {"fp32": 1e-5, "fp16": 5e-3}.get(variant.split()[0], 0.06)
        assert cell["relative"] < limit, variant
        assert cell["company"] < (1e-4 if variant == "fp32" else 2e-3), variant


def test_a_shared_prefix_changes_nothing(figures: AllFigures) -> None:
    cell = figures["numerics"]["qwen3-0.6b | prefix sharing"]
    assert cell["max_difference"] < 0.02  # in fp16; in fp32 test_decoder_graph.py asks for 1e-4
    assert cell["company"] < 2e-3


def test_the_shipped_model_by_every_graph(figures: AllFigures) -> None:
    """Few documents: the order may differ, its quality hardly."""
    for collection in ("products", "contracts"):
        on_cpu = figures["numerics"][f"{collection} | int8 on the CPU"]
        assert 0 < on_cpu["ndcg"] <= 1
        for variant in VARIANTS:
            cell = figures["numerics"][f"{collection} | {variant}"]
            assert cell["ndcg"] == pytest.approx(on_cpu["ndcg"], abs=0.05)


@pytest.mark.parametrize("name", SHAPES)
def test_every_cell_is_measured(figures: AllFigures, name: str) -> None:
    rows = cells_by_row(small(SHAPES[name]), small=True).values()
    cells = {cell.key for row in rows for cell in row}
    assert set(figures[name]) == cells
    assert all(cell["pairs_s"] > 0 for cell in figures[name].values())


def test_requests_are_served(figures: AllFigures) -> None:
    by = {key.split(" | ")[0] for key in figures["serving"]}
    assert by == {"scheduler", "HTTP"}
    for key, cell in figures["serving"].items():
        assert cell["requests"] == 4
        assert cell["p99_ms"] >= cell["p50_ms"] > 0
        if key.startswith("HTTP"):
            assert cell["mean_tokens"] > 0


def test_texts_have_as_many_tokens_as_the_workload_says() -> None:
    """With a vocabulary as large as a real one's; the tiny one spells most words out."""
    tokenizer = PairTokenizer(
        byte_pairs(20_000),
        SimpleNamespace(
            max_tokens=MAX_TOKENS,
            prompt=Prompt(pieces=(PREFIX, BODY, " {document}", SUFFIX), instruction=INSTRUCTION),
            padding=Padding(token=SPECIAL_TOKENS[0]),
            languages=("en",),
        ),
    )
    lengths = (160,) * 20
    for request in texts(tokenizer, lengths, 2):
        query = tokenizer.query(request.query)
        counts = [len(tokenizer.whole(query, text)) for text in request.texts]
        assert sum(counts) / len(counts) == pytest.approx(160, rel=0.05)


def test_a_second_call_measures_nothing_that_is_there(
    out: Path, figures: AllFigures, tmp_path: Path
) -> None:
    """Nor are graphs needed for it; what is missing is measured, and nothing else."""
    lost = "shipped | canonical pairs"
    kept = {step: dict(cells) for step, cells in figures.items()}
    del kept["numerics"][lost]
    (tmp_path / FILE).write_text(json.dumps(kept))
    main(["--out", str(tmp_path), "--device", "cpu", "--small"])
    again: AllFigures = json.loads((tmp_path / FILE).read_text())
    fresh = again["numerics"].pop(lost)
    assert {k: v for k, v in fresh.items() if k != "took_s"} == {
        k: v for k, v in figures["numerics"][lost].items() if k != "took_s"
    }
    assert again == kept
    tables = [(folder / TABLES).read_text().splitlines() for folder in (tmp_path, out)]
    assert sorted(tables[0]) == sorted(tables[1])  # later figures are further down


def test_a_call_without_time_measures_nothing(tmp_path: Path, capsys: Any) -> None:
    main(["--out", str(tmp_path), "--device", "cpu", "--small", "--minutes", "0"])
    assert not (tmp_path / FILE).exists()
    assert capsys.readouterr().out.count("call again") == len(STEPS)
    assert "not measured" in (tmp_path / TABLES).read_text()
