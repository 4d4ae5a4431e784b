"""What applications ask before their first search: `/v1/models`, one of them, and `/meta`.

The keys are the union of what OpenAI's, NVIDIA's, vLLM's and Xinference's clients read.
"""

from typing import Any

from aiohttp import web

from sidecar import __version__
from sidecar.http.json_response import json_response
from sidecar.http.keys import SERVICE
from sidecar.http.service import Service
from sidecar.pipeline.model_names import Served


async def models(request: web.Request) -> web.Response:
    """All models in OpenAI's shape, the default first."""
    service = request.app[SERVICE]
    data = [_card(service, name, model) for name, model in service.models.served.items()]
    return json_response({"object": "list", "data": data})


async def model(request: web.Request) -> web.Response:
    """The model that answers requests for `{id}`: the default for a name that is not served.

    Raises UnknownModel for such a name if names are strict.
    """
    service = request.app[SERVICE]
    name = request.match_info["id"]
    found = service.models.find(name, strict=service.settings.strict_model)
    return json_response(_card(service, name, found))


async def meta(request: web.Request) -> web.Response:
    """The default model, for Weaviate, which shows all keys and reads none."""
    running = request.app[SERVICE].models.default.model.running
    body = {
        "version": __version__,
        "model": request.app[SERVICE].models.default.model.name,
        "languages": running.manifest.languages,
        "max_tokens": running.manifest.max_tokens,
        "score_revision": running.score_revision,
    }
    return json_response(body)


def _card(service: Service, name: str, model: Served) -> dict[str, Any]:
    """A model under the name that a client knows it by."""
    manifest = model.running.manifest
    return {
        "id": name,
        "object": "model",
        "created": service.loaded_at,
        "owned_by": "rerank-sidecar",
        # vLLM's, for Continue. `root` is the model that runs.
        "root": model.name,
        "parent": None,
        "max_model_len": manifest.max_tokens,
        # Xinference's, for Dify, MaxKB and RAGFlow.
        "model_type": "rerank" if manifest.encoding is None else "embedding",
        **({} if manifest.encoding is None else {"dimensions": manifest.encoding.dimensions}),
        "model_name": model.name,
        "language": manifest.languages,
        "context_length": manifest.max_tokens,
    }
