"""fastembed's TextEmbedding over a custom model folder, with the pooling that the folder names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

PACKAGES = ("fastembed", "onnxruntime")
PARALLEL = False
NAME = "compared/model"


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    folder = Path(settings["onnx"])
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    is_cls = pooling.get("pooling_mode_cls_token") or pooling.get("pooling_mode") == "cls"
    TextEmbedding.add_custom_model(
        model=NAME,
        pooling=PoolingType.CLS if is_cls else PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(hf=NAME),
        dim=json.loads((folder / "config.json").read_text())["hidden_size"],
        model_file="model.onnx",
    )
    model = TextEmbedding(
        NAME,
        specific_model_path=settings["onnx"],
        threads=settings["threads"],
        providers=["CPUExecutionProvider"],
    )

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        vectors = np.stack(list(model.embed([query, *documents], batch_size=batch_size)))
        return (vectors[1:] @ vectors[0]).tolist()

    return score
