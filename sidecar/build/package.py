"""A model folder from a checkpoint: graphs, weights, tokenizer, manifest."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sidecar.build.canonical import PAIRS
from sidecar.build.data import COLLECTIONS
from sidecar.build.export import float_graph
from sidecar.build.mine import open_tokenizer
from sidecar.build.quantize import FLOAT, INT8, WEIGHTS, quantize
from sidecar.build.score import Scorer
from sidecar.engine.manifest import (
    MANIFEST,
    TOKENIZER,
    CanonicalPair,
    Graph,
    Manifest,
    Padding,
    Prompt,
    Source,
    sha256,
)

MAX_TOKENS = 512
INT8_CANONICAL_TOLERANCE = 0.15
"""Integer sums are exact, but a float op that rounds otherwise on another CPU moves activations by
a step of 255: 0.05 with onnxruntime's graph optimisations off instead of on. The rest is room."""
FLOAT_CANONICAL_TOLERANCE = 0.02
"""Room for TF32 products on a GPU; between CPUs the logits agree to 1e-5."""

GRAPHS = {
    "int8": Graph(
        file=INT8,
        precision="int8",
        devices=("cpu",),
        runs="single",
        tolerance=1e-4,
        canonical_tolerance=INT8_CANONICAL_TOLERANCE,
    ),
    "float": Graph(
        file=FLOAT,
        precision="fp32",
        devices=("cpu", "cuda"),
        runs="padded",
        tolerance=1e-4,
        canonical_tolerance=FLOAT_CANONICAL_TOLERANCE,
        session_config={"session.disable_quant_qdq": "1"},  # weights become floats once, at load
    ),
}


def package(checkpoint: Path, folder: Path, name: str) -> None:
    """Writes the model folder beside `folder` and then moves it there in one step."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    summary = json.loads((checkpoint / "train.json").read_text())
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as scratch:
        fresh = Path(scratch, folder.name)
        fresh.mkdir()
        quantize(float_graph(checkpoint), fresh)
        open_tokenizer(checkpoint).save(str(fresh / TOKENIZER), pretty=False)
        manifest = describe(name, fresh, summary)
        write(manifest, fresh)
        Manifest.read(fresh)
        if folder.exists():
            for kept in folder.glob("*.md"):
                shutil.copy2(kept, fresh)
            folder.rename(Path(scratch, "replaced"))
        fresh.rename(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {size / 1e6:.1f} MB")


def describe(name: str, folder: Path, summary: dict[str, Any]) -> Manifest:
    """The manifest of the files in `folder`, with the canonical pairs scored by its graphs."""
    scorers = {graph: Scorer(folder, GRAPHS[graph], MAX_TOKENS) for graph in GRAPHS}
    return Manifest(
        format=1,
        name=name,
        family="cross-encoder",
        languages=("en",),
        licence="Apache-2.0",
        max_tokens=MAX_TOKENS,
        prompt=Prompt(
            pieces=("[CLS]", "{query}", "[SEP]", "{document}", "[SEP]"), segments=(0, 0, 0, 1, 1)
        ),
        padding=Padding(token="[PAD]"),
        temperature=summary["temperature"],
        bias=summary["bias"],
        graphs=GRAPHS,
        files={file: sha256(folder / file) for file in (INT8, FLOAT, WEIGHTS, TOKENIZER)},
        canonical=tuple(
            CanonicalPair(
                query=query,
                document=document,
                logits={g: round(s.logit(query, document), 5) for g, s in scorers.items()},
            )
            for query, document in PAIRS
        ),
        sources=tuple(
            Source(name=c.name, licence=c.licence, rows=summary["pairs"][c.name])
            for c in COLLECTIONS
            if c.name in summary["pairs"]
        ),
    )


def write(manifest: Manifest, folder: Path) -> None:
    """Writes `rerank.json` in one step."""
    text = manifest.model_dump_json(indent=2, exclude_defaults=False)
    part = folder / f"{MANIFEST}.part"
    part.write_text(text + "\n", encoding="utf8")
    part.replace(folder / MANIFEST)
