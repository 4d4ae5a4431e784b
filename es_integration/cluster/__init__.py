"""What installing, verifying and searching have in common for Elasticsearch and OpenSearch.

login          the address and credentials of a cluster; the official client for them
search_engine  which search engine answers at an address, or belongs to a client
procedure      a conversation with a cluster, written once for sync and async clients
calls          what the calls of both search engines share: missing things, retries, settings
change         what would change in a cluster, shown before it is applied
check          the result of each step that `verify` looks at
scan           every document of an index, page by page
probe          the query and documents that `verify` sends, and the checks of their scores
page_sample    the hits or example documents by which the time of a page is measured
page_time      how long a page of hits takes, from a sample; what size fits
sidecar_info   what the sidecar says of itself
sidecar_deadline  the sidecar's own limit
encoder        the encoder that the sidecar serves, and what a cluster asks of it
vector_probe   whether vectors are that encoder's
vector_fields  whether the indices' field fits that encoder
vector_pipeline  the ingest pipeline that writes vectors

change, calls, sidecar_deadline, page_sample -> procedure      probe, page_time -> check
page_time -> page_sample, sidecar_deadline
search_engine -> login -> calls      sidecar_deadline, encoder -> sidecar_info
vector_pipeline -> calls, encoder
"""
