"""What is compared: the sidecar twice, and its peers; for embeddings once, and those that embed."""

from sidecar.workshop.bench.compare.contender import ContenderSpec

BATCH_SIZES = (1, 8, 16, 32, 64)
"""The sizes tried for contenders that pad batches; each runs at its fastest."""

OVER_HTTP = ContenderSpec("http", "rerank-sidecar over HTTP", ours=True)
IN_PROCESS = ContenderSpec("in-process", "rerank-sidecar in process", ours=True)
ST_FP32 = ContenderSpec(
    "st-fp32",
    "sentence-transformers, torch fp32",
    batch_sizes=BATCH_SIZES,
    environment="sentence-transformers",
)
ST_BF16 = ContenderSpec(
    "st-bf16",
    "sentence-transformers, torch bf16",
    batch_sizes=BATCH_SIZES,
    environment="sentence-transformers",
)
ST_ONNX = ContenderSpec(
    "st-onnx",
    "sentence-transformers, ONNX int8",
    batch_sizes=BATCH_SIZES,
    environment="sentence-transformers-onnx",
)
ST_OPENVINO = ContenderSpec(
    "st-openvino",
    "sentence-transformers, OpenVINO int8",
    batch_sizes=BATCH_SIZES,
    environment="sentence-transformers-openvino",
)
FASTEMBED = ContenderSpec(
    "fastembed", "fastembed, ONNX int8", batch_sizes=BATCH_SIZES, environment="fastembed"
)
FLASHRANK = ContenderSpec("flashrank", "FlashRank, ONNX int8", environment="flashrank")
INFINITY = ContenderSpec(
    "infinity",
    "infinity over HTTP, torch bf16",
    batch_sizes=BATCH_SIZES,
    environment="infinity",
)
LLAMA_CPP = ContenderSpec(
    "llama-cpp", "llama.cpp, Q8_0", batch_sizes=BATCH_SIZES, environment="llama-cpp"
)
BARE = ContenderSpec("bare", "bare onnxruntime loop, int8", batch_sizes=BATCH_SIZES)

OURS = (OVER_HTTP, IN_PROCESS)
PEERS = (
    *(ST_FP32, ST_BF16, ST_ONNX, ST_OPENVINO),
    *(FASTEMBED, FLASHRANK, INFINITY, LLAMA_CPP, BARE),
)

EMBEDDING_OURS = (OVER_HTTP,)
EMBEDDING_PEERS = (ST_FP32, ST_BF16, ST_ONNX, ST_OPENVINO, FASTEMBED, INFINITY, BARE)
