"""The changes that install and remove the templates, with both official clients, against a cluster
that stores them."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from opensearchpy import AsyncOpenSearch, OpenSearch

import mappings
from es_integration.cluster.change import Plan, apply
from es_integration.cluster.procedure import run, run_async
from es_integration.errors import ClusterRefused, StillInUse
from es_integration.templates import plan_templates

PIPELINE, COMPONENT, INDEX = "/_ingest/pipeline", "/_component_template", "/_index_template"
CLIENTS = {
    "elasticsearch": (Elasticsearch, AsyncElasticsearch),
    "opensearch": (OpenSearch, AsyncOpenSearch),
}
Key = tuple[str, str]


class Keeper:
    """Keeps bodies and shows them as the clusters do: settings as text, dates of its own."""

    def __init__(self) -> None:
        self.bodies: dict[Key, Any] = {}
        self.settings: dict[str, str] = {}
        self.refuses: tuple[int, str] | None = None

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.refuses:
            status, reason = self.refuses
            error = {"type": "security_exception", "reason": reason}
            return status, {"error": {"root_cause": [error], **error}, "status": status}
        if path.endswith("/_settings/index.final_pipeline"):
            return 200, {
                index: {"settings": {"index.final_pipeline": pipeline}}
                for index, pipeline in self.settings.items()
            }
        kind, _, name = path.rpartition("/")
        if method == "PUT":
            self.bodies[kind, name] = body
        elif method == "DELETE":
            del self.bodies[kind, name]
        else:
            return self._get(kind, name.replace("%2A", "*"))
        return 200, {"acknowledged": True}

    def _get(self, kind: str, name: str) -> tuple[int, Any]:
        bodies = {
            key: {**shown(body), "created_date_millis": 1}
            for (key_kind, key), body in self.bodies.items()
            if key_kind == kind and (key == name or (name[-1] == "*" and key.startswith(name[:-1])))
        }
        if kind == PIPELINE:
            return (200, bodies) if bodies else (404, {})
        key = kind.removeprefix("/_")
        listed = [{"name": name, key: body} for name, body in bodies.items()]
        return (200 if listed else 404), {f"{key}s": listed}


def shown(body: Any) -> Any:
    """Settings and `dynamic` as text, which is how a cluster gives them back."""

    def text(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: text(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [text(inner) for inner in value]
        return str(value).lower() if isinstance(value, bool) else str(value)

    template = dict(body.get("template", {}))
    if "settings" in template:
        template["settings"] = text(template["settings"])
    if "dynamic" in template.get("mappings", {}):
        template["mappings"] = {**template["mappings"], "dynamic": "false"}
    return {**body, "template": template} if template else body


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def server(recording_server: Callable[..., Any], keeper: Keeper) -> Any:
    server = recording_server(keeper)
    server.headers["X-Elastic-Product"] = "Elasticsearch"
    return server


@pytest.fixture(params=mappings.ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(server: Any, engine: str) -> Iterator[Any]:
    with closing(CLIENTS[engine][0](server.url, max_retries=0)) as client:
        yield client


def actions(plan: Plan) -> dict[str, str]:
    return {change.name: change.action.value for change in plan}


NAMES = [
    (PIPELINE, "rerank-ecommerce-doc"),
    (COMPONENT, "rerank-ecommerce-fields"),
    (COMPONENT, "rerank-ecommerce-doc"),
    (COMPONENT, "rerank-ecommerce-vector"),
    (INDEX, "rerank-ecommerce"),
]


def test_made_in_order_then_kept_then_removed_in_the_other_order(
    client: Any, engine: str, server: Any, keeper: Keeper
) -> None:
    templates = mappings.load(engine, "ecommerce")
    plan = run(client, plan_templates(templates))
    assert [change.kind for change in plan] == [
        "ingest pipeline",
        *["component template"] * 3,
        "index template",
    ]
    assert {method for method, _, _ in server.requests} == {"GET"}
    run(client, apply(plan))
    assert list(keeper.bodies) == NAMES
    assert keeper.bodies[NAMES[-1]] == templates.index.body

    server.requests.clear()
    second_plan = run(client, plan_templates(templates))
    assert {change.action.value for change in second_plan} == {"keep"}
    assert not any(change.diff() for change in second_plan)
    assert run(client, apply(second_plan)) == ()
    assert {method for method, _, _ in server.requests} == {"GET"}

    run(client, apply(run(client, plan_templates(templates, remove=True))))
    deleted = [path for method, path, _ in server.requests if method == "DELETE"]
    assert deleted[0] == "/_index_template/rerank-ecommerce"
    assert deleted[-1] == "/_ingest/pipeline/rerank-ecommerce-doc"
    assert keeper.bodies == {}
    assert run(client, plan_templates(templates, remove=True)) == ()


async def test_the_async_clients_do_the_same(server: Any, engine: str, keeper: Keeper) -> None:
    templates = mappings.load(engine, "legal")
    client = CLIENTS[engine][1](server.url)
    try:
        await run_async(client, apply(await run_async(client, plan_templates(templates))))
        assert len(keeper.bodies) == 5
        second_plan = await run_async(client, plan_templates(templates))
        assert set(actions(second_plan).values()) == {"keep"}
        removal = await run_async(client, plan_templates(templates, remove=True))
        await run_async(client, apply(removal))
        assert keeper.bodies == {}
    finally:
        await client.close()


def test_a_change_is_shown_and_leftovers_of_an_earlier_install_are_removed(
    client: Any, engine: str, keeper: Keeper
) -> None:
    run(client, apply(run(client, plan_templates(mappings.load(engine, "ecommerce")))))
    own_key = (COMPONENT, "rerank-ecommerce-own")
    keeper.bodies[own_key] = {"template": {"settings": {"index": {"number_of_replicas": "2"}}}}

    changed = mappings.load(engine, "ecommerce", dimension=None, synonyms=["a, b"])
    plan = run(client, plan_templates(changed))
    assert [(change.kind, change.name, change.action.value) for change in plan] == [
        ("ingest pipeline", "rerank-ecommerce-doc", "keep"),
        ("component template", "rerank-ecommerce-fields", "update"),
        ("component template", "rerank-ecommerce-doc", "keep"),
        ("index template", "rerank-ecommerce", "update"),
        ("component template", "rerank-ecommerce-vector", "delete"),
    ]
    assert '+                "a, b"' in plan[1].diff().splitlines()
    run(client, apply(plan))
    assert (COMPONENT, "rerank-ecommerce-vector") not in keeper.bodies
    run(client, apply(run(client, plan_templates(changed, remove=True))))
    assert list(keeper.bodies) == [own_key]


def test_a_pipeline_through_which_an_index_writes_stays(
    client: Any, engine: str, keeper: Keeper
) -> None:
    templates = mappings.load(engine, "legal")
    run(client, apply(run(client, plan_templates(templates))))
    keeper.settings = {"opinions-000001": "rerank-legal-doc", "logs": "other"}
    with pytest.raises(StillInUse, match="opinions-000001") as refused:
        run(client, plan_templates(templates, remove=True))
    assert "logs" not in refused.value.message
    keeper.settings = {"opinions-000001": "_none", "logs": "other"}
    assert len(run(client, plan_templates(templates, remove=True))) == 5


def test_a_refusal_of_the_cluster_is_no_empty_cluster(
    client: Any, engine: str, keeper: Keeper
) -> None:
    keeper.refuses = (403, "no permissions for [cluster:admin/ingest/pipeline/get]")
    with pytest.raises(ClusterRefused, match=r"no permissions.*Templates need") as refused:
        run(client, plan_templates(mappings.load(engine, "legal")))
    assert refused.value.status == 403


def test_the_documented_lines_run(server: Any, keeper: Keeper) -> None:
    text = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(first.replace("http://127.0.0.1:9200", server.url), names)
    names["client"].close()
    assert list(keeper.bodies) == NAMES
    vector = keeper.bodies[COMPONENT, "rerank-ecommerce-vector"]["template"]["mappings"]
    assert vector["properties"]["vector"]["dimension"] == 768
    assert len(others) == 2
    for block in others:
        exec(block, names)
