"""The graphs that a model folder may have, as they are before anything was measured of them."""

from sidecar.runtime.manifest import Graph

FP32 = "fp32"
"""The exported graph, which all others are made of."""
OPENVINO = "openvino "
"""What the numbers of a float graph stand under that OpenVINO runs; its precision follows, so that
`--` before the name is the option of `model check`."""
TOLERANCE = 1e-4
"""Of a score, for every graph but fp16 (design: one number for fp32 and for int8 on a CPU)."""
CANONICAL_TOLERANCE = 0.02
"""Least tolerance of a canonical logit: TF32 products on a GPU moved them by less. Between CPUs
fp32 logits agree to 1e-5."""
FOLDED = {"session.disable_quant_qdq": "1"}
"""Int8 weights that are used as floats become so once, at load."""

_EXPORTED = Graph(
    file="model.fp32.onnx",
    precision="fp32",
    devices=("cpu", "cuda"),
    runs="padded",
    tolerance=TOLERANCE,
    canonical_tolerance=CANONICAL_TOLERANCE,
)
GRAPHS = {
    "int8": _EXPORTED.model_copy(
        update={
            "file": "model.int8.onnx",
            "precision": "int8",
            "devices": ("cpu",),
            "runs": "single",
            "session_config": FOLDED,
        }
    ),
    "fp16": _EXPORTED.model_copy(
        update={"file": "model.fp16.onnx", "precision": "fp16", "devices": ("cuda",)}
    ),
    "float": _EXPORTED.model_copy(update={"file": "model.float.onnx", "session_config": FOLDED}),
    FP32: _EXPORTED,
}
"""In the manifest's order: a device takes the first that allows it."""
