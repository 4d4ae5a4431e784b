"""The routes that are no dialect's, all of them for GET, as /openapi.json describes them."""

from collections.abc import Mapping

PROBES: Mapping[str, str] = {
    "/health": "As /health/ready.",
    "/health/live": "200 unless a run hangs.",
    "/health/ready": "200 while requests are welcome.",
    "/health/startup": "200 once the model is loaded and proven.",
    "/": "As /health/ready: text-embeddings-inference's probe.",
    "/ping": "As /health/ready: SageMaker's probe.",
    "/v1/health/live": "As /health/live: NVIDIA NIM's probe.",
    "/v1/health/ready": "As /health/ready: NVIDIA NIM's probe.",
    "/.well-known/live": "As /health/live: Weaviate's probe.",
    "/.well-known/ready": "As /health/ready: Weaviate's probe.",
}
"""Path of a probe -> what it says; 503 otherwise."""
READ_ONLY_ROUTES: Mapping[str, str] = {
    **PROBES,
    "/info": "The model, the device, the layout, the limits and the score revision.",
    "/meta": "The default model, for Weaviate.",
    "/v1/models": "The models, in OpenAI's shape.",
    "/v1/models/{id}": "The model that answers requests for this name.",
    "/metrics": "Prometheus metrics; needs the scope `metrics` where keys come from a file.",
    "/admin/keys": "The API keys' names, scopes and quotas; 404 unless one has the scope `admin`.",
    "/openapi.json": "This document.",
    "/docs": "This document as a page.",
    "/docs/docs.css": "The page's stylesheet.",
    "/playground": "A page to try searches on; 404 where the setting `playground` is off.",
    "/playground/service": "The facts that the page needs; with the key where keys are set.",
    "/playground/{file}": "A file of the page.",
}
"""Path -> what is answered there."""
