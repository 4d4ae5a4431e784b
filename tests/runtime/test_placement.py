"""onnxruntime's profile events, as 1.31 writes them, and what is read from them."""

from typing import Any

from sidecar.runtime.placement import strays

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


def event(op: str, provider: str, *shapes: list[int], name: str = "n", cat: str = "Node") -> Any:
    args = {
        "op_name": op,
        "provider": provider,
        "input_type_shape": [{"float": shape} for shape in shapes],
        "output_type_shape": [{"float": shapes[-1]}] if shapes else [],
    }
    return {"cat": cat, "name": f"{name}_kernel_time", "args": args}


def test_an_activation_on_the_cpu_is_a_stray() -> None:
    events = [
        event("MatMul", CUDA, [8, 64, 384], name="/layer/0"),
        event("DynamicQuantizeLinear", CPU, [8, 64, 384], name="/layer/0/quant"),
    ]
    assert strays(events, CUDA, 8 * 64) == ["DynamicQuantizeLinear /layer/0/quant"]


def test_shape_arithmetic_on_the_cpu_is_not() -> None:
    events = [event("Shape", CPU, [2]), event("Gather", CPU, [2], []), event("Concat", CPU, [1])]
    assert strays(events, CUDA, 8 * 64) == []


def test_an_activation_that_is_copied_is_a_stray_and_a_shape_that_is_copied_is_not() -> None:
    events = [
        event("MemcpyToHost", CUDA, [8, 64, 384], name="copy"),
        event("MemcpyToHost", CUDA, [2], name="shape"),
    ]
    assert strays(events, CUDA, 8 * 64) == ["MemcpyToHost copy"]


def test_a_node_is_told_once_and_other_events_are_passed_over() -> None:
    again = event("MatMul", CPU, [8, 64], name="m")
    other = {"cat": "Session", "name": "model_run", "args": {}}
    assert strays([again, again, other], CUDA, 512) == ["MatMul m"]
