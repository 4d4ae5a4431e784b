"""sentence-transformers' CrossEncoder, or its encoder for vectors, by OpenVINO in int8.

The graph is quantised as sentence-transformers' own function does it for its files
`openvino_model_qint8_quantized.xml`: statically, weights and activations, by NNCF; but on the
sample of the sidecar's quantisation, where theirs reads a data set from a hub.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import nncf
import openvino
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from with_sentence_transformers import Score, cosines, logits  # type: ignore[import-not-found]

PACKAGES = ("sentence-transformers", "optimum-intel", "openvino", "nncf", "torch")
PARALLEL = False
FLOAT, INT8 = "openvino/openvino_model.xml", "openvino/openvino_model_qint8_quantized.xml"


def open_model(settings: dict[str, Any]) -> Score:
    torch.set_num_threads(settings["threads"])
    limit = settings["max_tokens"]

    def opened(folder: str, options: dict[str, Any]) -> Any:
        how: dict[str, Any] = {
            "backend": "openvino",
            "model_kwargs": options,
            "local_files_only": True,
        }
        if not settings["embeddings"]:
            return CrossEncoder(folder, max_length=limit, **how)
        encoder = SentenceTransformer(folder, **how)
        encoder.max_seq_length = limit
        return encoder

    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    folder = Path(settings["made"]) / f"openvino-{version}"
    if not folder.exists():
        fresh = folder.with_suffix(".new")
        write_int8(opened(settings["torch"], {"export": True}), settings, fresh)
        fresh.rename(folder)
    config = {
        "INFERENCE_NUM_THREADS": str(settings["threads"]),
        "PERFORMANCE_HINT": "LATENCY",
    }
    model = opened(str(folder), {"file_name": INT8, "ov_config": config})
    return cosines(model) if settings["embeddings"] else logits(model)


def write_int8(model: Any, settings: dict[str, Any], folder: Path) -> None:
    """Writes a folder with the model's float and int8 graphs."""
    model.save_pretrained(str(folder))
    graph = openvino.Core().read_model(folder / FLOAT)
    inputs = {name for each in graph.inputs for name in each.get_names()}
    rows = [json.loads(line) for line in Path(settings["sample"]).read_text().splitlines()]
    texts: list[tuple[str, ...]]
    if settings["embeddings"]:
        texts = [(text,) for row in rows for text in (row["query"], *row["documents"])]
    else:
        texts = [(row["query"], document) for row in rows for document in row["documents"]]

    def arrays(one_or_two: tuple[str, ...]) -> dict[str, Any]:
        encoded = model.tokenizer(
            *one_or_two, truncation=True, max_length=settings["max_tokens"], return_tensors="np"
        )
        return {name: array for name, array in encoded.items() if name in inputs}

    quantized = nncf.quantize(
        graph,
        nncf.Dataset(texts, arrays),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(texts),
    )
    openvino.save_model(quantized, folder / INT8, compress_to_fp16=False)
