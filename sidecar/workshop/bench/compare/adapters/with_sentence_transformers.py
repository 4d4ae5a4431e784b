"""sentence-transformers' CrossEncoder, or its encoder for vectors: torch, or its ONNX backend.

torch computes in float32 or bfloat16.
"""

from collections.abc import Callable
from typing import Any

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

PACKAGES = ("sentence-transformers", "transformers", "torch")
PARALLEL = False

Score = Callable[[str, list[str], int], list[float]]


def open_model(settings: dict[str, Any]) -> Score:
    torch.set_num_threads(settings["threads"])
    if settings["engine"] == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings["threads"]
        folder = settings["onnx"]
        backend: dict[str, Any] = {
            "backend": "onnx",
            "model_kwargs": {
                "file_name": "model.onnx",
                "provider": "CPUExecutionProvider",
                "session_options": options,
            },
        }
    else:
        folder = settings["torch"]
        dtype = getattr(torch, settings["engine"])
        backend = {"device": "cpu", "model_kwargs": {"torch_dtype": dtype}}
    if settings["embeddings"]:
        encoder = SentenceTransformer(folder, local_files_only=True, **backend)
        encoder.max_seq_length = settings["max_tokens"]
        return cosines(encoder)
    limit = settings["max_tokens"]
    return logits(CrossEncoder(folder, max_length=limit, local_files_only=True, **backend))


def logits(model: CrossEncoder) -> Score:
    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        found = model.predict(
            [(query, document) for document in documents],
            batch_size=batch_size,
            activation_fn=torch.nn.Identity(),
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        return found.float().reshape(-1).tolist()

    return score


def cosines(model: SentenceTransformer) -> Score:
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
