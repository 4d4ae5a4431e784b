"""The embedding APIs that are served, one file each, and the list of them.

    openai    OpenAI's `/v1/embeddings`, and the many servers that copy it
    jina      Jina's, on the same path
    cohere    Cohere's embed API, versions 1 and 2
    tei       Hugging Face text-embeddings-inference, for texts and for tokens

    dialect   what an embedding dialect is
    body      what request bodies have in common
    vectors   vectors as JSON: numbers, base64, signs
    routes    from a path and a body to a dialect, and to a request

A new one is a file here, an entry in EMBEDDING_DIALECTS, a folder `tests/golden/embeddings/<name>/`
and a row in the table of docs/embeddings.md; routes and /openapi.json follow.
"""

from sidecar.contracts.embeddings.cohere import COHERE_EMBED_V1, COHERE_EMBED_V2
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.jina import JINA_EMBEDDINGS
from sidecar.contracts.embeddings.openai import OPENAI_EMBEDDINGS
from sidecar.contracts.embeddings.tei import TEI_EMBED, TEI_EMBED_ALL

EMBEDDING_DIALECTS: tuple[EmbeddingDialect, ...] = (
    OPENAI_EMBEDDINGS,
    JINA_EMBEDDINGS,
    COHERE_EMBED_V1,
    COHERE_EMBED_V2,
    TEI_EMBED,
    TEI_EMBED_ALL,
)
"""A path that two share belongs to the first; the other's keys mark its bodies there."""
