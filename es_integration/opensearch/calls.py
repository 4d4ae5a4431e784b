"""Calls of OpenSearch's official client, and its errors explained."""

from typing import Any

from es_integration.cluster.calls import ignore_missing, shortened
from es_integration.cluster.procedure import Call, Procedure
from es_integration.errors import ClusterRefused

SLOW_CALL_TIMEOUT_S = 60
"""For calls that may wait: the first connector of a cluster also creates two system indices."""


def send(call: Call) -> Procedure[Any]:
    """The answer to the call. Raises ClusterRefused."""
    from opensearchpy import OpenSearchException, TransportError

    try:
        answer = yield call
    except TransportError as error:
        status = error.status_code if isinstance(error.status_code, int) else 0
        raise ClusterRefused(_explained(status, str(error)), status) from error
    except OpenSearchException as error:
        raise ClusterRefused(_explained(0, str(error))) from error
    return answer


def send_ignoring_missing(call: Call) -> Procedure[Any]:
    """The answer to the call, None for a 404. Raises ClusterRefused."""
    return ignore_missing(send(call))


def _explained(status: int, message: str) -> str:
    """What the error means for the person at the keyboard; `message` is the client's own text."""
    reason = shortened(message)
    if "Error from remote service" in message:  # The sidecar's status, passed on unchanged.
        return f"the sidecar answered {status}: {reason}"
    if status == 0:
        return f"OpenSearch gave no answer: {reason}"
    if status == 401:
        return f"OpenSearch does not know these credentials: {reason}"
    if status == 403:
        return (
            f"these credentials may not do it: {reason}. Needed: cluster:admin/opensearch/ml/*,"
            " cluster:admin/search/pipeline/*, cluster:admin/settings/update, cluster:monitor/* and"
            " indices:monitor/settings/get"
        )
    return f"OpenSearch refused with {status}: {reason}"
