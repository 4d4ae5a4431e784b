"""The graphs that a model folder may have, with their settings before anything is measured."""

from sidecar.runtime.manifest import Graph

FP32 = "fp32"
"""The exported graph, from which all others are made."""
OPENVINO = "openvino "
"""Prefix of the name under which OpenVINO's results are kept; the precision follows. With `--`
before it the name is the option of `model check`."""
TOLERANCE = 1e-4
"""Of a score, for every graph but fp16: fp32 and int8 on a CPU promise the same."""
CANONICAL_TOLERANCE = 0.02
"""Smallest tolerance of a canonical logit: TF32 products on a GPU moved logits by less. Between
CPUs fp32 logits agree to 1e-5."""
COSINE_TOLERANCE = 0.002
"""The same of an encoder, whose cosines of all kinds of texts lie within some tenths."""
FOLDED = {"session.disable_quant_qdq": "1"}
"""Makes onnxruntime convert int8 weights that are used as floats once, at load."""

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
"""In the manifest's order: a device gets the first graph that allows it."""
