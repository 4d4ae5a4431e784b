"""Install, verify and search on Elasticsearch: against the fake, or a real cluster.

Without ELASTICSEARCH_URL, the cluster is tests/es_integration/fake_elasticsearch. With it, the
tests with the fixture `cluster` use that cluster: ELASTICSEARCH_SIDECAR_URL is the address at which
its nodes reach the sidecar; RERANK_CLUSTER_API_KEY, _USER (name:password) and _CA log in.
"""
