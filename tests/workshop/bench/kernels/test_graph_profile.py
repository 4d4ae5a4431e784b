"""The profile of a graph counts the matrix products that the model has."""

from pathlib import Path

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.kernels.graph_profile import MatmulSize, read_profile

HIDDEN, INNER, LAYERS = 384, 1536, 6


def test_the_profile_finds_every_product_of_the_shipped_model(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    pair = tokenizer.whole(tokenizer.query("red shoes"), "a red running shoe")
    session = OnnxSession.open(folder, manifest.graphs["int8"], "cpu", profile=True)
    for _ in range(2):
        session.run(batch([pair], manifest.padding, tokenizer.pad_id))
    profile = read_profile(session.end_profile())
    tokens = len(pair)
    assert profile.products == {
        MatmulSize(tokens, HIDDEN, HIDDEN): 4 * LAYERS,
        MatmulSize(tokens, HIDDEN, INNER): LAYERS,
        MatmulSize(tokens, INNER, HIDDEN): LAYERS,
    }
    assert profile.attention == LAYERS * 4 * tokens * tokens * HIDDEN
    weights = LAYERS * 2 * tokens * (4 * HIDDEN * HIDDEN + 2 * HIDDEN * INNER)
    assert profile.operations == weights + profile.attention
    assert list(profile.microseconds.values()) == sorted(
        profile.microseconds.values(), reverse=True
    )


def event(name: str, operator: str, dur: float, inputs: list[list[int]], output: list[int]) -> dict:
    shapes = [{"float": shape} for shape in inputs]
    args = {
        "op_name": operator,
        "input_type_shape": shapes,
        "output_type_shape": [{"float": output}],
    }
    return {"cat": "Node", "name": name, "dur": dur, "args": args}


def test_operators_are_summed_apart_and_an_interrupted_run_does_not_count() -> None:
    run = [
        event("dense", "MatMul", 30, [[1, 8, 16]], [1, 8, 32]),
        event("scores", "MatMul", 9, [[1, 4, 8, 4], [1, 4, 4, 8]], [1, 4, 8, 8]),
        event("fused", "MultiHeadAttention", 5, [[1, 8, 16]] * 3, [1, 8, 16]),
        event("add", "Add", 2, [[1, 8, 32], [32]], [1, 8, 32]),
    ]
    interrupted = [{**node, "dur": 4_000} for node in run]
    session = {"cat": "Session", "name": "model_run", "dur": 99}
    profile = read_profile([*interrupted, *run, session])
    assert profile.microseconds == {
        "MatMul": 30,
        "MatMul (attention)": 9,
        "MultiHeadAttention": 5,
        "Add": 2,
    }
    assert profile.products == {MatmulSize(8, 16, 32): 1}
    assert profile.attention == 2 * (4 * 8 * 8) * 4 + 4 * 8 * 8 * 16
