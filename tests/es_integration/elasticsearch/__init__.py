"""Install, verify and search on Elasticsearch: against the test peer, or a real cluster.

Without ELASTICSEARCH_URL the peer of tests/es_integration/inference_peer plays the cluster. With it
the tests marked by the fixture `cluster` use that one; ELASTICSEARCH_SIDECAR_URL is the sidecar's
address as its nodes see it, and RERANK_CLUSTER_API_KEY, _USER (name:password) and _CA log in.
"""
