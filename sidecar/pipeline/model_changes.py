"""How the models of a registry change while they serve.

Changes are made one after another. What takes a name is proven and warm before it does, first in a
process of its own, and a change that fails leaves everything as it was.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.errors import Conflict, ModelError, ProfileError, StartupError
from sidecar.pipeline.live_model import LiveModel, SleepingModel
from sidecar.pipeline.model_names import Served, kind_of
from sidecar.pipeline.model_sources import read_sources
from sidecar.pipeline.profile_encoders import needed_encoders
from sidecar.pipeline.registry import ModelRegistry
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import ModelSource


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload did, by the models' names."""

    default: str
    added: tuple[str, ...]
    swapped: tuple[str, ...]
    removed: tuple[str, ...]

    @classmethod
    def of(cls, before: Mapping[str, Served], after: Mapping[str, Served]) -> "Reloaded":
        """The difference of the models that were and are served."""
        return cls(
            default=next(iter(after)),
            added=tuple(name for name in after if name not in before),
            swapped=tuple(
                name for name, model in after.items() if before.get(name, model) is not model
            ),
            removed=tuple(name for name in before if name not in after),
        )


class ModelChanges:
    """The changes of one registry; each takes as long as it takes to open a model. Thread-safe."""

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry
        self._stand_in = registry.config.stand_in
        self._change = threading.Lock()

    def load(self, name: str, source: ModelSource) -> LiveModel:
        """The source's model under `name`, in place of the one that had it, which ends with its
        last request.

        Raises ModelError, DeviceError or StartupError with the reason if it must not serve, and
        ProfileError if a profile is calibrated for the one that it replaces, or needs an encoder
        and could not tell which any more.
        """
        with self._change:
            folder = ModelFolder.read(source.folder, self._registry.opener.options)
            _check_kind(name, self._registry.served.get(name), folder)
            live = self._open(name, source, folder)
            after = {**self._registry.served, name: live}
            try:
                self._registry.check_profiles(after)
            except ProfileError:
                self._registry.close_later([live])
                raise
            self._registry.exchange(after)
            return live

    def unload(self, name: str) -> Served:
        """Takes the name away from the model that is returned; it ends with its last request.

        Raises UnknownModel if no model has the name, Conflict for the default's, the stand-in's,
        the only one that a profile is calibrated for, and an encoder that a profile needs.
        """
        with self._change:
            removed = self._registry.find(name, strict=True)
            served = self._registry.served
            if name == next(iter(served)):
                raise Conflict(
                    f"`{name}` is the default model, which answers requests without a name: put "
                    "another model in its place"
                )
            if name == self._stand_in:
                raise Conflict(f"`{name}` is the stand-in of models that fail: it stays")
            after = {key: each for key, each in served.items() if key != name}
            try:
                self._registry.check_profiles(after)
            except ProfileError as fault:
                raise Conflict(fault.message) from None
            self._registry.exchange(after)
            return removed

    def reload(self, sources: Sequence[ModelSource]) -> Reloaded:
        """Makes the sources the models that are served, the first the default. A model whose folder
        holds what it held goes on as it is.

        Raises ModelError, DeviceError or StartupError with the reason if one must not serve or is
        of another kind than its name, and ProfileError if a profile is calibrated for none of
        them, or lacks its encoder.
        """
        with self._change:
            folders = read_sources(sources, self._registry.opener.options)
            if self._stand_in is not None and self._stand_in not in folders:
                raise StartupError(f"setting stand_in: no model is called {self._stand_in}")
            before = self._registry.served
            after: dict[str, Served] = {}
            opened: list[LiveModel] = []
            try:
                for name, (source, folder) in folders.items():
                    old = before.get(name)
                    _check_kind(name, old, folder)
                    sleeping_default = not after and isinstance(old, SleepingModel)
                    if old is not None and not sleeping_default and _is(old, source, folder):
                        after[name] = old
                        continue
                    opened.append(self._open(name, source, folder))
                    after[name] = opened[-1]
                self._registry.check_profiles(after)
            except BaseException:
                self._registry.close_later(opened)
                raise
            self._registry.exchange(after)
            return Reloaded.of(before, after)

    def unload_idle(self, idle_s: float) -> list[SleepingModel]:
        """Puts the models to sleep that nobody has asked for `idle_s` seconds, but never the
        default, the stand-in and encoders that profiles need; returns them."""
        with self._change:
            since = time.monotonic() - idle_s
            served = self._registry.served
            kept = {self._stand_in, *needed_encoders(self._registry.config.profiles, served)}
            asleep = {
                live.name: SleepingModel(live.name, live.source, live.running)
                for live in self._registry.live[1:]
                if not live.requests and live.used < since and live.name not in kept
            }
            if asleep:
                self._registry.exchange({**self._registry.served, **asleep})
            return list(asleep.values())

    def sleep(self, name: str) -> SleepingModel | None:
        """Puts the model to sleep, once its last request has ended; None if it does not (the
        default, the stand-in, an encoder) or is not awake."""
        with self._change:
            live = next((each for each in self._registry.live[1:] if each.name == name), None)
            if live is None or name == self._stand_in or live.running.manifest.is_encoder:
                return None
            asleep = SleepingModel(name, live.source, live.running)
            self._registry.exchange({**self._registry.served, name: asleep})
            return asleep

    def wake(self, name: str) -> LiveModel | None:
        """Loads a sleeping model again; None if it does not sleep (any more).

        Raises ModelError if its folder holds another model by now, and what `load` raises.
        """
        with self._change:
            asleep = self._registry.served.get(name)
            if not isinstance(asleep, SleepingModel):
                return None
            folder = ModelFolder.read(asleep.source.folder, self._registry.opener.options)
            was, now = asleep.running.score_revision, folder.running.score_revision
            if was != now:
                raise ModelError(
                    f"{folder.path} holds another model than when {name} was unloaded: its score "
                    f"revision is {now}, and was {was}"
                )
            live = self._open(name, asleep.source, folder)
            self._registry.exchange({**self._registry.served, name: live})
            return live

    def _open(self, name: str, source: ModelSource, folder: ModelFolder) -> LiveModel:
        return self._registry.opener.open(ModelSource(source.folder, name), folder, apart=True)


def _check_kind(name: str, before: Served | None, folder: ModelFolder) -> None:
    """Raises ModelError for an encoder in a reranker's place, or the reverse: whoever asks for the
    name would get refusals."""
    is_encoder = folder.running.manifest.is_encoder
    if before is not None and is_encoder != (kind_of(before) == "encoder"):
        made = "an encoder" if is_encoder else "a reranker"
        raise ModelError(
            f"`{name}` is the name of another kind of model: {folder.path} holds {made}"
        )


def _is(served: Served, source: ModelSource, folder: ModelFolder) -> bool:
    """Whether what the folder holds is what is served from there."""
    return served.source.folder == source.folder and served.running == folder.running
