"""A route's processors in a pipeline that users have: put in, updated, taken out; pure.

A processor is the sidecar's by its type and its tag. One that was pasted, with no tag or another,
is known by what it names: the model, or the field of the score. Everything else in the pipeline is
somebody else's, and stays as it is and where it is.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from es_integration.cluster.procedure import Body
from es_integration.errors import PipelineConflict
from es_integration.opensearch.bodies import SCORE_FIELD
from es_integration.opensearch.spec import Route

RESPONSE = "response_processors"
REQUEST = "request_processors"
PHASE_RESULTS = "phase_results_processors"
ENRICHER = "neural_query_enricher"
_AFTER_RERANKING = ("truncate_hits", "collapse", "retrieval_augmented_generation")
"""Processors that drop hits or read the best ones: what is gone before is not reranked."""
_ROUTE = re.compile(rf"(.+-({'|'.join(Route)}))/[a-z]+")
"""The tag of a processor of any sidecar, with the name of its route."""
_OWNERS_CHOICE = "ignore_failure"
"""What a pipeline's owner decides: it is set once, and kept as it is found."""


def merged(pipeline: Body, expected: Sequence[Body]) -> Body:
    """The pipeline with the `expected` processors of a route in it.

    Those that it has are updated where they are, and keep the keys that others added. Those that it
    lacks come next to them, or before the first processor that must come after reranking, or last.
    Raises PipelineConflict when two processors have one tag, and when the pipeline already reranks
    by another profile or route of a sidecar.
    """
    processors = list(pipeline.get(RESPONSE) or ())
    places = _places(processors, expected)
    _refuse_second(processor for at, processor in enumerate(processors) if at not in places)
    inserted: defaultdict[int, list[Body]] = defaultdict(list)
    at = min((place for place in places if place is not None), default=_first_place(processors))
    for place, processor in zip(places, expected, strict=True):
        if place is None:
            inserted[at].append(processor)
        else:
            processors[place] = _updated(processors[place], processor)
            at = place + 1
    slots = range(len(processors) + 1)
    all_in_order = [one for at in slots for one in (*inserted[at], *processors[at : at + 1])]
    return {**pipeline, RESPONSE: all_in_order}


def without(pipeline: Body, expected: Sequence[Body]) -> Body:
    """The pipeline without the `expected` processors of a route. Raises PipelineConflict when two
    processors have one tag."""
    return _without(pipeline, RESPONSE, _places(pipeline.get(RESPONSE) or (), expected))


def with_queries(pipeline: Body, enricher: Body, normalization: Body) -> Body:
    """The pipeline for `neural` and `hybrid` queries: `enricher`, updated where it is, gives them
    their model, and where nothing combines the scores of a hybrid query `normalization` does.

    Raises PipelineConflict when the pipeline gives them another model.
    """
    processors = list(pipeline.get(REQUEST) or ())
    ours = _tagged(processors, enricher)
    if any(ENRICHER in processor for at, processor in enumerate(processors) if at not in ours):
        raise PipelineConflict(
            f"it has a {ENRICHER} of its own, which names another model: take it out, or install"
            " without --embed"
        )
    for at in ours:
        processors[at] = _updated(processors[at], enricher)
    combining = pipeline.get(PHASE_RESULTS) or [normalization]
    requests = processors if ours else [*processors, enricher]
    return {**pipeline, REQUEST: requests, PHASE_RESULTS: combining}


def without_queries(pipeline: Body, enricher: Body, normalization: Body) -> Body:
    """The pipeline without what `with_queries` puts in."""
    for key, expected in ((REQUEST, enricher), (PHASE_RESULTS, normalization)):
        pipeline = _without(pipeline, key, _tagged(pipeline.get(key) or (), expected))
    return pipeline


def _without(pipeline: Body, key: str, places: Collection[int | None]) -> Body:
    """The pipeline without the processors at these places of the list `key`, and without the list
    if none is left."""
    processors = pipeline.get(key) or ()
    kept = [processor for at, processor in enumerate(processors) if at not in places]
    if len(kept) == len(processors):
        return pipeline
    if kept:
        return {**pipeline, key: kept}
    return {name: value for name, value in pipeline.items() if name != key}


def _tagged(processors: Sequence[Body], expected: Body) -> list[int]:
    """The places of the processors with the type and the tag of the expected one."""
    ((kind, config),) = expected.items()
    return [
        at
        for at, processor in enumerate(processors)
        if isinstance(found := processor.get(kind), Mapping) and found.get("tag") == config["tag"]
    ]


def _places(processors: Sequence[Body], expected: Sequence[Body]) -> list[int | None]:
    """The index of each expected processor; None for one that is not there.

    The first one names the model. Where it is not there, those without the tag are not ours: the
    processors of all profiles sort by the same field.
    """
    calls_model, *others = expected
    first = _place(processors, calls_model, pasted=True)
    return [first, *(_place(processors, other, pasted=first is not None) for other in others)]


def _place(processors: Sequence[Body], expected: Body, *, pasted: bool) -> int | None:
    places = [at for at, found in enumerate(processors) if _is(found, expected, pasted=pasted)]
    if len(places) > 1:
        ((kind, config),) = expected.items()
        raise PipelineConflict(
            f"{len(places)} of its {kind} processors are {config['tag']}: leave one of them"
        )
    return places[0] if places else None


def _is(processor: Body, expected: Body, *, pasted: bool) -> bool:
    """Whether it is the expected one; `pasted`: one without its tag may be."""
    ((kind, config),) = expected.items()
    found = processor.get(kind)
    if not isinstance(found, Mapping):
        return False
    tag = str(found.get("tag"))
    if tag == config["tag"] or _ROUTE.fullmatch(tag):
        return bool(tag == config["tag"])
    return pasted and _named(kind, found) == _named(kind, config)


def _named(kind: str, config: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a processor without its tag from others of its type."""
    if kind == "rename_field":
        return config.get("field"), config.get("target_field")
    if kind == "ml_inference":
        return (config.get("model_id"),)
    by_field, by_model = (config.get(key) or {} for key in ("by_field", "ml_opensearch"))
    return by_field.get("target_field"), by_model.get("model_id")


def _updated(found: Body, expected: Body) -> Body:
    ((kind, config),) = expected.items()
    owners = {key: found[kind][key] for key in (_OWNERS_CHOICE,) if key in found[kind]}
    return {**found, kind: {**_overlaid(found[kind], config), **owners}}


def _overlaid(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Body:
    """`found` with the values of `expected`; further keys, at any depth of objects, stay."""
    both = {
        key: _overlaid(found[key], value)
        if isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        else value
        for key, value in expected.items()
    }
    return {**found, **both}


def _first_place(processors: Sequence[Body]) -> int:
    return next(
        (at for at, processor in enumerate(processors) if {*processor} & {*_AFTER_RERANKING}),
        len(processors),
    )


def _refuse_second(others: Iterable[Body]) -> None:
    """A search would be reranked twice, and the last processor would decide."""
    for processor in others:
        if (name := _route_of(processor)) is not None:
            raise PipelineConflict(
                f"it reranks by {name} already, and of two the last would decide. Take the other"
                " out, or let one serve several profiles: install it with the fields of all"
                " (--fields), and name the profile in each search, in ext.ml_inference.profile"
            )


def _route_of(processor: Body) -> str | None:
    """The route of a sidecar whose score the processor gets or sorts by; None for any other."""
    for kind in ("ml_inference", "rerank"):
        config = processor.get(kind)
        if not isinstance(config, Mapping):
            continue
        if match := _ROUTE.fullmatch(str(config.get("tag"))):
            return match[1]
        outputs = config.get("output_map") or ()
        by_field = config.get("by_field") or {}
        if by_field.get("target_field") == SCORE_FIELD or any(SCORE_FIELD in o for o in outputs):
            return "another route of a sidecar"
    return None
