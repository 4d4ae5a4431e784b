"""The demo in a cluster: a throw-away OpenSearch node, or a running cluster.

Everything that the demo makes there begins with `rerank-demo-` and is deleted afterwards, also when
the demo is interrupted. What was there before is not touched.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from es_integration import LocalOpenSearch
from es_integration.cluster.login import Login, connect
from mappings import SearchEngine
from sidecar.workshop.demo import elasticsearch_two_stage, opensearch_pipelines
from sidecar.workshop.demo.collections import CollectionName, Collections, Query
from sidecar.workshop.demo.demo_index import Search
from sidecar.workshop.demo.outcome import Outcome
from sidecar.workshop.progress import ReportStep

SEARCHABLE = {
    SearchEngine.ELASTICSEARCH: elasticsearch_two_stage.searchable,
    SearchEngine.OPENSEARCH: opensearch_pipelines.searchable,
}
METHODS = {
    SearchEngine.ELASTICSEARCH: "for two-stage search",
    SearchEngine.OPENSEARCH: "with a search pipeline",
}
SEARCH_ENGINE_NAMES = {
    SearchEngine.ELASTICSEARCH: "Elasticsearch",
    SearchEngine.OPENSEARCH: "OpenSearch",
}


def in_local_node(
    sidecar: str,
    collections: Collections,
    queries: Sequence[Query],
    top: int,
    report_step: ReportStep,
) -> list[Outcome]:
    """Each query's outcome in an OpenSearch node that runs during the call.

    Raises IntegrationError.
    """
    with LocalOpenSearch(heap="512m", log=report_step) as node:
        login = Login(node.url)
        outcomes = in_cluster(
            SearchEngine.OPENSEARCH, login, sidecar, collections, queries, top, report_step
        )
        report_step("stopping the node")
    return outcomes


def in_cluster(
    search_engine: SearchEngine,
    login: Login,
    sidecar: str,
    collections: Collections,
    queries: Sequence[Query],
    top: int,
    report_step: ReportStep,
) -> list[Outcome]:
    """Each query's outcome in a running cluster. Raises IntegrationError."""
    with connect(search_engine, login) as official_client, ExitStack() as stack:
        searches: dict[CollectionName, Search] = {}
        for name, collection in collections.items():
            report_step(f"indexing {len(collection.documents)} {name} {METHODS[search_engine]}")
            searches[name] = stack.enter_context(
                SEARCHABLE[search_engine](official_client, sidecar, collection)
            )
        for query in {query.collection: query for query in queries}.values():
            searches[query.collection](query, top)  # Untimed: the JVM is cold.
        report_step(f"searching {len(queries)} times, without and with reranking")
        outcomes = [searches[query.collection](query, top) for query in queries]
        report_step("removing what the demo made")
    return outcomes
