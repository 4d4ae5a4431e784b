"""What makes an OpenSearch cluster rerank by the sidecar itself.

wanted     what a cluster is to have for one sidecar and profile: names, addresses, time-outs
bodies     connectors, models, pipelines and searches, body by body
install    install, uninstall: what would change, and the change
settings   the cluster settings that allow it; models the connectors and models
verify     each link from the cluster to the new order; probe the part through the sidecar
asking     calls, and refusals in words; found what is there already; addresses
"""

from es_integration.opensearch.bodies import flat_search, structured_search
from es_integration.opensearch.install import (
    install,
    install_async,
    plan_install,
    plan_uninstall,
    uninstall,
    uninstall_async,
)
from es_integration.opensearch.spec import OpenSearchInstall, Route
from es_integration.opensearch.verify import verify, verify_cluster, verify_cluster_async

__all__ = [
    "OpenSearchInstall",
    "Route",
    "flat_search",
    "install",
    "install_async",
    "plan_install",
    "plan_uninstall",
    "structured_search",
    "uninstall",
    "uninstall_async",
    "verify",
    "verify_cluster",
    "verify_cluster_async",
]
