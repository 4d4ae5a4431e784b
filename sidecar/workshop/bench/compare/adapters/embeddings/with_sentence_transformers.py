"""sentence-transformers' encoder: torch in float32 or bfloat16, or its ONNX backend."""

from collections.abc import Callable
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

PACKAGES = ("sentence-transformers", "transformers", "torch")
PARALLEL = False


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    torch.set_num_threads(settings["threads"])
    if settings["engine"] == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings["threads"]
        model = SentenceTransformer(
            settings["onnx"],
            backend="onnx",
            model_kwargs={
                "file_name": "model.onnx",
                "provider": "CPUExecutionProvider",
                "session_options": options,
            },
            local_files_only=True,
        )
    else:
        model = SentenceTransformer(
            settings["torch"],
            device="cpu",
            model_kwargs={"torch_dtype": getattr(torch, settings["engine"])},
            local_files_only=True,
        )
    model.max_seq_length = settings["max_tokens"]

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        vectors = model.encode(
            [query, *documents],
            batch_size=batch_size,
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        vectors = torch.nn.functional.normalize(vectors.float(), dim=-1)
        return (vectors[1:] @ vectors[0]).tolist()

    return score
