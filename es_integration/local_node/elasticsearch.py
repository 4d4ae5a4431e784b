"""A temporary Elasticsearch node on this machine, and what the one on Maven Central can do.

    with LocalElasticsearch(heap="512m") as node:
        client = Elasticsearch(node.url)       # elasticsearch-py 8; 9 refuses an 8.x server

It has BM25, dense_vector with kNN, the `standard` retriever, index and component templates and the
licence API. It lacks what Elastic does not publish on Maven Central: the inference API and its
retrievers (text_similarity_reranker, rrf), painless, ingest processors, ES|QL, and the analysis
module (of the usual token filters it has only lowercase, stop and shingle). `GET /` answers 405:
`client.info()` fails, every other call works.
"""

from typing import ClassVar

from es_integration.local_node.artifacts import Artifact
from es_integration.local_node.distribution import Distribution, Release
from es_integration.local_node.node import LocalNode

VERSION = "8.19.21"

RELEASE = Release(
    name="Elasticsearch",
    version=VERSION,
    # 8.x does not run on less than 17; seen to start and search: 17 and 25.
    min_java=17,
    max_java=25,
    prefix="ES",
    # Security would require certificates and passwords of a node that listens on loopback only.
    settings=("xpack.security.enabled: false",),
    # As in the shipped jvm.options: Lucene's vector code needs it from Java 20 on.
    jvm_options=("20-:--add-modules=jdk.incubator.vector",),
)

ELASTICSEARCH = Distribution(
    RELEASE,
    "elasticsearch-search",
    Artifact(
        "org.elasticsearch.distribution.integ-test-zip",
        "elasticsearch",
        VERSION,
        "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
        "zip",
    ),
)
"""Lexical and vector search."""


class LocalElasticsearch(LocalNode):
    """An Elasticsearch node for the time of a `with` block."""

    default: ClassVar[Distribution] = ELASTICSEARCH
