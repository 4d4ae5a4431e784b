"""The ingest pipeline that writes vectors, as far as it is the same for both search engines.

It writes the texts of a document's fields into one, has its vector made, and drops the text again.
A document without any text gets no vector, and one whose vector cannot be made is refused: it would
never be found by its meaning. It is an index's final pipeline, and calls the one that would be.
"""

from collections.abc import Collection, Sequence
from typing import Any

import mappings
from es_integration.cluster.calls import Send, ignore_missing, indices_with_setting
from es_integration.cluster.encoder import Encoder
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import PipelineConflict, StillInUse

KIND = "ingest pipeline"
OURS = "rerank-sidecar: "
"""How the description of everything that an install makes begins."""
TEXT_FIELD = "rerank_sidecar_text"
"""Where a document's text stands between two processors; no document has such a field."""
_COMPARED = ("description", "processors", "on_failure", "version")
"""The keys of a pipeline that decide what it does; clusters add their own, such as dates."""
INDEX_SETTINGS = ("index.default_pipeline", "index.final_pipeline")


def embedded_fields(profile: str, named: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The names of each field whose text makes a document's vector: those that are named, else the
    prose of the profile's templates. Of a field's names the first that a document has is taken.

    Raises ValueError when none are named and the profile has no templates.
    """
    if named:
        return tuple((name,) for name in named)
    if profile not in mappings.DOMAINS:
        raise ValueError(
            f"name the fields to embed for the profile {profile!r} (`embed_fields`,"
            f" `--embed-fields`): only {' and '.join(mappings.DOMAINS)} have templates that"
            " name them"
        )
    return mappings.prose(profile)


def vector_pipeline(
    encoder: Encoder,
    vector_field: str,
    fields: Sequence[Sequence[str]],
    embedding: Sequence[Body],
    then: str | None,
    dropped: Sequence[str] = (TEXT_FIELD,),
) -> Body:
    """The pipeline. `embedding` are the processors that make a vector of TEXT_FIELD, `dropped` the
    fields that they leave, `then` the pipeline that is called at the end."""
    field = dropped[0] if len(dropped) == 1 else list(dropped)
    return {
        "description": f"{OURS}writes {vector_field} by {encoder.name}",
        "processors": [
            mappings.plain_text_processor(fields, TEXT_FIELD),
            *embedding,
            {"remove": {"field": field, "ignore_missing": True}},
            *([] if then is None else [{"pipeline": {"name": then}}]),
        ],
    }


def found_pipeline(send: Send, name: str) -> Procedure[Body | None]:
    """What decides what the ingest pipeline of that name does. Raises ClusterRefused."""
    answer: Any = yield from ignore_missing(
        send(lambda client: client.ingest.get_pipeline(id=name))
    )
    if not answer:
        return None
    return {key: value for key, value in answer[name].items() if key in _COMPARED}


def is_ours(pipeline: Body) -> bool:
    """Whether an install made the pipeline."""
    return str(pipeline.get("description")).startswith(OURS)


def refuse_foreign(kind: str, name: str, before: Body | None) -> None:
    """Raises PipelineConflict for a pipeline that no install made."""
    if before is not None and not is_ours(before):
        raise PipelineConflict(
            f"there is a {kind} {name} that is not the sidecar's: rename it, or install under"
            " another --name"
        )


def refuse_used(send: Send, settings: Collection[str], kind: str, name: str) -> Procedure[None]:
    """Raises StillInUse where an index names the pipeline in one of the settings; ClusterRefused.

    Such an index would refuse every document, or search.
    """
    for setting in settings:
        indices = yield from indices_with_setting(send, setting, {name})
        if indices:
            raise StillInUse(
                f"indices {indices} use the {kind} {name}: delete them, or set"
                f' "{setting}": "_none" there first'
            )
