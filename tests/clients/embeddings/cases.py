"""Every client's calls, and the exceptions that it makes of refusals. Standard library alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REFUSALS = ("key", "empty", "reranker")
"""A wrong key, an empty text, and a reranker's name."""
WORDS = ("the API key is missing or wrong", "is empty", "is a reranker")
"""In the sidecar's message for each of REFUSALS."""


@dataclass(frozen=True, slots=True)
class Case:
    """One example under one choice of its variant."""

    example: str
    package: str
    dialect: str
    refusals: tuple[str, str, str]
    """The class of the exception (or of one of its bases) for each of REFUSALS; "" where the client
    cannot ask for it."""
    says: bool = True
    """Whether an exception has the sidecar's words."""
    variant: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join((self.example.removesuffix(".py"), *self.variant.values()))


OPENAI = ("AuthenticationError", "UnprocessableEntityError", "UnprocessableEntityError")
COHERE = ("UnauthorizedError", "UnprocessableEntityError", "UnprocessableEntityError")
CASES = (
    Case("openai_sdk.py", "openai", "openai-embeddings", OPENAI),
    Case("cohere_sdk.py", "cohere", "cohere-embed-v2", COHERE, variant={"api": "ClientV2"}),
    Case("cohere_sdk.py", "cohere", "cohere-embed-v1", COHERE, variant={"api": "Client"}),
    Case("langchain_embeddings.py", "langchain-openai", "openai-embeddings", OPENAI),
    Case(
        "llama_index_openai.py",
        "llama-index-embeddings-openai-like",
        "openai-embeddings",
        OPENAI,
    ),
    # It asks for no model, and reads the error's object as if it were vectors.
    Case(
        "llama_index_tei.py",
        "llama-index-embeddings-text-embeddings-inference",
        "tei-embed",
        ("Exception", "Exception", ""),
        says=False,
    ),
    Case("haystack_openai.py", "haystack-ai", "openai-embeddings", OPENAI),
)
