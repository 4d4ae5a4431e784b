"""Content parts: a text written as chat messages are, for models that may read images as well.

    {"content": [{"type": "text", "text": "Red shoe"}]}     a message
    {"type": "text", "text": "Red shoe"}                    a part alone

Text parts are their text, several of them a line each. Any other part is refused: its address or
its bytes are no text, and a score for them would mean nothing. An object whose `content` holds
other things is a document with a field of that name.
"""

from collections.abc import Mapping

TEXT_TYPES = frozenset({"text", "input_text"})
MEDIA_TYPES = frozenset(
    f"{prefix}{medium}{suffix}"
    for medium in ("image", "audio", "video")
    for prefix, suffix in (("", ""), ("", "_url"), ("input_", ""))
)
TEXT_ALONE = (
    "and the model reads text alone; models such as Qwen3-VL-Reranker and jina-reranker-m0, which "
    "are not served here, read images"
)
"""What is said of an image."""
_MESSAGE_KEYS = {"role", "content"}

_PART_SCHEMA = {
    "type": "object",
    "description": "A part alone.",
    "required": ["type", "text"],
    "properties": {"type": {"enum": sorted(TEXT_TYPES)}, "text": {"type": "string"}},
    "additionalProperties": False,
}
TEXT_FORMS = (
    {
        "type": "object",
        "description": "A message.",
        "required": ["content"],
        "properties": {
            "role": {"type": "string"},
            "content": {"type": "array", "items": _PART_SCHEMA, "minItems": 1},
        },
        "additionalProperties": False,
    },
    _PART_SCHEMA,
)
"""JSON schemas of what stands for a text beside a string."""


def text_of(value: object) -> str | None:
    """The text of a message or of a part alone; None for everything else.

    Raises ValueError for a part that is no text.
    """
    if not isinstance(value, Mapping):
        return None
    if (parts := content_of(value)) is not None:
        text = "\n".join(map(_text, parts))
        return text if value.keys() <= _MESSAGE_KEYS else None
    kind = _kind(value)
    is_text = kind in TEXT_TYPES and value.keys() == {"type", "text"}
    is_media = kind in MEDIA_TYPES and value.get(kind) is not None
    return _text(value) if is_text or is_media else None


def content_of(value: Mapping[str, object]) -> list[Mapping[str, object]] | None:
    """The parts of an object's `content`; None where it holds anything else."""
    content = value.get("content")
    if not isinstance(content, list):
        return None
    kinds = {_kind(part) for part in content}
    return content if "" not in kinds and kinds & (TEXT_TYPES | MEDIA_TYPES) else None


def _kind(value: object) -> str:
    """The part's type; "" where it has none."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    return kind if isinstance(kind, str) else ""


def _text(part: Mapping[str, object]) -> str:
    if _kind(part) not in TEXT_TYPES:
        raise ValueError(f"is multimodal, {TEXT_ALONE}")
    text = part.get("text")
    if not isinstance(text, str):
        raise ValueError("has a text part without a string `text`")
    return text
