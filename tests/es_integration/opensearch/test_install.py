"""Install, install again, change and uninstall, against the fake cluster."""

from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch

from es_integration import ClusterRefused, NotDeployed, OpenSearchInstall, Route, StillInUse
from es_integration.cluster.change import Action, apply
from es_integration.cluster.procedure import run
from es_integration.opensearch import (
    install,
    install_async,
    installed_highlighter,
    plan_install,
    plan_uninstall,
    uninstall,
    uninstall_async,
)
from es_integration.opensearch.settings import FACTORIES
from tests.es_integration.opensearch.fake_opensearch import ML, FakeOpenSearch

CONNECTOR = f"{ML}/connectors/_create"
SPEC = OpenSearchInstall("http://127.0.0.1:8090", fields=("title", "brand"))


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("es_integration.opensearch.connectors.CREATE_PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr("es_integration.opensearch.connectors.IN_USE_PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr("es_integration.opensearch.models.POLL_S", 0.001)
    monkeypatch.setattr("es_integration.opensearch.models.DEPLOY_TIMEOUT_S", 0.01)


def writes(fake_server: Any) -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path, _ in fake_server.requests
        if method != "GET" and not path.endswith("_search")
    ]


def state(fake: FakeOpenSearch) -> Any:
    return fake.settings, fake.connectors, fake.models, fake.pipelines, fake.groups


def test_settings_then_each_route_are_made_in_order(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    made = install(client, SPEC)
    names = [f"rerank-sidecar-ecommerce-{route}" for route in ("flat", "structured")]
    assert [(change.kind, change.name) for change in made][2:] == [
        (kind, name) for name in names for kind in ("connector", "remote model", "search pipeline")
    ]
    assert writes(fake_server) == [
        ("PUT", "/_cluster/settings"),
        ("PUT", "/_cluster/settings"),
        *[
            call
            for name in names
            for call in (
                ("POST", CONNECTOR),
                ("POST", f"{ML}/models/_register"),
                ("PUT", f"/_search/pipeline/{name}"),
            )
        ],
    ]
    flat = fake.pipelines[names[0]]["response_processors"][0]["rerank"]
    model = fake.models[flat["ml_opensearch"]["model_id"]]
    assert fake.connectors[model["connector_id"]]["name"] == names[0]


def test_the_second_time_nothing_is_changed(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    fake_server.requests.clear()
    plan = run(client, plan_install(SPEC))
    assert {change.action for change in plan} == {Action.KEEP}
    assert install(client, SPEC) == ()
    assert writes(fake_server) == []


def test_a_plan_changes_nothing(client: OpenSearch, fake_server: Any, fake: FakeOpenSearch) -> None:
    assert all(change.diff() for change in run(client, plan_install(SPEC)))
    run(client, plan_uninstall(SPEC))
    assert writes(fake_server) == []


def test_uninstalling_leaves_the_cluster_as_it_was(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    before = repr(state(fake))
    install(client, SPEC)
    kinds = [change.kind for change in uninstall(client, SPEC)]
    assert kinds[:6] == ["search pipeline", "remote model"] * 2 + ["connector"] * 2
    assert repr(state(fake)) == before
    assert uninstall(client, SPEC) == ()


def test_an_index_that_searches_by_a_pipeline_keeps_it(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    fake_server.requests.clear()
    name = SPEC.pipeline(Route.STRUCTURED)
    fake.indices = {"shop": {"index.search.default_pipeline": name}, "other": {}}
    with pytest.raises(StillInUse, match=rf"\['shop'\] search by the pipeline {name}: set"):
        uninstall(client, SPEC)
    assert writes(fake_server) == []
    fake.indices["shop"] = {"index.search.default_pipeline": "another"}
    assert len(uninstall(client, SPEC)) == 8


async def test_the_async_client_does_the_same(fake_server: Any, fake: FakeOpenSearch) -> None:
    async with AsyncOpenSearch(fake_server.url, max_retries=0) as client:
        assert len(await install_async(client, SPEC)) == 8
        assert await install_async(client, SPEC) == ()
        assert len(await uninstall_async(client, SPEC)) == 8
    assert not fake.connectors


def test_a_changed_connector_is_a_new_one_and_the_model_keeps_its_id(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    models, connectors = set(fake.models), set(fake.connectors)
    made = install(client, replace(SPEC, read_timeout_s=9))
    assert [change.kind for change in made] == ["connector"] * 4
    assert [change.action for change in made] == [Action.UPDATE] * 2 + [Action.DELETE] * 2
    assert '+    "read_timeout": 9' in made[0].diff()
    assert set(fake.models) == models
    assert not set(fake.connectors) & connectors
    assert {model["connector_id"] for model in fake.models.values()} == set(fake.connectors)
    assert {model["model_state"] for model in fake.models.values()} == {"DEPLOYED"}
    assert install(client, replace(SPEC, read_timeout_s=9)) == ()


def test_a_model_that_no_search_finds_yet_gets_the_new_connector_too(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    changed = replace(SPEC, read_timeout_s=9)
    plan = run(client, plan_install(changed))
    fake.unrefreshed = 2
    run(client, apply(plan))
    assert not fake.unrefreshed
    assert {model["connector_id"] for model in fake.models.values()} == set(fake.connectors)
    assert {model["model_state"] for model in fake.models.values()} == {"DEPLOYED"}
    assert install(client, changed) == ()


def test_deleting_a_connector_that_counts_as_used_is_retried(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    old_id = next(iter(fake.connectors))
    fake.failures[f"{ML}/connectors/{old_id}"] = [409, 409]
    install(client, replace(SPEC, read_timeout_s=9))
    assert old_id not in fake.connectors
    assert writes(fake_server).count(("DELETE", f"{ML}/connectors/{old_id}")) == 3


def test_a_connector_that_stays_in_use_raises(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, SPEC)
    old_id = next(iter(fake.connectors))
    fake.register({"name": "another's", "connector_id": old_id})
    with pytest.raises(ClusterRefused, match="409"):
        install(client, replace(SPEC, read_timeout_s=9))


def test_a_connector_whose_id_shares_a_word_with_a_used_one_stays_with_a_reason(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    fake.ending = "-node"
    install(client, SPEC)
    old_ids = set(fake.connectors)
    changed = replace(SPEC, read_timeout_s=9)
    made = install(client, changed)
    assert [change.refused.split()[1] for change in made if change.refused] == sorted(old_ids)
    assert old_ids < set(fake.connectors)
    used = {model["connector_id"] for model in fake.models.values()}
    assert used == set(fake.connectors) - old_ids, "the models use the new connectors all the same"
    again = install(client, changed)
    assert {change.action for change in again} == {Action.DELETE}, "tried again, and said again"
    assert all("stays" in (change.refused or "") for change in again)
    assert not any(change.refused for change in uninstall(client, changed)), "no model is left"
    assert not fake.connectors


def test_all_models_are_turned_over_before_an_old_connector_goes(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    fake.ending = "-first"
    install(client, SPEC)
    fake.ending = ""
    made = install(client, replace(SPEC, read_timeout_s=9))
    assert not any(change.refused for change in made)
    assert not any(name.endswith("-first") for name in fake.connectors)


def test_a_connector_that_an_uninstall_had_to_leave_is_not_taken_up(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    """Its key may be any."""
    fake.ending = "-first"
    install(client, replace(SPEC, sidecar_key="old"))
    remaining = set(fake.connectors)
    fake.register({"name": "another's", "connector_id": "X-first"})
    removed = uninstall(client, SPEC)
    assert sum(change.refused is not None for change in removed) == len(remaining) == 2
    fake.models.clear()
    fake.ending = ""
    made = install(client, replace(SPEC, sidecar_key="new"))
    assert not any(change.refused for change in made)
    assert not remaining & set(fake.connectors)
    sent = [body["credential"] for _, path, body in fake_server.requests if path == CONNECTOR]
    assert sent[2:] == [{"key": "new"}] * 2


def test_changes_by_somebody_else_are_reverted(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, SPEC)
    (model, _) = fake.models
    fake.models[model]["model_state"] = "DEPLOY_FAILED"
    name = SPEC.pipeline(Route.STRUCTURED)
    fake.pipelines[name]["response_processors"].pop()
    made = install(client, SPEC)
    assert [change.kind for change in made] == ["remote model", "search pipeline"]
    assert [change.action for change in made] == [Action.UPDATE] * 2
    assert install(client, SPEC) == ()


def test_an_interrupted_install_is_completed_and_cleaned_up(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    path = f"/_search/pipeline/{SPEC.pipeline(Route.FLAT)}"
    # The plan's reading goes through, the writing does not.
    plan = run(client, plan_install(SPEC))
    fake.failures[path] = [400]
    with pytest.raises(ClusterRefused, match="400"):
        run(client, apply(plan))
    fake.create_connector({**next(iter(fake.connectors.values())), "credential": {}})
    install(client, SPEC)
    assert sorted(connector["name"] for connector in fake.connectors.values()) == sorted(
        fake.pipelines
    )
    assert install(client, SPEC) == ()


@pytest.mark.parametrize("statuses", [[500], [500, 503]])
def test_the_first_connector_of_a_cluster_is_tried_again(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch, statuses: list[int]
) -> None:
    fake.failures[CONNECTOR] = list(statuses)
    install(client, SPEC)
    assert writes(fake_server).count(("POST", CONNECTOR)) == 2 + len(statuses)


@pytest.mark.parametrize("statuses", [[400], [500] * 3])
def test_a_connector_that_is_always_refused_raises(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch, statuses: list[int]
) -> None:
    fake.failures[CONNECTOR] = list(statuses)
    with pytest.raises(ClusterRefused, match=f"refused with {statuses[0]}: .*as the test requires"):
        install(client, SPEC)
    assert writes(fake_server).count(("POST", CONNECTOR)) == len(statuses)


def test_a_model_that_a_search_is_deploying_is_updated_afterwards(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    (model, *_) = fake.models
    fake.models[model]["model_state"] = "DEPLOYING"
    fake.deploying = 2
    install(client, SPEC)
    assert writes(fake_server).count(("PUT", f"{ML}/models/{model}")) == 3
    assert fake.models[model]["model_state"] == "DEPLOYED"
    assert install(client, SPEC) == ()


def test_a_model_that_never_deploys_raises(client: OpenSearch, fake: FakeOpenSearch) -> None:
    fake.states = ["DEPLOYING"] * 1000
    with pytest.raises(NotDeployed, match="DEPLOYING"):
        install(client, SPEC)


def test_the_key_is_sent_and_never_shown(
    client: OpenSearch, fake_server: Any, fake: FakeOpenSearch
) -> None:
    spec = replace(SPEC, sidecar_key="very-secret")
    made = install(client, spec)
    sent = [body["credential"] for _, path, body in fake_server.requests if path == CONNECTOR]
    assert sent == [{"key": "very-secret"}] * 2
    assert "very-secret" not in repr(spec) + repr(made) + "".join(change.diff() for change in made)
    assert install(client, replace(spec, sidecar_key="another")) == ()
    rotated = install(client, replace(spec, sidecar_key="another", rotate_key=True))
    assert [change.kind for change in rotated] == ["connector"] * 4
    assert '+  "credential": "written anew"' in rotated[0].diff()
    sent = [body["credential"] for _, path, body in fake_server.requests if path == CONNECTOR]
    assert sent[2:] == [{"key": "another"}] * 2


def test_all_connectors_are_looked_through_page_by_page(
    client: OpenSearch, fake: FakeOpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("es_integration.opensearch.lookup.PAGE_SIZE", 1)
    other_spec = replace(SPEC, profile="legal")
    install(client, SPEC)
    install(client, other_spec)
    uninstall(client, SPEC)
    trusted = fake.settings["persistent"]["plugins.ml_commons.trusted_connector_endpoints_regex"]
    assert SPEC.pattern in trusted, "the other profile's connectors still call it"
    uninstall(client, other_spec)
    assert fake.settings["persistent"] == {}


HIGHLIGHT = replace(SPEC, highlight=True)
NAME = "rerank-sidecar-ecommerce-highlight"


@pytest.fixture
def newer(fake: FakeOpenSearch) -> FakeOpenSearch:
    fake.number = "3.6.0"
    return fake


def test_the_highlighter_is_a_connector_and_a_model_and_a_setting(
    client: OpenSearch, newer: FakeOpenSearch
) -> None:
    made = install(client, HIGHLIGHT)
    assert [(change.kind, change.name) for change in made if change.name == NAME] == [
        ("connector", NAME),
        ("remote model", NAME),
    ]
    assert newer.settings["persistent"][FACTORIES] == ["semantic-highlighter"]
    assert install(client, HIGHLIGHT) == ()
    (model_id,) = [key for key, model in newer.models.items() if model["name"] == NAME]
    assert run(client, installed_highlighter(HIGHLIGHT)) == model_id


def test_uninstall_removes_it_even_if_it_is_not_asked_to(
    client: OpenSearch, newer: FakeOpenSearch
) -> None:
    install(client, HIGHLIGHT)
    uninstall(client, SPEC)
    assert (newer.connectors, newer.models) == ({}, {})
    assert newer.settings["persistent"] == {}


@pytest.mark.parametrize("names", [["*"], ["semantic-highlighter", "mine"], ["mine"]])
def test_the_setting_of_others_stays(
    client: OpenSearch, newer: FakeOpenSearch, names: list[str]
) -> None:
    newer.settings["persistent"][FACTORIES] = list(names)
    install(client, HIGHLIGHT)
    assert {"*", "semantic-highlighter"} & {*newer.settings["persistent"][FACTORIES]}
    uninstall(client, HIGHLIGHT)
    assert newer.settings["persistent"][FACTORIES] == names


def test_the_setting_stays_while_another_profile_highlights(
    client: OpenSearch, newer: FakeOpenSearch
) -> None:
    other = replace(HIGHLIGHT, profile="legal")
    install(client, HIGHLIGHT)
    install(client, other)
    uninstall(client, HIGHLIGHT)
    assert newer.settings["persistent"][FACTORIES] == ["semantic-highlighter"]
    uninstall(client, other)
    assert newer.settings["persistent"] == {}


def test_an_older_cluster_gets_the_rest_and_is_told(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    plan = run(client, plan_install(HIGHLIGHT))
    (told,) = [change for change in plan if change.name == NAME]
    reason = "semantic highlighting needs OpenSearch 3.3 or newer, this is 2.19.1"
    assert (told.action, told.after) == (Action.KEEP, {"left out": reason})
    install(client, HIGHLIGHT)
    assert FACTORIES not in fake.settings["persistent"]
    with pytest.raises(NotDeployed, match="--highlight"):
        run(client, installed_highlighter(HIGHLIGHT))
    with pytest.raises(ClusterRefused, match=reason):
        install(client, replace(HIGHLIGHT, routes=()))
