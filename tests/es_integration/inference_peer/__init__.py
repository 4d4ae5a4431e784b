"""A test server that does what Elasticsearch's inference plugin does, as far as it was read.

The plugin cannot be had where these tests run. What is played here was read in its source
(commits of 2025 and 2026) and is held to the bytes that were read there; what was not read is not
played. It may stand in front of a real node, so that hits are real and the rerank step is played.

substitution  commons-text's ${} filling, and the check after it
paths         the small JSONPath of the custom service's json_parser
settings      PUT bodies: what is wanted, refused, kept, shown by GET
requests      the three services' requests, byte for byte
parsers       their answers, as strict or lenient as each is
sender        attempts, which statuses are tried again, the words of errors
scores        one score for each input, min_score, normalisation
rows          ES|QL's batches and YAML rows
hits          where hits come from: a list, or a node behind the peer
retriever     text_similarity_reranker
peer          endpoints, licence, version: what the routes do
server        HTTP
"""

from tests.es_integration.inference_peer.hits import Document, ListedHits, NodeHits
from tests.es_integration.inference_peer.peer import Peer
from tests.es_integration.inference_peer.server import serve_peer

__all__ = ["Document", "ListedHits", "NodeHits", "Peer", "serve_peer"]
