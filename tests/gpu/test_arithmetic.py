"""Operations, workloads, percentiles and targets: what the tables compute from what is measured."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.runtime.session import ModelInput
from tests.gpu.shapes import M3, MINILM, QWEN, SHAPES, Shape, inputs, network, small
from tests.gpu.targets import markdown, targets
from tests.gpu.timing import figures, peak_of, percentiles_ms
from tests.gpu.workloads import EQUAL_160, MIX, P1, WORKLOADS, padded_share, pairs_of, runs_of

H200 = 989.5


def test_weights_of_the_published_shapes() -> None:
    assert QWEN.product_weights == pytest.approx(0.440e9, rel=0.002)
    assert M3.product_weights == 24 * 12 * 1024**2
    assert MINILM.product_weights == 6 * 12 * 384**2


@pytest.mark.parametrize("shape", [small(shape) for shape in SHAPES.values()], ids=lambda s: s.name)
def test_product_weights_are_those_of_the_network(shape: Shape) -> None:
    """Of the real network's matrices, without embeddings and head."""
    counted = sum(
        weight.numel()
        for name, weight in network(shape).named_parameters()
        if weight.ndim == 2
        and "embed" not in name
        and "classifier" not in name
        and "pooler" not in name
    )
    assert counted == shape.product_weights
    assert inputs(shape)[:2] == ("input_ids", "attention_mask")


def test_operations_of_a_pair() -> None:
    """The 0.6B shape: 0.88 GFLOP a token, and attention that grows with the square."""
    assert QWEN.flops([1]) == pytest.approx(0.88e9, rel=0.01)
    attention = QWEN.flops([512]) - 512 * 2 * QWEN.product_weights
    assert attention == pytest.approx(28 * 2 * 512**2 * 2048)
    assert QWEN.flops([160] * 100) == pytest.approx(100 * QWEN.flops([160]))
    full = MINILM.flops([100]) - 100 * 2 * MINILM.product_weights
    assert full == pytest.approx(6 * 4 * 100**2 * 384)  # nothing is hidden in an encoder


def test_figures_of_rounds() -> None:
    measured = figures([0.1, 0.2, 0.1, 0.1], QWEN, [160] * 100, H200)
    assert measured["pairs_s"] == 1000
    assert measured["mfu"] == pytest.approx(QWEN.flops([160] * 100) / 0.1 / 989.5e12, abs=1e-4)
    assert measured["p50_ms"] == 100
    assert "mfu" not in figures([0.1], QWEN, [160], None)
    spread = percentiles_ms([n / 1000 for n in range(101)])
    assert (spread["p50_ms"], spread["p95_ms"], spread["p99_ms"]) == (50, 95, 99)
    assert peak_of("NVIDIA H200") == H200
    assert peak_of("Some other device") is None


def test_runs_keep_to_the_budget_and_lose_no_pair() -> None:
    pairs = pairs_of(MIX.lengths, 600, np.random.default_rng(0), segments=True)
    seen = []
    for positions, arrays in runs_of(pairs, 2048):
        assert arrays.input_ids.size <= 2048
        seen += positions
        for row, position in enumerate(positions):
            length = len(pairs[position])
            assert arrays.attention_mask[row].sum() == length
            assert np.array_equal(arrays.input_ids[row, :length], pairs[position].ids)
    assert sorted(seen) == list(range(len(pairs)))


def test_padding_counts_the_tokens_that_nobody_asked_for() -> None:
    assert padded_share([10, 10], 1024) == 0
    assert padded_share([10, 30], 1024) == pytest.approx(20 / 60)
    assert padded_share(EQUAL_160.lengths, 16_384) == 0
    assert len(P1.lengths) == 64
    assert all(len(target.lengths) >= 64 for target in WORKLOADS.values())
    assert len(ModelInput(np.zeros(3, np.int64), None)) == 3


def cell(pairs_s: float, **more: float) -> dict[str, float]:
    return {"pairs_s": pairs_s, "p95_ms": 50.0} | more


MEASURED = {
    "serving": {
        "HTTP | 64 as MS MARCO, 16 at once | 8192": cell(1900),
        "HTTP | 64 as MS MARCO, 16 at once | 16384": cell(2100),
        "scheduler | 64 as MS MARCO, 16 at once | 16384": cell(9999),
        "HTTP | 100 x 160, 1 at once | 8192": cell(900) | {"p95_ms": 95.0},
        "HTTP | 100 x 160, 1 at once | 16384": {"error": "TimeoutError: late"},
    },
    "qwen3-0.6b": {
        "fp16 fused | 100 x 512 | 16384": cell(500, mfu=0.41),
        "fp16 fused | 100 x 512 | 65536": cell(600, mfu=0.52),
        "fp16 fused, CUDA graphs | 100 x 512 | 16384": cell(900, mfu=0.9),
        "torch fp16 | 100 x 512 | 16384": cell(900, mfu=0.9),
        "int8 w8a8 | 100 x 512 | 16384": cell(720),
        "int8 weights | 100 x 512 | 16384": cell(300),
    },
}


def test_targets_are_met_missed_or_not_measured() -> None:
    by_name = {target.what: target for target in targets(MEASURED)}
    rate = by_name["P1 over HTTP, 0.6B shape"]
    assert (rate.measured, rate.verdict) == (2100, "met")
    wait = by_name["100 x 160 over HTTP, 0.6B shape, p95"]
    assert (wait.measured, wait.verdict) == (95.0, "missed")
    share = by_name["100 x 512, 0.6B shape, of the dense fp16 peak"]
    assert (share.measured, share.verdict) == (0.52, "met")  # our own graph, and no experiment
    int8 = by_name["int8 beside our fp16, qwen3-0.6b"]
    assert (int8.measured, int8.verdict) == (1.2, "missed")  # beside the best budget of fp16
    assert by_name["int8 beside our fp16, m3"].verdict == "not measured"
    assert {target.verdict for target in targets({})} == {"not measured"}


def test_the_tables_show_every_cell() -> None:
    text = markdown(MEASURED)
    assert "| P1 over HTTP, 0.6B shape | >= 2000 pairs/s | 2,100 | met |" in text
    assert "| fp16 fused | 65536 | 600 (50.0, 52%) |" in text
    assert "| HTTP | 16384 | 2,100 (50.0) | failed |" in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| fp16")}
    assert widths == {4}


def test_orders_are_compared_with_those_of_the_cpu() -> None:
    orders = {
        "products | int8 on the CPU": {"ndcg": 0.5, "first_ten": [["a", "b"], ["c", "d"]]},
        "products | fp16": {"ndcg": 0.5, "first_ten": [["a", "b"], ["d", "c"]]},
        "contracts | fp16": {"ndcg": 0.5, "first_ten": [["a"]]},
    }
    text = markdown({"numerics": orders})
    assert "| products · fp16 | ndcg 0.5, same first ten 1 of 2 |" in text
    assert "| contracts · fp16 | ndcg 0.5 |" in text  # nothing to compare with yet
