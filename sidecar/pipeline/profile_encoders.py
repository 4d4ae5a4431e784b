"""Which encoders profiles need: their `cosine` signals with `encode`.

A service does not start without them, and takes none of them away. Pure.
"""

from collections.abc import Iterator, Mapping

from sidecar.errors import ProfileError, UnknownModel, WrongModel
from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.pipeline.model_names import Served, find
from sidecar.profiles import Profiles


def check_encoders(profiles: Profiles, served: Mapping[str, Served]) -> None:
    """Raises ProfileError for a signal whose encoder is not served, or that names none where there
    are several."""
    for place, name in _wanted(profiles):
        try:
            encoder = find(served, name, "encoder", strict=True)
            several = name is None and _encoders(served) > 1
        except (UnknownModel, WrongModel) as fault:
            start = "serve --model minilm-en-embed" if name is None else f"serve --model {name}=..."
            raise ProfileError(f"{place}: {fault.message} ({start})") from None
        if several:
            raise ProfileError(
                f"{place}: several encoders are served: name one, such as `encoder: {encoder.name}`"
            )


def needed_encoders(profiles: Profiles, served: Mapping[str, Served]) -> set[str]:
    """The names of the served encoders that profiles need."""
    return {find(served, name, "encoder", strict=True).name for _, name in _wanted(profiles)}


def _wanted(profiles: Profiles) -> Iterator[tuple[str, str | None]]:
    """(where, the encoder's name, if one is named) of each signal."""
    for profile in profiles.by_name.values():
        for name, signal in encoded_signals(profile).items():
            yield f"{profile.name}.yaml: signals.{name}", signal.encoder


def _encoders(served: Mapping[str, Served]) -> int:
    return sum(each.running.manifest.is_encoder for each in served.values())
