"""The semantic highlighter of a real node, with the sidecar as its model: alone and behind both
pipelines, all hits of a page at once and each by itself."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError

from es_integration import ClusterRefused, OpenSearchInstall, Route
from es_integration.cluster.procedure import run
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import (
    highlight,
    install,
    installed_highlighter,
    installed_processors,
    uninstall,
    verify_cluster,
)
from es_integration.opensearch.settings import FACTORIES
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import SEARCHES, hits, ids, installed
from tests.http_client import ask, post

pytestmark = [pytest.mark.node, pytest.mark.every_version]

DOCS = (Path(__file__).parents[3] / "docs" / "opensearch.md").read_text()
INDEX = "highlighted"
QUERY = "may a landlord end the lease early"
ANSWER = "Under section 12 a landlord may end a lease early only with six months' notice."
BEFORE = {
    "plain": "The tenant paid rent on time. ",
    "astral": "😀👩‍👩‍👧 𝒳 paid the rent. ",
    "chinese": "合同的条款。第十二条 甲方应当付款。",
    "accents": "Cafe\u0301 and nai\u0308ve tenants paid. ",
    "signs": 'See C:\\temp\\new "now", ${x} or {"a": [1]}.\t\u0001\u2028\r\n\r\n',
    "html": "<p>All &amp; <b>sundry</b> paid.</p>\n<p>",
}
"""What may put an offset wrong, before the sentence that is to be found."""
AFTER = " Costs follow the event."
MATCH = {"match": {"text": QUERY}}


def is_older(version: str) -> bool:
    return version.startswith("2.")


@pytest.fixture(scope="module")
def spec(server: SidecarProcess) -> OpenSearchInstall:
    return OpenSearchInstall(
        server.url,
        "plain",
        ("text",),
        "lit",
        text_field="text",
        highlight=True,
        read_timeout_s=20,
        ignore_failure=False,
    )


@pytest.fixture(scope="module")
def cluster(opensearch_node: LocalOpenSearch) -> Iterator[OpenSearch]:
    """A client that waits as long as a fresh node may need on a busy machine."""
    with closing(OpenSearch(opensearch_node.url, timeout=60)) as client:
        yield client


@pytest.fixture(scope="module")
def installed_index(
    cluster: OpenSearch, spec: OpenSearchInstall, opensearch_version: str
) -> Iterator[OpenSearch]:
    if is_older(opensearch_version):
        pytest.skip("OpenSearch 2 has no semantic highlighter")
    cluster.indices.create(index=INDEX, body={"settings": {"number_of_shards": 2}})
    try:
        for name, before in BEFORE.items():
            cluster.index(index=INDEX, id=name, body={"text": before + ANSWER + AFTER})
        cluster.indices.refresh(index=INDEX)
        with installed(cluster, spec):
            yield cluster
    finally:
        cluster.indices.delete(index=INDEX)


@pytest.fixture
def index(installed_index: OpenSearch) -> Iterator[OpenSearch]:
    """The node with the texts in it and the highlighter installed; a test may add documents."""
    yield installed_index
    others = {"bool": {"must_not": {"ids": {"values": list(BEFORE)}}}}
    installed_index.delete_by_query(index=INDEX, body={"query": others}, params={"refresh": "true"})


def found(
    client: OpenSearch,
    spec: OpenSearchInstall,
    route: Route | None = None,
    *,
    batch: bool = True,
    **body: Any,
) -> list[dict[str, Any]]:
    """The hits of a search with highlights; by the route's pipeline, or without one."""
    lit = highlight("text", run(client, installed_highlighter(spec)), batch=batch)
    search = {"query": MATCH} if route is None else SEARCHES[route](MATCH, QUERY, size=10)
    pipeline = "_none" if route is None else spec.pipeline(route)
    return hits(client, INDEX, {**search, "highlight": lit, **body}, pipeline)


@pytest.mark.parametrize("batch", [True, False], ids=["batch", "single"])
@pytest.mark.parametrize("route", [None, *Route], ids=str)
def test_the_answer_is_marked_wherever_it_is_and_the_text_stays(
    index: OpenSearch, spec: OpenSearchInstall, route: Route | None, batch: bool
) -> None:
    page = found(index, spec, route, batch=batch)
    assert {hit["_id"] for hit in page} == {*BEFORE}
    for hit in page:
        (shown,) = hit["highlight"]["text"]
        assert shown == f"{BEFORE[hit['_id']]}<em>{ANSWER}</em>{AFTER}"


@pytest.mark.parametrize("batch", [True, False], ids=["batch", "single"])
@pytest.mark.parametrize("route", Route)
def test_the_order_is_that_of_the_pipeline(
    index: OpenSearch, spec: OpenSearchInstall, route: Route, batch: bool
) -> None:
    search = SEARCHES[route](MATCH, QUERY, size=10)
    reranked = hits(index, INDEX, search, spec.pipeline(route))
    highlighted = found(index, spec, route, batch=batch)
    assert ids(highlighted) == ids(reranked)
    assert [hit["_score"] for hit in highlighted] == [hit["_score"] for hit in reranked]


def test_a_hit_without_the_field_or_an_answer_is_left_as_it_is(
    index: OpenSearch, spec: OpenSearchInstall
) -> None:
    bare = {"bare": {"title": "no text"}, "empty": {"text": ""}, "other": {"text": "Red shoes."}}
    for name, body in bare.items():
        index.index(index=INDEX, id=name, body=body, params={"refresh": "true"})
    every = {"query": "will it be of the", "analyzer": "stop", "zero_terms_query": "all"}
    page = found(index, spec, query={"match": {"text": every}}, size=20)
    shown = {hit["_id"]: hit.get("highlight") for hit in page}
    assert len(shown) == len(BEFORE) + len(bare)
    assert shown["bare"] is None
    assert shown["empty"] is None
    assert shown["other"] in ({"text": ["Red shoes."]}, {"text": ["<em>Red shoes.</em>"]})


@pytest.mark.parametrize("batch", [True, False], ids=["batch", "single"])
def test_placeholders_of_ml_commons_are_text(
    index: OpenSearch, spec: OpenSearchInstall, batch: bool
) -> None:
    text = "See ${parameters.x}, $${parameters.inputs} and ${credential.key}. " + ANSWER
    index.index(index=INDEX, id="placeholder", body={"text": text}, params={"refresh": "true"})
    query = {"match": {"text": QUERY + " ${parameters.y}"}}
    for route in (None, Route.STRUCTURED):
        page = found(index, spec, route, batch=batch, query=query)
        (hit,) = [hit for hit in page if hit["_id"] == "placeholder"]
        (shown,) = hit["highlight"]["text"]
        assert shown.replace("<em>", "").replace("</em>", "") == text
        assert f"<em>{ANSWER}</em>" in shown


def test_more_hits_than_a_batch_takes_are_sent_in_several(
    index: OpenSearch, spec: OpenSearchInstall
) -> None:
    lit = highlight("text", run(index, installed_highlighter(spec)))
    lit["options"]["max_batch_size"] = 2
    page = found(index, spec, Route.STRUCTURED, highlight=lit)
    assert all(f"<em>{ANSWER}</em>" in hit["highlight"]["text"][0] for hit in page)
    assert len(page) == len(BEFORE)


def test_only_the_hits_that_a_pipeline_leaves_are_highlighted(
    index: OpenSearch, spec: OpenSearchInstall, server: SidecarProcess
) -> None:
    processors = run(index, installed_processors(spec, Route.STRUCTURED))
    shorter = {"response_processors": [*processors, {"truncate_hits": {"target_size": 2}}]}
    index.search_pipeline.put(id="lit-shorter", body=shorter)
    try:
        lit = highlight("text", run(index, installed_highlighter(spec)))
        search = SEARCHES[Route.STRUCTURED](MATCH, QUERY, size=10) | {"highlight": lit}
        before = documents_sent(server)
        page = hits(index, INDEX, search, "lit-shorter")
        assert documents_sent(server) - before == len(BEFORE) + len(page)
    finally:
        index.search_pipeline.delete(id="lit-shorter")
    assert len(page) == 2
    assert all(f"<em>{ANSWER}</em>" in hit["highlight"]["text"][0] for hit in page)


def documents_sent(server: SidecarProcess) -> int:
    """How many documents the sidecar has been sent, reranked and highlighted."""
    metrics = ask(server, "/metrics").raw.decode()
    (count,) = re.findall(r"^rerank_documents_per_request_sum (\S+)$", metrics, re.MULTILINE)
    return round(float(count))


def test_tags_are_those_of_the_search(index: OpenSearch, spec: OpenSearchInstall) -> None:
    lit = highlight("text", run(index, installed_highlighter(spec)))
    page = found(index, spec, highlight={**lit, "pre_tags": ["<mark>"], "post_tags": ["</mark>"]})
    assert all(f"<mark>{ANSWER}</mark>" in hit["highlight"]["text"][0] for hit in page)


def test_the_documented_search_gives_the_documented_highlight(
    index: OpenSearch, spec: OpenSearchInstall
) -> None:
    section = DOCS.split("## Highlight\n")[1].split("\n## ")[0]
    search, answer, _ = map(json.loads, re.findall(r"```json\n(.*?)```", section, re.DOTALL))
    (path,) = re.findall(r"`POST (/products/_search\S*)`", section)
    name = OpenSearchInstall("http://sidecar").pipeline(Route.STRUCTURED)
    assert path == f"/products/_search?search_pipeline={name}"
    (shown,) = answer["highlight"]["description"]
    text = re.sub("</?em>", "", shown)
    product = {"title": "Red shoes", "description": text, "text": text}
    index.index(index=INDEX, id="product", body=product, params={"refresh": "true"})
    search["highlight"]["options"]["model_id"] = run(index, installed_highlighter(spec))
    (hit,) = hits(index, INDEX, search, spec.pipeline(Route.STRUCTURED))
    assert hit["highlight"] == answer["highlight"]


def test_verify_knows_the_highlighter(index: OpenSearch, spec: OpenSearchInstall) -> None:
    report = verify_cluster(index, spec, INDEX)
    assert [check for check in report if not check.passed and "latency" not in check.name] == []
    assert [check.name for check in report if check.name.startswith("highlight: ")] == [
        f"highlight: {name}"
        for name in ("plugins", "connector", "remote model", "sidecar", "shape", "marks", "search")
    ]


def test_what_the_highlighter_cannot_read_it_does_not_mark(
    index: OpenSearch, spec: OpenSearchInstall
) -> None:
    """The limits that docs/opensearch.md names."""
    several = {"multi_match": {"query": QUERY, "fields": ["text", "title"]}}
    boolean = {"bool": {"must": MATCH}}
    for query in (several, boolean, {"query_string": {"query": "landlord"}}):
        page = found(index, spec, query=query)
        assert page
        assert all("highlight" not in hit for hit in page)
    page = found(index, spec, query=boolean, batch=False)
    assert all(ANSWER in hit["highlight"]["text"][0] for hit in page)
    filtered = found(index, spec, post_filter={"ids": {"values": ["html"]}})
    assert [f"<em>{ANSWER}</em>" in hit["highlight"]["text"][0] for hit in filtered] == [True]
    index.index(index=INDEX, id="list", body={"text": ["The lease.", "The lease ends."]})
    index.indices.refresh(index=INDEX)
    with pytest.raises(TransportError, match="cannot be cast"):
        found(index, spec)


def test_a_synonym_fails_hits_that_are_sent_by_themselves(
    index: OpenSearch, spec: OpenSearchInstall
) -> None:
    other = f"{INDEX}-synonyms"
    synonyms = {"type": "synonym_graph", "synonyms": ["landlord, lessor"]}
    analyzer = {"tokenizer": "standard", "filter": ["lowercase", "pairs"]}
    analysis = {"filter": {"pairs": synonyms}, "analyzer": {"paired": analyzer}}
    field = {"type": "text", "analyzer": "standard", "search_analyzer": "paired"}
    body = {"settings": {"analysis": analysis}, "mappings": {"properties": {"text": field}}}
    index.indices.create(index=other, body=body)
    try:
        index.index(index=other, id="1", body={"text": ANSWER}, params={"refresh": "true"})
        model_id = run(index, installed_highlighter(spec))
        search = {"query": MATCH, "highlight": highlight("text", model_id)}
        (hit,) = hits(index, other, search, "_none")
        assert hit["highlight"] == {"text": [f"<em>{ANSWER}</em>"]}
        search["highlight"] = highlight("text", model_id, batch=False)
        with pytest.raises(TransportError, match="clauseText"):
            hits(index, other, search, "_none")
    finally:
        index.indices.delete(index=other)


def test_a_sidecar_that_fails_fails_the_search(
    index: OpenSearch, spec: OpenSearchInstall, own_sidecar: SidecarProcess
) -> None:
    """There is no `ignore_failure` for what OpenSearch adds by itself."""
    gone = OpenSearchInstall(own_sidecar.url, "plain", ("text",), "gone", highlight=True)
    with installed(index, gone):
        assert found(index, gone)
        own_sidecar.stop()
        with pytest.raises(TransportError):
            found(index, gone)


def test_uninstall_takes_it_away_and_restores_the_setting(
    cluster: OpenSearch, spec: OpenSearchInstall, opensearch_version: str
) -> None:
    if is_older(opensearch_version):
        pytest.skip("OpenSearch 2 has no semantic highlighter")
    uninstall(cluster, spec)
    before = cluster.cluster.get_settings(flat_settings=True)
    install(cluster, spec)
    settings = cluster.cluster.get_settings(flat_settings=True)["persistent"]
    assert settings[FACTORIES] == ["semantic-highlighter"]
    assert install(cluster, spec) == ()
    uninstall(cluster, OpenSearchInstall(spec.sidecar_url, "plain", ("text",), "lit"))
    assert cluster.cluster.get_settings(flat_settings=True) == before
    names = {"query": {"prefix": {"name.keyword": "lit-"}}}
    assert cluster.plugins.ml.search_models(body=names)["hits"]["hits"] == []


def test_opensearch_2_is_refused_in_words(
    cluster: OpenSearch, spec: OpenSearchInstall, opensearch_version: str
) -> None:
    if not is_older(opensearch_version):
        pytest.skip("OpenSearch 3.3 and newer have it")
    reason = "semantic highlighting needs OpenSearch 3.3 or newer, this is 2.19.1"
    try:
        made = install(cluster, spec)
        assert not any("highlight" in change.name for change in made)
        (last,) = [check for check in verify_cluster(cluster, spec) if "highlight" in check.name]
        assert (last.passed, last.detail) == (False, reason)
    finally:
        uninstall(cluster, spec)
    alone = OpenSearchInstall(spec.sidecar_url, "plain", (), "lit", routes=(), highlight=True)
    with pytest.raises(ClusterRefused, match=reason):
        install(cluster, alone)


def test_the_route_itself_answers_as_the_node_needs_it(server: SidecarProcess) -> None:
    inputs = [{"question": QUERY, "context": before + ANSWER} for before in BEFORE.values()]
    answer = post(server, "/opensearch/plain/highlight", {"inputs": inputs})
    assert answer.raw.isascii()
    assert [len(marks) for marks in json.loads(answer.raw)["highlights"]] == [1] * len(BEFORE)
