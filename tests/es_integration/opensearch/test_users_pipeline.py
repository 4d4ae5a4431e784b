"""Install into a search pipeline that users have, and out of it again, against the fake cluster."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, PipelineConflict, Route, StillInUse
from es_integration.cluster.change import Action, apply
from es_integration.cluster.procedure import run
from es_integration.opensearch import (
    install,
    plan_install,
    plan_uninstall,
    uninstall,
    verify_cluster,
)
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch

MINE: dict[str, Any] = {
    "description": "of the shop",
    "request_processors": [{"oversample": {"sample_factor": 2.0}}],
    "response_processors": [{"truncate_hits": {"tag": "mine"}}],
}
OWN = OpenSearchInstall("http://127.0.0.1:8090", fields=("title", "brand"))
SPEC = replace(OWN, routes=(Route.STRUCTURED,), into="shop")
NAME = SPEC.pipeline(Route.STRUCTURED)


@pytest.fixture(autouse=True)
def _theirs(fake: FakeOpenSearch) -> None:
    fake.pipelines["shop"] = copy.deepcopy(MINE)


def kinds(fake: FakeOpenSearch, name: str = "shop") -> list[str]:
    return [kind for one in fake.pipelines[name]["response_processors"] for kind in one]


def test_the_route_goes_into_the_named_pipeline_and_nowhere_else(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    made = install(client, SPEC)
    assert [(change.kind, change.name) for change in made][2:] == [
        ("connector", NAME),
        ("remote model", NAME),
        ("search pipeline", "shop"),
    ]
    assert made[-1].action is Action.UPDATE
    removed = [line for line in made[-1].diff().splitlines()[2:] if line.startswith("-")]
    assert removed == [], "the plan shows that nothing is taken away"
    assert list(fake.pipelines) == ["shop"]
    assert kinds(fake) == ["ml_inference", "rename_field", "rerank", "rename_field", *kinds_of()]
    (model,) = fake.models
    processor = fake.pipelines["shop"]["response_processors"][0]["ml_inference"]
    assert processor["model_id"] == model
    assert install(client, SPEC) == ()
    assert [check.name for check in verify_cluster(client, SPEC) if not check.passed] == []


def kinds_of() -> list[str]:
    return [kind for one in MINE["response_processors"] for kind in one]


def test_what_others_change_between_two_installs_stays(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    shop = fake.pipelines["shop"]
    shop["description"] = "of the shop, edited"
    shop["response_processors"].insert(0, {"split": {"field": "tags", "separator": ","}})
    assert install(client, SPEC) == ()
    (change,) = install(client, replace(SPEC, fields=("title",)))
    assert change.name == "shop"
    assert "-            \"documents\": \"$['title','brand']\"," in change.diff()
    assert fake.pipelines["shop"]["description"] == "of the shop, edited"
    assert kinds(fake)[:2] == ["split", "ml_inference"]
    uninstall(client, SPEC)
    assert kinds(fake) == ["split", *kinds_of()]


def test_a_change_made_while_the_plan_was_read_stays(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    for planning in (plan_install, plan_uninstall):
        plan = run(client, planning(SPEC))
        fake.pipelines["shop"]["response_processors"].append({planning.__name__: {}})
        run(client, apply(plan))
        assert kinds(fake)[-1] == planning.__name__
    assert kinds(fake) == [*kinds_of(), "plan_install", "plan_uninstall"]
    plan = run(client, plan_install(SPEC))
    del fake.pipelines["shop"]
    with pytest.raises(PipelineConflict, match="there is no search pipeline shop"):
        run(client, apply(plan))


def test_uninstalling_leaves_the_cluster_as_it_was(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    def state() -> str:
        return repr((fake.settings, fake.connectors, fake.models, fake.pipelines, fake.groups))

    before = state()
    install(client, SPEC)
    removed = uninstall(client, SPEC)
    assert [(change.kind, change.action) for change in removed][:3] == [
        ("search pipeline", Action.UPDATE),
        ("remote model", Action.DELETE),
        ("connector", Action.DELETE),
    ]
    assert state() == before
    assert uninstall(client, SPEC) == ()


def test_uninstalling_needs_no_fields_and_no_pipeline(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    plain = replace(SPEC, profile="plain")
    install(client, plain)
    uninstall(client, replace(plain, fields=()))
    assert fake.pipelines == {"shop": MINE}
    install(client, plain)
    del fake.pipelines["shop"]
    kinds = [change.kind for change in uninstall(client, plain)]
    assert kinds[:2] == ["remote model", "connector"]


def test_a_model_that_another_pipeline_uses_stays(client: OpenSearch, fake: FakeOpenSearch) -> None:
    fake.pipelines["second"] = {}
    install(client, SPEC)
    install(client, replace(SPEC, into="second"))
    with pytest.raises(StillInUse, match=r"\['second', 'shop'\] use .*by `uninstall` with --into"):
        uninstall(client, OWN)
    plan = run(client, plan_uninstall(SPEC))
    assert [change.kind for change in plan] == ["search pipeline", "route"]
    assert plan[1].before == {
        "left out": "its connector and model stay, because the search pipelines ['second'] use them"
    }
    run(client, apply(plan))
    assert kinds(fake) == kinds_of()
    assert len(fake.models) == 1
    uninstall(client, replace(SPEC, into="second"))
    assert fake.pipelines == {"shop": MINE, "second": {}}
    assert not fake.models


def test_the_sidecars_own_pipeline_stays_beside_it(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, OWN)
    own = copy.deepcopy(fake.pipelines[NAME])
    (change,) = install(client, SPEC)
    assert change.name == "shop"
    uninstall(client, SPEC)
    assert fake.pipelines[NAME] == own
    assert fake.pipelines["shop"] == MINE
    assert len(fake.models) == 2
    uninstall(client, OWN)
    assert fake.pipelines == {"shop": MINE}


def test_a_pipeline_that_is_missing_or_reranks_already_is_named(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    missing = replace(SPEC, into="shpo")
    with pytest.raises(PipelineConflict, match="there is no search pipeline shpo"):
        install(client, missing)
    assert not fake.connectors, "nothing is made before"
    install(client, SPEC)
    second = replace(SPEC, profile="legal")
    reason = f"search pipeline shop: it reranks by {NAME} already"
    with pytest.raises(PipelineConflict, match=reason):
        install(client, second)
    (check,) = verify_cluster(client, second)
    assert (check.name, check.passed) == ("search pipeline", False)
    assert reason in check.detail
    shop = fake.pipelines["shop"]
    shop["response_processors"].append(shop["response_processors"][0])
    for edit in (install, uninstall):
        with pytest.raises(PipelineConflict, match="2 of its ml_inference processors are"):
            edit(client, SPEC)


def test_one_route_goes_into_a_pipeline_and_not_into_the_sidecars_own() -> None:
    with pytest.raises(ValueError, match="the processors of one route"):
        replace(OWN, into="shop")
    with pytest.raises(ValueError, match="is the sidecar's own pipeline"):
        replace(SPEC, into=NAME)
