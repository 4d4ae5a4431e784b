"""The way through a cluster: a throw-away OpenSearch node, or a running cluster of either product.

Whatever the demo makes there begins with `rerank-demo-` and is gone afterwards, also when it is
interrupted; what was there before is not touched.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from es_integration import LocalOpenSearch
from es_integration.cluster.login import Login, connect
from sidecar.workshop.demo import elasticsearch_two_stage, opensearch_pipelines
from sidecar.workshop.demo.collections import Collection, CollectionName, Query
from sidecar.workshop.demo.demo_index import Search
from sidecar.workshop.demo.outcome import Outcome

Say = Callable[[str], None]
Collections = Mapping[CollectionName, Collection]

WAYS = {
    "elasticsearch": elasticsearch_two_stage.searchable,
    "opensearch": opensearch_pipelines.searchable,
}
HOW = {"elasticsearch": "for two-stage search", "opensearch": "with a search pipeline"}
NAMES = {"elasticsearch": "Elasticsearch", "opensearch": "OpenSearch"}


def on_own_node(
    sidecar: str, collections: Collections, queries: Sequence[Query], top: int, say: Say
) -> list[Outcome]:
    """Each query's outcome on a node that lives as long as this call. Raises IntegrationError."""
    with LocalOpenSearch(heap="512m", log=say) as node:
        done = at("opensearch", Login(node.url), sidecar, collections, queries, top, say)
        say("stopping the node")
    return done


def at(
    product: str,
    login: Login,
    sidecar: str,
    collections: Collections,
    queries: Sequence[Query],
    top: int,
    say: Say,
) -> list[Outcome]:
    """Each query's outcome on a cluster that runs. Raises IntegrationError."""
    with connect(product, login) as official, ExitStack() as made:
        searches: dict[CollectionName, Search] = {}
        for name, collection in collections.items():
            say(f"indexing {len(collection.documents)} {name} {HOW[product]}")
            searches[name] = made.enter_context(WAYS[product](official, sidecar, collection))
        for query in {query.collection: query for query in queries}.values():
            searches[query.collection](query, top)  # Untimed: a cold JVM.
        say(f"searching {len(queries)} times, without and with reranking")
        done = [searches[query.collection](query, top) for query in queries]
        say("removing what the demo made")
    return done
