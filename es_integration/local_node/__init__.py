"""Temporary search nodes on this machine, for tests and demonstrations.

accounts                  the account that a node runs as, and what it can read
java                      finds a JDK that the search engine runs on
artifacts                 fetches files from a Maven repository and verifies them
cache                     keeps assembled nodes
distribution              what a node consists of: release, server, modules, plugins (data only)
assembly                  puts a distribution's files together in the cache
process                   a node as a child process: its folder, start and stop
node                      `LocalNode`: all of this in one `with` block
opensearch_2_19           the files of OpenSearch 2.19.1
opensearch_3_6            the files of OpenSearch 3.6.0
opensearch_distributions  both versions, with and without the rerank plugins
opensearch                `LocalOpenSearch`
elasticsearch             `LocalElasticsearch` and the files of Elasticsearch 8.19

opensearch, elasticsearch -> node -> assembly, process, java
opensearch -> opensearch_distributions -> opensearch_2_19, opensearch_3_6
assembly -> distribution -> artifacts      assembly -> cache      cache, java, process -> accounts
"""

from es_integration.local_node.distribution import Distribution
from es_integration.local_node.elasticsearch import ELASTICSEARCH, LocalElasticsearch
from es_integration.local_node.node import LocalNode
from es_integration.local_node.opensearch import LocalOpenSearch, why_unavailable
from es_integration.local_node.opensearch_distributions import (
    RERANK,
    RERANK_BY_VERSION,
    SEARCH,
    SEARCH_BY_VERSION,
)

__all__ = [
    "ELASTICSEARCH",
    "RERANK",
    "RERANK_BY_VERSION",
    "SEARCH",
    "SEARCH_BY_VERSION",
    "Distribution",
    "LocalElasticsearch",
    "LocalNode",
    "LocalOpenSearch",
    "why_unavailable",
]
