"""sentence-transformers' CrossEncoder: torch in float32 or bfloat16, or its ONNX backend."""

from collections.abc import Callable
from typing import Any

import torch
from sentence_transformers import CrossEncoder

PACKAGES = ("sentence-transformers", "transformers", "torch")
PARALLEL = False


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    torch.set_num_threads(settings["threads"])
    if settings["engine"] == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings["threads"]
        model = CrossEncoder(
            settings["onnx"],
            backend="onnx",
            model_kwargs={
                "file_name": "model.onnx",
                "provider": "CPUExecutionProvider",
                "session_options": options,
            },
            max_length=settings["max_tokens"],
            local_files_only=True,
        )
    else:
        model = CrossEncoder(
            settings["torch"],
            device="cpu",
            model_kwargs={"torch_dtype": getattr(torch, settings["engine"])},
            max_length=settings["max_tokens"],
            local_files_only=True,
        )

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        logits = model.predict(
            [(query, document) for document in documents],
            batch_size=batch_size,
            activation_fn=torch.nn.Identity(),
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        return logits.float().reshape(-1).tolist()

    return score
