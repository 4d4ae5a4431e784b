"""fastembed's TextCrossEncoder over a custom model folder."""

from collections.abc import Callable
from typing import Any

from fastembed.common.model_description import ModelSource
from fastembed.rerank.cross_encoder import TextCrossEncoder

PACKAGES = ("fastembed", "onnxruntime")
PARALLEL = False
NAME = "compared/model"


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    TextCrossEncoder.add_custom_model(
        model=NAME, sources=ModelSource(hf=NAME), model_file="model.onnx"
    )
    model = TextCrossEncoder(
        NAME,
        specific_model_path=settings["onnx"],
        threads=settings["threads"],
        providers=["CPUExecutionProvider"],
    )
    return lambda query, documents, batch_size: list(
        model.rerank(query, documents, batch_size=batch_size)
    )
