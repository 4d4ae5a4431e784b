"""sentence-transformers' encoder with its OpenVINO backend, in int8.

The graph is quantised as sentence-transformers' own function does it for its files
`openvino_model_qint8_quantized.xml`: statically, weights and activations, by NNCF; but on the texts
of the sidecar's quantisation, where theirs reads a data set from a hub.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nncf
import openvino
import torch
from sentence_transformers import SentenceTransformer

PACKAGES = ("sentence-transformers", "optimum-intel", "openvino", "nncf", "torch")
PARALLEL = False
FLOAT, INT8 = "openvino/openvino_model.xml", "openvino/openvino_model_qint8_quantized.xml"


def write_int8(settings: dict[str, Any], folder: Path) -> None:
    """Writes a folder with the encoder's float and int8 graphs."""
    model = SentenceTransformer(
        settings["torch"],
        backend="openvino",
        model_kwargs={"export": True},
        local_files_only=True,
    )
    model.save_pretrained(str(folder))
    graph = openvino.Core().read_model(folder / FLOAT)
    inputs = {name for each in graph.inputs for name in each.get_names()}
    rows = map(json.loads, Path(settings["sample"]).read_text().splitlines())
    texts = [text for row in rows for text in (row["query"], *row["documents"])]

    def arrays(text: str) -> dict[str, Any]:
        encoded = model.tokenizer(
            text, truncation=True, max_length=settings["max_tokens"], return_tensors="np"
        )
        return {name: array for name, array in encoded.items() if name in inputs}

    quantized = nncf.quantize(
        graph,
        nncf.Dataset(texts, arrays),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(texts),
    )
    openvino.save_model(quantized, folder / INT8, compress_to_fp16=False)


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    torch.set_num_threads(settings["threads"])
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    folder = Path(settings["made"]) / f"openvino-{version}"
    if not folder.exists():
        fresh = folder.with_suffix(".new")
        write_int8(settings, fresh)
        fresh.rename(folder)
    model = SentenceTransformer(
        str(folder),
        backend="openvino",
        model_kwargs={
            "file_name": INT8,
            "ov_config": {
                "INFERENCE_NUM_THREADS": str(settings["threads"]),
                "PERFORMANCE_HINT": "LATENCY",
            },
        },
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
