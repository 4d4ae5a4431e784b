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
from tests.gpu.serving import BODY, MARKS, byte_pairs, texts
from tests.gpu.shapes import SHAPES, small
from tests.gpu.shipped import VARIANTS
from tests.gpu.throughput import plan
from tests.gpu.variants import MAX_TOKENS, names

Found = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gpu")
    main(["--out", str(folder), "--device", "cpu", "--small", "--minutes", "60"])
    return folder


@pytest.fixture(scope="module")
def found(out: Path) -> Found:
    figures: Found = json.loads((out / FILE).read_text())
    return figures


def test_every_step_is_there_and_only_the_device_is_missing(found: Found) -> None:
    assert set(found) == set(STEPS)
    failed = {
        (step, key): told["error"]
        for step, cells in found.items()
        for key, told in cells.items()
        if "error" in told
    }
    failed.pop(("install", "device"), None)  # no nvidia-smi on a CPU
    assert failed == {}


def test_the_start_and_its_refusals(found: Found) -> None:
    install = found["install"]
    assert install["providers"]["session"][0] == "CPUExecutionProvider"
    assert install["start"]["best"] == 1
    for kind in ("without a device", "without libraries"):
        assert install[f"refusal {kind}"]["refused"].startswith(("DeviceError", "ModelError"))


@pytest.mark.parametrize("name", SHAPES)
def test_graphs_say_what_torch_says(found: Found, name: str) -> None:
    for variant in names(SHAPES[name]):
        told = found["numerics"][f"{name} | {variant}"]
        assert told["away"] == []
        limit = {"fp32": 1e-5, "fp16": 5e-3}.get(variant.split()[0], 0.06)
        assert told["relative"] < limit, variant
        assert told["company"] < (1e-4 if variant == "fp32" else 2e-3), variant


def test_a_shared_prefix_changes_nothing(found: Found) -> None:
    told = found["numerics"]["qwen3-0.6b | prefix sharing"]
    assert told["max_difference"] < 0.02  # in fp16; in fp32 test_decoder_graph.py asks for 1e-4
    assert told["company"] < 2e-3


def test_the_shipped_model_by_every_graph(found: Found) -> None:
    """Few documents: the order may differ, its quality hardly."""
    for collection in ("products", "contracts"):
        kept = found["numerics"][f"{collection} | int8 on the CPU"]
        assert 0 < kept["ndcg"] <= 1
        for variant in VARIANTS:
            told = found["numerics"][f"{collection} | {variant}"]
            assert told["ndcg"] == pytest.approx(kept["ndcg"], abs=0.05)


@pytest.mark.parametrize("name", SHAPES)
def test_every_cell_of_the_plan_is_measured(found: Found, name: str) -> None:
    cells = {cell.key for row in plan(small(SHAPES[name]), small=True).values() for cell in row}
    assert set(found[name]) == cells
    assert all(told["pairs_s"] > 0 for told in found[name].values())


def test_requests_are_served(found: Found) -> None:
    by = {key.split(" | ")[0] for key in found["serving"]}
    assert by == {"scheduler", "HTTP"}
    for key, told in found["serving"].items():
        assert told["requests"] == 4
        assert told["p99_ms"] >= told["p50_ms"] > 0
        if key.startswith("HTTP"):
            assert told["mean_tokens"] > 0


def test_texts_have_as_many_tokens_as_the_workload_says() -> None:
    """With a vocabulary as large as a real one's; the tiny one spells most words out."""
    tokenizer = PairTokenizer(
        byte_pairs(20_000),
        SimpleNamespace(
            max_tokens=MAX_TOKENS,
            prompt=Prompt(pieces=(PREFIX, BODY, " {document}", SUFFIX), instruction=INSTRUCTION),
            padding=Padding(token=MARKS[0]),
            languages=("en",),
        ),
    )
    lengths = (160,) * 20
    for request in texts(tokenizer, lengths, 2):
        query = tokenizer.query(request.query)
        found = [len(tokenizer.whole(query, text)) for text in request.texts]
        assert sum(found) / len(found) == pytest.approx(160, rel=0.05)


def test_a_second_call_measures_nothing_that_is_there(
    out: Path, found: Found, tmp_path: Path
) -> None:
    """Nor are graphs needed for it; what is missing is measured, and nothing else."""
    lost = "shipped | canonical pairs"
    kept = {step: dict(cells) for step, cells in found.items()}
    del kept["numerics"][lost]
    (tmp_path / FILE).write_text(json.dumps(kept))
    main(["--out", str(tmp_path), "--device", "cpu", "--small"])
    again: Found = json.loads((tmp_path / FILE).read_text())
    fresh = again["numerics"].pop(lost)
    assert {k: v for k, v in fresh.items() if k != "took_s"} == {
        k: v for k, v in found["numerics"][lost].items() if k != "took_s"
    }
    assert again == kept
    tables = [(folder / TABLES).read_text().splitlines() for folder in (tmp_path, out)]
    assert sorted(tables[0]) == sorted(tables[1])  # a figure that came later stands further down


def test_a_call_without_time_measures_nothing(tmp_path: Path, capsys: Any) -> None:
    main(["--out", str(tmp_path), "--device", "cpu", "--small", "--minutes", "0"])
    assert not (tmp_path / FILE).exists()
    assert capsys.readouterr().out.count("call again") == len(STEPS)
    assert "not measured" in (tmp_path / TABLES).read_text()
