"""What runs here: /info, in our own words and in those of text-embeddings-inference."""

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from sidecar import __version__
from sidecar.contracts.dialects.tei_predict import LABEL
from sidecar.contracts.validation import MAX_CONTAINERS, MAX_VALUES
from sidecar.http.connections import MAX_HEADER_BYTES, MAX_HEADERS, MAX_LINE_BYTES
from sidecar.http.json_response import json_response
from sidecar.http.keys import SERVICE
from sidecar.lenient_json import MAX_DEPTH
from sidecar.pipeline.embed_pipeline import EmbedPipeline
from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.profile import Profile
from sidecar.runtime.cores import available_cores
from sidecar.schema import MAX_FIELDS, MAX_INSTRUCTION
from sidecar.settings import Settings
from sidecar.telemetry.cost import BASES, Basis, Cost

TEI_MAX_CONCURRENT_REQUESTS = 512
"""Here requests are refused by the time that they would take, not by their number."""


async def info(request: web.Request) -> web.Response:
    """The default model, and below `models` all of them; two replicas with one score_revision give
    the same scores."""
    service = request.app[SERVICE]
    models, cost = service.models, service.answers.cost
    body = {
        "version": __version__,
        **_model(models.default),
        **_tei(models.default, service.settings),
        "limits": _limits(service.settings),
        "cost": None if cost is None else _cost(cost),
        "profiles": _profiles(models.default, models),
        "experiments": service.experiments.describe(),
        "hooks": [
            {"hook": str(state.hook), "calls": state.calls, "disabled": state.disabled}
            for state in models.config.hooks.states()
        ],
        "models": [
            _model(pipeline)
            | (
                _encoding(pipeline)
                if isinstance(pipeline, EmbedPipeline)
                else {
                    "profiles": _profiles(pipeline, models),
                    "score_references": {
                        profile: {"edges": reference.edges, "shares": reference.shares}
                        for profile, reference in service.answers.references(pipeline.model).items()
                    },
                }
            )
            for pipeline in models.pipelines
        ],
    }
    return json_response(body)


def _model(pipeline: RerankPipeline | EmbedPipeline) -> dict[str, Any]:
    model, load = pipeline.model, pipeline.scorer.load()
    running, layout = model.running, model.layout
    manifest, graph = running.manifest, running.graph
    return {
        "model": model.name,
        "family": manifest.family,
        "languages": manifest.languages,
        "licence": manifest.licence,
        "graph": running.name,
        "precision": graph.precision,
        "tolerance": graph.tolerance,
        "engine": running.runtime,
        "device": running.device,
        "score_revision": running.score_revision,
        "max_tokens": manifest.max_tokens,
        "layout": {
            "workers": layout.workers,
            "intra_op_threads": layout.intra_op_threads,
            "token_budget": layout.token_budget,
            "source": layout.source,
        },
        "breaker": pipeline.health.state,
        "tokens_per_second": round(load.tokens_per_second or 0.0, 1),
        "files_digest": manifest.files_digest,
        "quality": manifest.quality,
    }


def _encoding(pipeline: EmbedPipeline) -> dict[str, Any]:
    """What an index needs to know of an encoder."""
    encoding = pipeline.model.running.manifest.encoding
    assert encoding is not None
    return {
        "kind": "encoder",
        "dimensions": encoding.dimensions,
        "matryoshka": encoding.matryoshka,
        "pooling": encoding.pooling,
        "prefixes": encoding.prefixes,
    }


def _tei(pipeline: RerankPipeline, settings: Settings) -> dict[str, Any]:
    """The keys of text-embeddings-inference's /info (`Info` in its router/src/lib.rs), which Dify
    and Continue read. What has no counterpart here has the value of TEI's default."""
    model = pipeline.model
    running, max_tokens = model.running, model.running.manifest.max_tokens
    return {
        "model_id": model.name,
        "model_sha": running.manifest.files[running.graph.file],
        "model_dtype": running.graph.precision,
        "served_model_name": model.name,
        "model_type": {"reranker": {"id2label": {"0": LABEL}, "label2id": {LABEL: 0}}},
        "max_concurrent_requests": TEI_MAX_CONCURRENT_REQUESTS,
        "max_input_length": max_tokens,
        "max_batch_tokens": model.layout.token_budget or max_tokens,
        "max_batch_requests": None,
        "max_client_batch_size": settings.max_documents,
        "auto_truncate": True,
        "tokenization_workers": available_cores(),
        "sha": None,
        "docker_label": None,
    }


def _limits(settings: Settings) -> dict[str, Any]:
    return {
        "max_documents": settings.max_documents,
        "max_body_bytes": settings.max_body_bytes,
        "deadline_ms": settings.deadline_ms,
        "max_values": MAX_VALUES,
        "max_containers": MAX_CONTAINERS,
        "max_depth": MAX_DEPTH,
        "max_fields": MAX_FIELDS,
        "max_instruction_characters": MAX_INSTRUCTION,
        "max_line_bytes": MAX_LINE_BYTES,
        "max_header_bytes": MAX_HEADER_BYTES,
        "max_headers": MAX_HEADERS,
        "max_connections": settings.max_connections,
        "body_timeout_s": settings.body_timeout_s,
        "write_timeout_s": settings.write_timeout_s,
        "keep_alive_s": settings.keep_alive_s,
    }


def _cost(cost: Cost) -> dict[str, Any]:
    """Since the start; null where there was no work."""

    def by_basis(of: Callable[[Basis], float]) -> dict[str, float | None]:
        costs = {basis: of(basis) for basis in BASES}
        return {basis: None if math.isnan(each) else each for basis, each in costs.items()}

    work = cost.work()
    return {
        "price_per_hour": cost.price_per_hour,
        "seconds": {"wall": round(work.wall_s, 1), "busy": round(work.busy_s, 1)},
        "queries": work.queries,
        "pairs": work.pairs,
        "per_1000_queries": by_basis(cost.per_1000_queries),
        "per_million_pairs": by_basis(cost.per_million_pairs),
    }


def _profiles(pipeline: RerankPipeline, models: ModelRegistry) -> dict[str, str]:
    """Profile -> the revision of the model's scores under it."""
    revision = pipeline.model.running.score_revision
    profiles = models.config.profiles
    return {
        name: _profile_revision(
            [revision, *_encoder_revisions(profiles.get(name), models)], profiles.get(name)
        )
        for name in profiles.names
    }


def _encoder_revisions(profile: Profile, models: ModelRegistry) -> list[str]:
    """Of the encoders whose vectors the profile compares."""
    names = dict.fromkeys(signal.encoder for signal in encoded_signals(profile).values())
    return [models.find(name, kind="encoder").running.score_revision for name in names]


def _profile_revision(score_revisions: Sequence[str], profile: Profile) -> str:
    """Changes whenever a document's score under the profile could."""
    absent = {"calibration"} if profile.calibration is None else set()  # as before there was one
    text = f"{' '.join(score_revisions)} {profile.model_dump_json(exclude=absent)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
