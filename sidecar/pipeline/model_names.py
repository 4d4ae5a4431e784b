"""Which of the served models a request means. Pure."""

from collections.abc import Mapping
from typing import Literal

from sidecar.errors import StartupError, UnknownModel, WrongModel
from sidecar.pipeline.live_model import LiveModel, SleepingModel

Served = LiveModel | SleepingModel
Kind = Literal["reranker", "encoder"]


def kind_of(model: Served) -> Kind:
    """What the model answers."""
    return "encoder" if model.running.manifest.is_encoder else "reranker"


def find(
    served: Mapping[str, Served], name: str | None, kind: Kind | None, *, strict: bool
) -> Served:
    """The named model, else the first of the kind; without a kind the first of all.

    Raises WrongModel if the name is that of a model of the other kind, UnknownModel if no model of
    the kind is served or, with `strict`, none of that name. Of several encoders a name must be
    right: the vectors of two must not come together in an index.
    """
    fitting = [each for each in served.values() if kind is None or kind_of(each) == kind]
    known = ", ".join(each.name for each in fitting)
    named = None if name is None else served.get(name)
    if named is not None and named not in fitting:
        does = "makes no vectors" if kind == "encoder" else "ranks nothing"
        article = {"reranker": "a reranker", "encoder": "an encoder"}[kind_of(named)]
        hint = f": {known} does" if known else f", and no {kind} is served here"
        raise WrongModel(f"the model `{name}` is {article}, which {does}{hint}")
    if named is not None:
        return named
    if not fitting:
        raise UnknownModel(
            "no encoder is served here: start the service with --model minilm-en-embed, or with "
            "--model NAME=FOLDER for another; the shipped reranker serves beside it"
        )
    if name is not None and (strict or (kind == "encoder" and len(fitting) > 1)):
        raise UnknownModel(f"the model `{name}` is not served here, only {known}")
    return fitting[0]


def name_taken(name: str) -> StartupError:
    """Two models of one name: what to do."""
    return StartupError(f"two models are called {name}: give one NAME=FOLDER")
