"""What an encoder reads of each document for `cosine` signals with `encode`. Pure."""

from collections.abc import Mapping, Sequence

from sidecar.profile import Profile
from sidecar.search import Fields, Search
from sidecar.signals import SearchReader
from sidecar.signals.cosine import CosineSignal
from sidecar.text.compose import Passage
from sidecar.text.plain_documents import marked_up

TextsBySignal = Mapping[str, tuple[str, ...]]
"""Signal -> a text per document; blank where there is none."""


def encoded_signals(profile: Profile) -> dict[str, CosineSignal]:
    """The profile's signals that need an encoder, by name."""
    return {
        name: signal
        for name, signal in profile.signals.items()
        if isinstance(signal, CosineSignal) and signal.encode
    }


def encoded_texts(
    profile: Profile, documents: Sequence[Fields], passages: Sequence[Passage]
) -> TextsBySignal:
    """The texts of each such signal: of its field, else all that the model reads."""
    signals = encoded_signals(profile)
    if not signals:
        return {}
    reader = SearchReader(Search("", documents), marked_up=marked_up(profile))
    return {
        name: tuple(map(_values, passages))
        if signal.field is None
        else tuple(reader.texts(signal.field))
        for name, signal in signals.items()
    }


def _values(passage: Passage) -> str:
    """The values without their labels: encoders are trained on plain texts."""
    segments = [*passage.segments, *(alone.segment for alone in passage.alone)]
    return " ".join(segment.text[segment.start :].strip() for segment in segments)
