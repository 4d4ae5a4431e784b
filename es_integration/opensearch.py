"""What wires an OpenSearch cluster to the sidecar: connector, model, search pipeline.

    wiring = install_structured(client, "http://127.0.0.1:8090", "rerank", ["title", "brand"])
    client.search(index="products", params={"search_pipeline": wiring.pipeline},
                  body=structured_search({"match": {"title": "shoes"}}, "shoes", size=50))
    remove(client, wiring)

The two routes, and every body that is sent, are in `opensearch_bodies`.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from es_integration.errors import NotDeployed
from es_integration.opensearch_bodies import (
    Body,
    flat_connector,
    flat_pipeline,
    structured_connector,
    structured_pipeline,
)

# The official client is an extra: the bodies, and everything else in this package, work without
# it, so it is imported where it is used.
if TYPE_CHECKING:
    from opensearchpy import OpenSearch

DEPLOY_LIMIT_S = 30.0


@dataclass(frozen=True)
class Wiring:
    """What `install_*` registered; `remove` takes it away again."""

    connector_id: str
    model_id: str
    pipeline: str


def install_flat(
    client: "OpenSearch",
    sidecar_url: str,
    pipeline: str,
    fields: Sequence[str],
    *,
    ignore_failure: bool = True,
    **connector: Any,
) -> Wiring:
    """Register and deploy the flat route under the name `pipeline`."""
    return _install(
        client,
        flat_connector(sidecar_url, **connector),
        pipeline,
        lambda model_id: flat_pipeline(model_id, fields, ignore_failure=ignore_failure),
    )


def install_structured(
    client: "OpenSearch",
    sidecar_url: str,
    pipeline: str,
    fields: Sequence[str],
    *,
    ignore_failure: bool = True,
    **connector: Any,
) -> Wiring:
    """Register and deploy the structured route under the name `pipeline`."""
    return _install(
        client,
        structured_connector(sidecar_url, **connector),
        pipeline,
        lambda model_id: structured_pipeline(model_id, fields, ignore_failure=ignore_failure),
    )


def remove(client: "OpenSearch", wiring: Wiring) -> None:
    """Take the wiring away, last registered first; what is gone already is no error."""
    from opensearchpy import NotFoundError

    ml = client.plugins.ml
    if wiring.pipeline:
        with suppress(NotFoundError):
            client.search_pipeline.delete(id=wiring.pipeline)
    if wiring.model_id:
        with suppress(NotFoundError):
            ml.undeploy_model(model_id=wiring.model_id)  # A deployed model refuses deletion.
        with suppress(NotFoundError):
            ml.delete_model(model_id=wiring.model_id)
    with suppress(NotFoundError):
        ml.delete_connector(connector_id=wiring.connector_id)


def _install(
    client: "OpenSearch", connector: Body, pipeline: str, pipeline_body: Callable[[str], Body]
) -> Wiring:
    """All or nothing: a step that fails takes the earlier ones back."""
    connector_id = _create_connector(client, connector)
    model_id = ""
    try:
        model = {"name": connector["name"], "function_name": "remote", "connector_id": connector_id}
        answer = client.plugins.ml.register_model(body=model, params={"deploy": "true"})
        model_id = str(answer["model_id"])
        _wait_deployed(client, model_id)
        client.search_pipeline.put(id=pipeline, body=pipeline_body(model_id))
    except BaseException:
        # The pipeline's name is left out: one of that name may have been there before.
        remove(client, Wiring(connector_id, model_id, pipeline=""))
        raise
    return Wiring(connector_id, model_id, pipeline)


def _wait_deployed(client: "OpenSearch", model_id: str) -> None:
    """Registering answers at once, but the model may be DEPLOYING for a moment longer."""
    limit = time.monotonic() + DEPLOY_LIMIT_S
    while (
        state := client.plugins.ml.get_model(model_id=model_id).get("model_state")
    ) != "DEPLOYED":
        if time.monotonic() > limit:
            raise NotDeployed(f"model {model_id} is {state} after {DEPLOY_LIMIT_S:.0f} s")
        time.sleep(0.1)


def _create_connector(client: "OpenSearch", body: Body) -> str:
    from opensearchpy import TransportError

    try:
        answer = client.plugins.ml.create_connector(body=body)
    except TransportError as error:
        # The first connector of a cluster also makes the master key, which may miss its 3 s latch.
        if not isinstance(error.status_code, int) or error.status_code < 500:
            raise
        answer = client.plugins.ml.create_connector(body=body)
    return str(answer["connector_id"])
