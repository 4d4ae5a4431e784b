"""The rerankers that are compared."""

from collections.abc import Mapping
from typing import TypeVar

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare.contender import ContenderSpec

Named = TypeVar("Named")

SIZES = (1, 8, 16, 32, 64)
"""Of the batches that are tried."""

OVER_HTTP = ContenderSpec("http", "rerank-sidecar over HTTP", ours=True)
IN_PROCESS = ContenderSpec("in-process", "rerank-sidecar in process", ours=True)
ST_FP32 = ContenderSpec(
    "st-fp32",
    "sentence-transformers, torch fp32",
    batch_sizes=SIZES,
    environment="sentence-transformers",
)
ST_BF16 = ContenderSpec(
    "st-bf16",
    "sentence-transformers, torch bf16",
    batch_sizes=SIZES,
    environment="sentence-transformers",
)
ST_ONNX = ContenderSpec(
    "st-onnx",
    "sentence-transformers, ONNX int8",
    batch_sizes=SIZES,
    environment="sentence-transformers-onnx",
)
FASTEMBED = ContenderSpec(
    "fastembed", "fastembed, ONNX int8", batch_sizes=SIZES, environment="fastembed"
)
FLASHRANK = ContenderSpec("flashrank", "FlashRank, ONNX int8", environment="flashrank")
INFINITY = ContenderSpec(
    "infinity",
    "infinity over HTTP, torch bf16",
    batch_sizes=SIZES,
    environment="infinity",
)
BARE = ContenderSpec("bare", "bare onnxruntime loop, int8", batch_sizes=SIZES)

OURS = (OVER_HTTP, IN_PROCESS)
PEERS = (ST_FP32, ST_BF16, ST_ONNX, FASTEMBED, FLASHRANK, INFINITY, BARE)


def chosen(names: str | None) -> tuple[ContenderSpec, ...]:
    """Ours and the named peers (separated by commas), or all. Raises StartupError."""
    return (*OURS, *pick(names, {kind.key: kind for kind in PEERS}, "--peers"))


def pick(names: str | None, known: Mapping[str, Named], flag: str) -> tuple[Named, ...]:
    """The named ones in their own order, or all. Raises StartupError for a name not known."""
    if names is None:
        return tuple(known.values())
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    if unknown := sorted(wanted - known.keys()):
        raise StartupError(f"{flag} {unknown[0]}: it must be of {', '.join(known)}")
    return tuple(value for name, value in known.items() if name in wanted)
