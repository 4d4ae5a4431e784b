"""A throw-away Elasticsearch node on this machine, and what the one on Maven Central can do.

    with LocalElasticsearch(heap="512m") as node:
        client = Elasticsearch(node.url)       # elasticsearch-py 8; 9 refuses an 8.x server

It has BM25, dense_vector with kNN, the `standard` retriever, index and component templates and the
licence API. It lacks what Elastic publishes nowhere on Maven: the inference API and its retrievers
(text_similarity_reranker, rrf), painless, ingest processors, ES|QL, and the analysis module, so
that of the usual token filters only lowercase, stop and shingle are there. `GET /` answers 405:
`client.info()` fails, every other call works.
"""

from typing import ClassVar

from es_integration.local_node.artifacts import Artifact
from es_integration.local_node.distribution import Distribution, Product
from es_integration.local_node.node import LocalNode

VERSION = "8.19.21"

PRODUCT = Product(
    name="Elasticsearch",
    version=VERSION,
    # Seen to start and search: 17 and 25. 8.x does not run on less than 17.
    oldest_java=17,
    newest_java=25,
    prefix="ES",
    # Security would want certificates and passwords of a node that listens on loopback only.
    settings=("xpack.security.enabled: false",),
    # As shipped, for the vector code that 20 and newer have.
    jvm_options=("20-:--add-modules=jdk.incubator.vector",),
)

ELASTICSEARCH = Distribution(
    PRODUCT,
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
