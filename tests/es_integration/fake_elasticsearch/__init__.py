"""A fake of Elasticsearch's inference plugin, which cannot be installed where these tests run.

It was written from the plugin's source (commits of 2025 and 2026) and is tested against the bytes
that were read there; what was not read is not imitated. It can run in front of a real node: then
the hits are real, and only the rerank step is imitated.

substitution  commons-text's ${} substitution, and the check after it
paths         the small JSONPath of the custom service's json_parser
settings      PUT bodies: required and unknown settings, secrets, what GET shows
requests      the services' requests, byte for byte
parsers       their answers, as strict or lenient as each service is
sender        attempts, retried statuses, error messages
scores        one score for each input, min_score, normalisation
rows          ES|QL's batches and YAML rows
hits          where hits come from: a list, or a node behind the fake
retriever     text_similarity_reranker
ingest        ingest pipelines, kept and simulated
templates     component and index templates, and the settings of indices
fake          endpoints, licence, version: what the routes do
server        HTTP
"""

from tests.es_integration.fake_elasticsearch.fake import FakeElasticsearch
from tests.es_integration.fake_elasticsearch.hits import Document, ListedHits, NodeHits
from tests.es_integration.fake_elasticsearch.server import serve_fake

__all__ = ["Document", "FakeElasticsearch", "ListedHits", "NodeHits", "serve_fake"]
