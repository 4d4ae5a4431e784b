"""The rerank APIs that are served, one file each, and the list of them.

    cohere          Cohere v1 and v2, and the many clients that use them
    dashscope       Alibaba Cloud's DashScope
    deepinfra       DeepInfra's inference API
    gradio          Gradio's call for Qwen3-Reranker
    highlighter     OpenSearch's semantic highlighter
    infinity        infinity
    jina            Jina, under its own prefix
    mixedbread      Mixedbread
    nim             NVIDIA NIM
    onyx            Onyx's model server
    qanything       QAnything's rerank server
    score           vLLM's score API
    search_engines  OpenSearch and Elasticsearch
    sglang          SGLang
    tei             Hugging Face text-embeddings-inference
    tei_predict     text-embeddings-inference's predict, for pairs
    together        Together AI
    vllm            vLLM's rerank API
    voyage          Voyage
    weaviate        Weaviate's reranker-transformers
    zeroentropy     ZeroEntropy

Adding one:

1. `<name>.py` in this folder. Its docstring says what the API is and where its contract is stated.
   A subclass of `Body` declares the keys (every optional one may be null) and makes a RankRequest
   of them; `encode` writes the response; one `Dialect` holds these, the paths, a template and an
   example. `results`, `extras` and `numbers` have the common parts.
2. An import and an entry in DIALECTS below.
3. `tests/golden/<name>/`: `example.json` (the example and its answer), a file for each thing that
   only this dialect does, and an `error_*.json`.
4. A row in both tables of `docs/dialects.md`.

The routes, /openapi.json, the playground and the tests that hold for every dialect follow from
the list.
"""

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects.cohere import COHERE_V1, COHERE_V2
from sidecar.contracts.dialects.dashscope import DASHSCOPE
from sidecar.contracts.dialects.deepinfra import DEEPINFRA
from sidecar.contracts.dialects.gradio import GRADIO
from sidecar.contracts.dialects.highlighter import OPENSEARCH_HIGHLIGHT
from sidecar.contracts.dialects.infinity import INFINITY
from sidecar.contracts.dialects.jina import JINA
from sidecar.contracts.dialects.mixedbread import MIXEDBREAD
from sidecar.contracts.dialects.nim import NIM
from sidecar.contracts.dialects.onyx import ONYX
from sidecar.contracts.dialects.qanything import QANYTHING
from sidecar.contracts.dialects.score import SCORE
from sidecar.contracts.dialects.search_engines import ELASTICSEARCH, ELASTICSEARCH_TEXTS, OPENSEARCH
from sidecar.contracts.dialects.sglang import SGLANG
from sidecar.contracts.dialects.tei import TEI
from sidecar.contracts.dialects.tei_predict import TEI_PREDICT
from sidecar.contracts.dialects.together import TOGETHER
from sidecar.contracts.dialects.vllm import VLLM
from sidecar.contracts.dialects.voyage import VOYAGE
from sidecar.contracts.dialects.weaviate import WEAVIATE
from sidecar.contracts.dialects.zeroentropy import ZEROENTROPY

DIALECTS: tuple[Dialect, ...] = (
    COHERE_V2,
    COHERE_V1,
    JINA,
    VOYAGE,
    TEI,
    TEI_PREDICT,
    INFINITY,
    VLLM,
    SCORE,
    MIXEDBREAD,
    NIM,
    SGLANG,
    TOGETHER,
    DASHSCOPE,
    DEEPINFRA,
    ZEROENTROPY,
    WEAVIATE,
    QANYTHING,
    ONYX,
    GRADIO,
    OPENSEARCH,
    OPENSEARCH_HIGHLIGHT,
    ELASTICSEARCH,
    ELASTICSEARCH_TEXTS,
)
"""In the order in which the playground shows them. It decides between dialects in one case only:
a body on a shared path with the marks of two is the first one's (Voyage, infinity before vLLM)."""
