"""The folders of the models that are to be served, read and in order."""

from collections.abc import Sequence

from sidecar.pipeline.model_names import name_taken
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import ModelSource, RuntimeOptions

Sources = dict[str, tuple[ModelSource, ModelFolder]]


def read_sources(sources: Sequence[ModelSource], options: RuntimeOptions) -> Sources:
    """The sources with their folders, by the names of their models: rerankers first, and the first
    of them the default. Beside encoders alone that is the shipped one.

    Raises ModelError, or StartupError if two have one name or the options conflict.
    """
    folders: Sources = {}
    for source in sources:
        _add(folders, source, options)
    rerankers = {name: each for name, each in folders.items() if not _is_encoder(each[1])}
    if not rerankers:
        _add(rerankers, ModelSource(), options)
    for name, each in folders.items():
        if _is_encoder(each[1]):
            if name in rerankers:
                raise name_taken(name)
            rerankers[name] = each
    return rerankers


def _add(folders: Sources, source: ModelSource, options: RuntimeOptions) -> None:
    folder = ModelFolder.read(source.folder, options)
    name = source.name or folder.running.manifest.name
    if name in folders:
        raise name_taken(name)
    folders[name] = source, folder


def _is_encoder(folder: ModelFolder) -> bool:
    return folder.running.manifest.is_encoder
