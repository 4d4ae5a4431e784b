"""What request bodies have in common: texts, what they are to a search, and how long they may be.

Unknown keys are ignored, and every optional key may be null: clients send both.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from sidecar.contracts.content_parts import TEXT_ALONE
from sidecar.contracts.control import MAX_DEADLINE_MS, PriorityKey
from sidecar.contracts.loose_types import NUMBER
from sidecar.contracts.validation import check_count, kind_of
from sidecar.embedding import EmbedRequest, TextKind
from sidecar.errors import InvalidRequest, NoDocuments
from sidecar.request import Cut

KINDS: Mapping[str, TextKind | None] = {
    **dict.fromkeys(("query", "search_query", "retrieval.query", "search"), "query"),
    **dict.fromkeys(
        ("document", "passage", "search_document", "retrieval.passage", "ingest"), "document"
    ),
    **dict.fromkeys(
        ("classification", "clustering", "separation", "text-matching", "semantic_similarity")
    ),
}
"""What the APIs call a text's part in a search -> what it is here; None for other uses."""
CUTS: Mapping[object, Cut | None] = {
    **dict.fromkeys((True, "true", "end", "right"), "right"),
    **dict.fromkeys(("start", "left"), "left"),
    **dict.fromkeys((False, "false", "none"), None),
}
"""The APIs' words for the end at which a long text is cut; None: it is an error."""
UNSET: Any = object()


def read_kind(value: object) -> object:
    """The key in KINDS that is meant. Raises ValueError for any other."""
    word = value.lower() if isinstance(value, str) else value
    if word is not None and (not isinstance(word, str) or word not in KINDS):
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return word


def read_cut(value: object) -> object:
    """The key in CUTS that is meant. Raises ValueError for any other."""
    word = value.lower() if isinstance(value, str) else value
    if word is not None and (not isinstance(word, bool | str) or word not in CUTS):
        raise ValueError("must be true, false, NONE, START or END")
    return word


def read_text(value: object) -> str:
    """A text from a string, or from {"text": "..."}. Raises ValueError for anything else, for an
    image and for a blank: no vector says anything of it."""
    if isinstance(value, Mapping):
        if any(value.get(key) for key in ("image", "image_url", "bytes", "url")):
            raise ValueError(f"holds an image, {TEXT_ALONE}")
        value = value.get("text")
    if _holds_token_ids(value):
        raise ValueError(
            "holds token ids, and those of other tokenizers mean nothing here: send texts "
            "(LangChain's OpenAIEmbeddings: check_embedding_ctx_length=False)"
        )
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {kind_of(value)}")
    if not value.strip():
        raise ValueError("is empty")
    return value


def _holds_token_ids(value: object) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, int) and not isinstance(first, bool)


def read_texts(value: object, info: ValidationInfo) -> object:
    """A list of texts, also from a text alone. Raises NoDocuments for an empty list, and
    InvalidRequest for too long a one."""
    texts = [value] if isinstance(value, str | Mapping) else value
    if isinstance(texts, list):
        if not texts:
            raise NoDocuments("$: the list of texts is empty")
        check_count(texts, info, "texts")
    return texts


TEXT_SCHEMA = {"anyOf": [{"type": "string", "minLength": 1}, {"type": "object"}]}
Text = Annotated[str, BeforeValidator(read_text), WithJsonSchema(TEXT_SCHEMA)]
TextList = Annotated[
    list[Text],
    BeforeValidator(read_texts),
    WithJsonSchema({"anyOf": [*TEXT_SCHEMA["anyOf"], {"type": "array", "items": TEXT_SCHEMA}]}),
]
KindWord = Annotated[str, BeforeValidator(read_kind), WithJsonSchema({"enum": list(KINDS)})]
CutWord = Annotated[
    bool | str,
    BeforeValidator(read_cut),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": ["NONE", "START", "END"]}]}),
]
Dimensions = Annotated[int, Field(ge=1), NUMBER]


class EmbedBody(BaseModel):
    """The keys of every body. The docstrings are the descriptions in /openapi.json."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    model: str | None = None
    input_type: KindWord | None = None
    """What the texts are to a search; the URL may say it too: `?input_type=query`."""
    truncate: CutWord | None = None
    """Where a text that is too long is cut; `false` or `NONE`: it is an error."""
    dimensions: Dimensions | None = None
    """Numbers of a vector, of those that the encoder can give; absent: all."""
    output_dimension: Dimensions | None = None
    """The same, as Cohere and Voyage name it."""
    deadline_ms: Annotated[int, Field(ge=1, le=MAX_DEADLINE_MS), NUMBER] | None = None
    """Milliseconds after which no answer is wanted."""
    priority: PriorityKey | None = None
    """`batch` gives way to `interactive` requests; documents have it unless another is named."""

    @abstractmethod
    def to_request(self) -> EmbedRequest:
        """The request that the body makes. Raises InvalidRequest where its keys do not fit."""

    def request(
        self, texts: Iterable[str], *, kind: str | None = None, cut: Cut | None = UNSET, **own: Any
    ) -> EmbedRequest:
        """The request with what every body may say, and what the dialect's own keys do: `kind` is
        a key of KINDS, `cut` what an absent `truncate` means. Raises InvalidRequest for two sizes
        of a vector."""
        sizes = {self.dimensions, self.output_dimension} - {None}
        if len(sizes) > 1:
            raise InvalidRequest("$: `dimensions` and `output_dimension` exclude each other")
        word = kind or self.input_type
        return EmbedRequest(
            tuple(texts),
            kind=None if word is None else KINDS[word],
            cut=cut if self.truncate is None else CUTS[self.truncate],
            model=self.model,
            dimensions=next(iter(sizes), None),
            deadline_s=None if self.deadline_ms is None else self.deadline_ms / 1000,
            priority=self.priority,
            **own,
        )
