"""Temporary search nodes on this machine, for tests and demonstrations.

accounts                  the account that a node runs as, and what it can read
java                      finds a JDK that the search engine runs on
artifacts                 fetches files from a Maven repository and verifies them
cache                     keeps assembled nodes
distribution              what a node consists of: release, server, modules, plugins (data only)
assembly                  puts a distribution's files together in the cache
process                   a node as a child process: its folder, start and stop
node                      `LocalNode`: all of this in one `with` block
opensearch_distributions  the files of OpenSearch 2.19.1
opensearch                `LocalOpenSearch`
elasticsearch             `LocalElasticsearch` and the files of Elasticsearch 8.19

opensearch, elasticsearch -> node -> assembly, process, java
assembly -> distribution -> artifacts      assembly -> cache      cache, java, process -> accounts
"""

from es_integration.local_node.distribution import Distribution
from es_integration.local_node.elasticsearch import ELASTICSEARCH, LocalElasticsearch
from es_integration.local_node.node import LocalNode
from es_integration.local_node.opensearch import LocalOpenSearch, why_unavailable
from es_integration.local_node.opensearch_distributions import RERANK, SEARCH

__all__ = [
    "ELASTICSEARCH",
    "RERANK",
    "SEARCH",
    "Distribution",
    "LocalElasticsearch",
    "LocalNode",
    "LocalOpenSearch",
    "why_unavailable",
]
