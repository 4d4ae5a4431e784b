"""The encoder whose vectors an index holds: as the sidecar serves it, and what asks it for them.

encoder = run(client, served_encoder("http://sidecar:8080"))
encoder.name, encoder.dimension      # "minilm-en-embed", 384
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from es_integration.cluster.procedure import Aside, Body, Procedure
from es_integration.cluster.sidecar_info import sidecar_info
from es_integration.errors import NoEncoder, SidecarError

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder's name and the length of its vectors, which an index's field must have.

    Raises ValueError for an empty name or a dimension below 1.
    """

    name: str
    dimension: int
    must_be_named: bool = field(default=False, compare=False)
    """Whether a request that names neither gets other vectors, or none: there are several encoders,
    or it is not the encoder's own dimension."""

    def __post_init__(self) -> None:
        if not self.name or self.dimension < 1:
            raise ValueError(f"no encoder: {self.name!r} with {self.dimension} dimensions")


class Embedder(StrEnum):
    """What asks the sidecar for vectors from a cluster, and the end of its name there. There are
    two, because encoders may read documents and queries differently."""

    DOCUMENTS = "embed-documents"
    QUERIES = "embed-queries"

    @property
    def kind(self) -> str:
        """The sidecar's word for what its texts are."""
        return "document" if self is Embedder.DOCUMENTS else "query"


def known_encoder(encoder: Encoder | None) -> Encoder:
    """The encoder of an install with `embed`. Raises ValueError when it is not known."""
    if encoder is None:
        raise ValueError("embed needs the sidecar's encoder: `served_encoder` asks for it")
    return encoder


def request_keys(encoder: Encoder, embedder: Embedder) -> Body:
    """What a request to the sidecar's `/v1/embeddings` has beside `input`. Long texts are cut, not
    refused."""
    return {
        "model": encoder.name,
        "dimensions": encoder.dimension,
        "input_type": embedder.kind,
        "truncate": True,
    }


def served_encoder(
    sidecar_url: str,
    name: str | None = None,
    dimension: int | None = None,
    *,
    key: str | None = None,
    ca: str | None = None,
) -> Procedure[Encoder]:
    """The sidecar's encoder of that name, by default its only one; `dimension` may be one of its
    Matryoshka sizes.

    Where this machine does not reach the sidecar, as the cluster's nodes do, a name and a dimension
    are taken as they are. Raises NoEncoder.
    """
    url = sidecar_url.rstrip("/")
    try:
        info = yield Aside(partial(sidecar_info, url, key, ca, TIMEOUT_S))
        served = _models(info)
    except SidecarError as fault:
        if name is not None and dimension is not None:
            return Encoder(name, dimension)
        raise NoEncoder(
            f"which encoder the sidecar serves cannot be read from this machine ({fault.message}):"
            " name it and its dimension (--encoder, --dimension)"
        ) from fault
    return chosen_encoder(served, url, name, dimension)


def chosen_encoder(
    served: Sequence[Mapping[str, Any]], url: str, name: str | None, dimension: int | None
) -> Encoder:
    """The encoder among the `models` of a sidecar's /info; as `served_encoder`. Pure."""
    encoders = {str(model["model"]): model for model in served if model.get("kind") == "encoder"}
    names = ", ".join(encoders)
    if not encoders:
        raise NoEncoder(f"the sidecar at {url} serves no encoder: start it with one (--model)")
    if name is None and len(encoders) > 1:
        raise NoEncoder(f"the sidecar serves the encoders {names}: name one (--encoder)")
    if name is not None and name not in encoders:
        kind = "a reranker" if name in {model["model"] for model in served} else "not served"
        raise NoEncoder(f"{name} is {kind} there; the sidecar at {url} has the encoder {names}")
    name = name or names
    sizes = sorted({*encoders[name].get("matryoshka", ()), encoders[name]["dimensions"]})
    if dimension is not None and dimension not in sizes:
        allowed = " or ".join(map(str, sizes))
        raise NoEncoder(f"vectors of {name} have {allowed} dimensions, not {dimension}")
    own = int(encoders[name]["dimensions"])
    must_be_named = len(encoders) > 1 or dimension not in (None, own)
    return Encoder(name, dimension or own, must_be_named)


def _models(info: Any) -> Sequence[Mapping[str, Any]]:
    """A service that is no sidecar, or an old one, has no encoders."""
    models = info.get("models") if isinstance(info, Mapping) else None
    return models if isinstance(models, list) else ()
