"""Every client's calls, and the exceptions that it makes of refusals.

Standard library alone: it also runs in the clients' environments.

A refusal is named by the class of the exception (or of one of its bases, `|` between two that may
come) and, after a colon, by words that its text must have: ours, where the client passes them
on. `[]` means that the client answers by itself, without a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

STATUSES = ("401", "422", "400", "429")
"""A wrong key, more documents than are allowed, no documents, and an overload."""
WORDS = (
    "the API key is missing or wrong",
    "documents, at most",
    "the list of documents is empty",
    "work are queued ahead",
)
"""In the sidecar's message for each of STATUSES."""
HOSTS = ("api.jina.ai", "api.voyageai.com")
"""Vendors' hosts that two clients cannot be turned from; the gateway answers as these."""


@dataclass(frozen=True, slots=True)
class Case:
    """One example under one choice of its variant."""

    environment: str
    example: str
    package: str
    """Whose version the table shows."""
    dialect: str
    refusals: Mapping[str, str]
    """By status."""
    variant: Mapping[str, str] = field(default_factory=dict)
    retries: bool = False
    """Whether one call tries again by itself after a 429."""
    host: str = ""
    """One of HOSTS, where the client has no URL argument."""
    cuts: bool = True
    """Whether `top_n` has an effect."""

    @property
    def name(self) -> str:
        return " ".join((self.example.removesuffix(".py"), *self.variant.values()))

    @property
    def logits(self) -> bool:
        return self.dialect == "nim"


def passed_on(*kinds: str) -> dict[str, str]:
    """Refusals by status whose exceptions hold the sidecar's own words."""
    named = zip(STATUSES, kinds, WORDS, strict=True)
    return {status: kind if kind == "[]" else f"{kind}: {words}" for status, kind, words in named}


def unsaid(*kinds: str) -> dict[str, str]:
    """Refusals by status of which the client says little."""
    return dict(zip(STATUSES, kinds, strict=True))


COHERE = (
    "UnauthorizedError",
    "UnprocessableEntityError",
    "BadRequestError",
    "TooManyRequestsError",
)
VOYAGE = ("AuthenticationError", "MalformedRequestError", "InvalidRequestError", "RateLimitError")
STAINLESS = ("AuthenticationError", "UnprocessableEntityError", "BadRequestError", "RateLimitError")
LITELLM = ("AuthenticationError", "BadRequestError", "BadRequestError", "RateLimitError")


def _cohere(environment: str) -> tuple[Case, ...]:
    apis = {"ClientV2": "cohere-v2", "AsyncClientV2": "cohere-v2", "Client": "cohere-v1"}
    return tuple(
        Case(
            environment,
            "cohere_sdk.py",
            "cohere",
            dialect,
            passed_on(*COHERE),
            {"api": api},
            retries=True,
        )
        for api, dialect in apis.items()
    )


def _voyage() -> tuple[Case, ...]:
    return tuple(
        Case(
            "current",
            "voyage_sdk.py",
            "voyageai",
            "voyage",
            passed_on(*VOYAGE),
            {"api": api},
            retries=True,
        )
        for api in ("Client", "AsyncClient")
    )


def _rerankers() -> tuple[Case, ...]:
    """It never looks at the status: a refusal is an answer that lacks its results."""
    providers = {
        "cohere": ("cohere-v1", "KeyError: results"),
        "jina": ("cohere-v1", "KeyError: results"),
        "voyage": ("voyage", "KeyError: data"),
        "mixedbread.ai": ("mixedbread", "KeyError: data"),
        "text-embeddings-inference": ("tei", "TypeError"),
    }
    return tuple(
        Case(
            "current",
            "rerankers_api.py",
            "rerankers",
            dialect,
            unsaid(lacks, lacks, "IndexError", lacks),
            {"provider": provider},
        )
        for provider, (dialect, lacks) in providers.items()
    )


def _litellm() -> tuple[Case, ...]:
    dialects = {
        "cohere": "cohere-v2",
        "jina_ai": "cohere-v1",
        "huggingface": "tei",
        "hosted_vllm": "cohere-v2",
        "nvidia_nim": "nim",
        "nvidia_nim/ranking": "nim",
        "infinity": "infinity",
        "voyage": "voyage",
    }
    odd = {"huggingface": (LITELLM[0], "APIError", *LITELLM[2:])}
    return tuple(
        Case(
            "litellm",
            "litellm_rerank.py",
            "litellm",
            dialect,
            passed_on(*odd.get(provider, LITELLM)),
            {"provider": provider},
            cuts=provider != "huggingface",
        )
        for provider, dialect in dialects.items()
    )


def _haystack() -> tuple[Case, ...]:
    files = {
        "cohere": ("cohere-haystack", "cohere-v2", passed_on(*COHERE)),
        "jina": ("jina-haystack", "cohere-v1", _one_kind("RuntimeError")),
        "tei": ("huggingface-api-haystack", "tei", _one_kind("RuntimeError")),
        "nvidia": ("nvidia-haystack", "nim", _one_kind("ValueError")),
    }
    return tuple(
        Case("current", f"haystack_{name}.py", *rest, retries=name in ("cohere", "tei"))
        for name, rest in files.items()
    )


def _langchain() -> tuple[Case, ...]:
    cohere = passed_on(*COHERE[:2], "[]", COHERE[3])
    # Nothing is raised for a refusal: it goes on with None, or with a fault without results.
    lacks = "AttributeError|KeyError|TypeError"
    infinity = unsaid(lacks, lacks, "[]", lacks)
    jina, nvidia = _one_kind("RuntimeError"), _one_kind("Exception")
    package, community = "langchain-nvidia-ai-endpoints", "langchain-community"
    here, file = "frameworks", "langchain_cohere_rerank.py"
    return (
        Case(
            here,
            file,
            "langchain-cohere",
            "cohere-v2",
            cohere,
            retries=True,
        ),
        Case(here, "langchain_jina.py", community, "cohere-v1", jina, host=HOSTS[0]),
        Case(here, "langchain_infinity.py", community, "infinity", infinity),
        Case(here, "langchain_nvidia.py", package, "nim", nvidia),
    )


def _llama_index() -> tuple[Case, ...]:
    cohere = passed_on(*COHERE[:2], "[]", COHERE[3])
    voyage = passed_on(*VOYAGE[:2], "[]", VOYAGE[3])
    # It counts the keys of the error's object as if they were results.
    tei = "AssertionError|TypeError"
    status = "HTTPStatusError: "
    files = {
        "cohere": ("cohere", "cohere-v2", cohere),
        "jina": ("jinaai", "cohere-v1", _one_kind("RuntimeError")),
        "voyage": ("voyageai", "voyage", voyage),
        "tei": ("tei", "tei", unsaid(tei, tei, "[]", tei)),
        "nvidia": ("nvidia", "nim", unsaid(status + "401", status + "422", "[]", status + "429")),
    }
    return tuple(
        Case(
            "frameworks",
            f"llama_index_{name}.py",
            f"llama-index-postprocessor-{package}-rerank",
            dialect,
            refusals,
            retries=name == "cohere",
            host=HOSTS[1] if name == "voyage" else "",
        )
        for name, (package, dialect, refusals) in files.items()
    )


def _one_kind(kind: str) -> dict[str, str]:
    """One kind of exception for every status; an empty list is answered without a request."""
    return passed_on(kind, kind, "[]", kind)


_MIXEDBREAD = passed_on(*STAINLESS)
_INFINITY = passed_on("UnexpectedStatus", "ValueError", "UnexpectedStatus", "UnexpectedStatus")

CASES = (
    *_cohere("current"),
    *_voyage(),
    Case(
        "current",
        "mixedbread_sdk.py",
        "mixedbread",
        "mixedbread",
        passed_on(*STAINLESS),
        retries=True,
    ),
    Case(
        "current",
        "zeroentropy_sdk.py",
        "zeroentropy",
        "zeroentropy",
        passed_on(*STAINLESS),
        retries=True,
    ),
    *_rerankers(),
    *_haystack(),
    *_cohere("frameworks"),
    *_langchain(),
    *_llama_index(),
    Case("frameworks", "infinity_sdk.py", "infinity-client", "infinity", _INFINITY),
    *_litellm(),
)
"""The first of each example is the one that the example runs by itself."""
