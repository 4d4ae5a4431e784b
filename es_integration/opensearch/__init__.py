"""OpenSearch with the sidecar behind two rerank routes of its search pipelines.

spec          what to install: names, addresses, time-outs; the two routes
scripts       the Painless scripts of connectors
bodies        the bodies of connectors, models, pipelines and searches
addresses     whether a sidecar's address is a private one
calls         calls of the official client; their errors explained
capabilities  what a cluster's version and plugins can do
lookup        connectors, models and pipelines that a cluster already has
settings      the cluster settings that allow calls to the sidecar
connectors    the change of a route's connector
models        the change of a route's model
embeddings    the bodies by which a cluster gets the vectors of the sidecar's encoder
embed_pipelines  the changes of the pipelines among them
embedder      whether such vectors arrive, and are those of the index
install       plans and applies all of these, or removes them
processors    a route's processors for a pipeline that users have already
merge         puts them into the body of such a pipeline, updates them, takes them out
users_pipeline  the change of such a pipeline in the cluster
text_field    whether an index has the field that the flat route sends
predict       scores by a route's model, without a search
page_time     whether a page of hits is reranked in time
highlighter   whether the highlighter marks what it should; its model's ID
probe         sends three documents through a model to the sidecar, and checks the scores
verify        checks each step between the cluster and the new order

verify -> probe, page_time -> predict      verify -> highlighter, embedder -> probe
verify -> install
install -> settings, connectors -> models -> lookup -> calls
install -> users_pipeline -> merge -> bodies      install -> embed_pipelines -> embeddings
install, connectors, models, verify -> bodies -> embeddings, scripts, spec -> addresses
"""

from es_integration.opensearch.bodies import flat_search, highlight, structured_search
from es_integration.opensearch.embeddings import hybrid_query, neural_query
from es_integration.opensearch.highlighter import installed_highlighter
from es_integration.opensearch.install import (
    install,
    install_async,
    plan_install,
    plan_uninstall,
    uninstall,
    uninstall_async,
)
from es_integration.opensearch.page_time import page_time
from es_integration.opensearch.processors import installed_processors
from es_integration.opensearch.spec import OpenSearchInstall, Route
from es_integration.opensearch.verify import verify, verify_cluster, verify_cluster_async

__all__ = [
    "OpenSearchInstall",
    "Route",
    "flat_search",
    "highlight",
    "hybrid_query",
    "install",
    "install_async",
    "installed_highlighter",
    "installed_processors",
    "neural_query",
    "page_time",
    "plan_install",
    "plan_uninstall",
    "structured_search",
    "uninstall",
    "uninstall_async",
    "verify",
    "verify_cluster",
    "verify_cluster_async",
]
