"""The bodies of pipelines that users have, with a route's processors in them and without."""

import copy
from typing import Any

import pytest

from es_integration import OpenSearchInstall, PipelineConflict, Route
from es_integration.opensearch import bodies
from es_integration.opensearch.merge import merged, without
from es_integration.opensearch.processors import tagged_processors

SPEC = OpenSearchInstall("http://127.0.0.1:8090", fields=("title", "brand"))
LEGAL = OpenSearchInstall("http://127.0.0.1:8090", "legal")
OURS = tagged_processors(SPEC, Route.STRUCTURED, "M")
FLAT = tagged_processors(SPEC, Route.FLAT, "F")
TRUNCATE: dict[str, Any] = {"truncate_hits": {"tag": "mine", "target_size": 5}}
SPLIT: dict[str, Any] = {"split": {"field": "tags", "separator": ","}}
MINE = {
    "version": 7,
    "description": "of the shop",
    "request_processors": [{"oversample": {"sample_factor": 2.0}}],
    "response_processors": [SPLIT, TRUNCATE],
    "phase_results_processors": [{"normalization-processor": {}}],
}


def tags(pipeline: Any) -> list[str]:
    """The tag of each response processor, or its type."""
    return [
        config.get("tag", kind).rpartition("/")[2]
        for processor in pipeline["response_processors"]
        for kind, config in processor.items()
    ]


def with_processors(*processors: Any) -> dict[str, Any]:
    return {**MINE, "response_processors": list(processors)}


@pytest.mark.parametrize("ours", [OURS, FLAT])
def test_what_is_put_in_and_taken_out_leaves_the_rest_as_it_was(ours: Any) -> None:
    before = copy.deepcopy(MINE)
    both = merged(MINE, ours)
    assert list(both) == list(MINE), "the order of the keys"
    assert both == with_processors(SPLIT, *ours, TRUNCATE)
    assert merged(both, ours) == both
    assert without(both, ours) == before == MINE
    assert without(MINE, ours) == MINE


@pytest.mark.parametrize(
    ("theirs", "place"),
    [
        ([], 0),
        ([SPLIT], 1),
        ([{"collapse": {"field": "brand"}}, SPLIT], 0),
        ([SPLIT, {"retrieval_augmented_generation": {"model_id": "L"}}], 1),
    ],
)
def test_reranking_comes_last_but_before_what_reads_the_best_hits(
    theirs: list[Any], place: int
) -> None:
    both = merged(with_processors(*theirs), OURS)["response_processors"]
    assert both[place : place + len(OURS)] == OURS
    assert both[:place] + both[place + len(OURS) :] == theirs


def test_a_pipeline_without_response_processors_gets_and_loses_the_list() -> None:
    requests = {"request_processors": [{"oversample": {"sample_factor": 2.0}}]}
    both = merged(requests, OURS)
    assert both == {**requests, "response_processors": OURS}
    assert without(both, OURS) == requests


def test_processors_are_updated_where_their_owner_moved_them_to() -> None:
    score, keep, rerank, restore = copy.deepcopy(OURS)
    score["ml_inference"] |= {"model_id": "OLD", "ignore_failure": False, "description": "mine"}
    rerank["rerank"]["by_field"]["previous_score_field"] = "first"
    moved = with_processors(score, SPLIT, keep, TRUNCATE, rerank, restore)
    both = merged(moved, OURS)
    assert tags(both) == tags(moved)
    updated = both["response_processors"][0]["ml_inference"]
    assert updated["model_id"] == "M"
    assert updated["description"] == "mine"
    assert updated["ignore_failure"] is False, "its owner decides"
    assert both["response_processors"][4] == rerank, "an added key stays"
    assert merged(both, OURS) == both


def test_a_processor_that_is_missing_comes_back_beside_the_others() -> None:
    _, keep, rerank, restore = OURS
    assert tags(merged(with_processors(SPLIT, keep, rerank, TRUNCATE), OURS)) == [
        *("split", "score", "keep", "rerank", "restore", "mine")
    ]
    only_last = merged(with_processors(restore, SPLIT), OURS)
    assert tags(only_last) == ["score", "keep", "rerank", "restore", "split"]


@pytest.mark.parametrize("tag", [{}, {"tag": "mine"}])
def test_pasted_processors_are_known_by_their_model(tag: dict[str, str]) -> None:
    for route, ours in ((Route.STRUCTURED, OURS), (Route.FLAT, FLAT)):
        model = "M" if route is Route.STRUCTURED else "F"
        printed = copy.deepcopy(bodies.processors(SPEC, route, model))
        for processor in printed:
            for config in processor.values():
                config |= tag
        pasted = with_processors(*printed, TRUNCATE)
        assert merged(pasted, ours) == with_processors(*ours, TRUNCATE)
        assert without(pasted, ours) == with_processors(TRUNCATE)


def test_what_only_looks_alike_is_somebody_elses() -> None:
    other_type = {"truncate_hits": {"tag": OURS[0]["ml_inference"]["tag"], "target_size": 3}}
    other_rename = {"rename_field": {"field": "a", "target_field": "b"}}
    other_model = {"ml_inference": {"model_id": "X", "output_map": [{"summary": "text"}]}}
    other_rerank = {"rerank": {"by_field": {"target_field": "stars"}}}
    theirs = (other_rename, other_model, other_rerank, other_type)
    both = merged(with_processors(*theirs), OURS)
    assert both == with_processors(*theirs[:3], *OURS, other_type)
    assert without(both, OURS) == with_processors(*theirs)
    of_legal = with_processors(*bodies.processors(LEGAL, Route.STRUCTURED, "L"))
    assert without(of_legal, OURS) == of_legal, "all profiles sort by the same field"


@pytest.mark.parametrize("edit", [merged, without])
def test_two_processors_with_one_tag_are_left_to_their_owner(edit: Any) -> None:
    with pytest.raises(PipelineConflict, match="2 of its rerank processors are rerank-sidecar-eco"):
        edit(with_processors(*OURS, OURS[2]), OURS)


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (tagged_processors(LEGAL, Route.STRUCTURED, "L"), "rerank-sidecar-legal-structured"),
        (tagged_processors(LEGAL, Route.FLAT, "L"), "rerank-sidecar-legal-flat"),
        (FLAT, "rerank-sidecar-ecommerce-flat"),
        (bodies.processors(LEGAL, Route.STRUCTURED, "L"), "another route of a sidecar"),
    ],
)
def test_a_pipeline_never_reranks_twice(other: Any, name: str) -> None:
    both = with_processors(SPLIT, *other)
    with pytest.raises(PipelineConflict, match=f"by {name} already.*ext.ml_inference.profile"):
        merged(both, OURS)
    assert without(both, OURS) == both
