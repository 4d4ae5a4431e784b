"""Scores of hits: by a model in this process, or by a sidecar that runs.

Both are asked so that every document gets the model's own score: with time enough for long
documents to be read whole, and with an error in place of a partial or degraded answer.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from es_integration.errors import SidecarError
from es_integration.sidecar_client import SyncSidecarClient
from sidecar.errors import RerankError, StartupError
from sidecar.workshop.evaluation.candidates import EvaluationError
from sidecar.workshop.evaluation.configuration import Configuration

DEADLINE_S = 600.0
Document = Mapping[str, Any] | str


class HitScorer(Protocol):
    """Scores documents for a query, as a configuration says."""

    def key(self, configuration: Configuration) -> str:
        """Equal keys give equal scores. Raises EvaluationError for an unknown model or profile."""

    def score(
        self, configuration: Configuration, query: str, documents: Sequence[Document]
    ) -> list[float]:
        """One score per document; higher is better. Raises EvaluationError."""


@contextmanager
def opened(
    place: tuple[str | None, str | None],
    profiles: Path | None = None,
    api_key: str | None = None,
    ca: Path | None = None,
) -> Iterator[HitScorer]:
    """The scorer of that place (`Configuration.place`). Raises StartupError."""
    sidecar, model = place
    if sidecar is None:
        with _in_process(model, profiles) as scorer:
            yield scorer
        return
    import ssl

    tls = None if ca is None else ssl.create_default_context(cafile=str(ca))
    with SyncSidecarClient(sidecar, timeout=DEADLINE_S, api_key=api_key, tls=tls) as client:
        yield _OverHttp(client, sidecar, _info(client, sidecar))


@contextmanager
def _in_process(model: str | None, profiles: Path | None) -> Iterator[HitScorer]:
    from sidecar.inprocess import Reranker

    # Without a cache of logits: the times of a second configuration would be those of a look-up.
    options: dict[str, Any] = {"profiles": profiles, "deadline_s": DEADLINE_S, "cache_mb": 0}
    with Reranker.open(model, **options) as reranker:
        yield _InProcess(reranker)


@dataclass(frozen=True)
class _InProcess:
    reranker: Any

    def key(self, configuration: Configuration) -> str:
        registry = self.reranker.registry
        name = configuration.profile or "plain"
        if name not in registry.config.profiles.names:
            known = ", ".join(registry.config.profiles.names)
            raise EvaluationError(f"there is no profile {name!r}, only {known}: --profiles DIR")
        profile = registry.config.profiles.get(name).model_dump_json()
        revision = registry.default.model.running.score_revision
        return _digest(revision, profile, configuration.instruction or "")

    def score(
        self, configuration: Configuration, query: str, documents: Sequence[Document]
    ) -> list[float]:
        try:
            result = self.reranker.rerank(
                query,
                documents,
                profile=configuration.profile,
                instruction=configuration.instruction,
            )
        except StartupError:
            raise
        except RerankError as fault:
            raise EvaluationError(f"{configuration.name}: {fault.message}") from None
        scores = [0.0] * len(documents)
        for ranked in result.ranked:
            scores[ranked.index] = ranked.logit
        return scores


@dataclass(frozen=True)
class _OverHttp:
    client: SyncSidecarClient
    url: str
    info: Mapping[str, Any]

    def key(self, configuration: Configuration) -> str:
        models = {model["model"]: model for model in self.info["models"]}
        name = configuration.model or self.info["model"]
        if name not in models:
            known = ", ".join(models)
            raise EvaluationError(f"{self.url} has no model {name!r}, only {known}")
        profile = configuration.profile or "plain"
        revision = models[name]["profiles"].get(profile)
        if revision is None:
            known = ", ".join(models[name]["profiles"])
            raise EvaluationError(f"{self.url} has no profile {profile!r}, only {known}")
        return _digest("sidecar", revision, configuration.instruction or "")

    def score(
        self, configuration: Configuration, query: str, documents: Sequence[Document]
    ) -> list[float]:
        options = {
            "model": configuration.model,
            "profile": configuration.profile,
            "instruction": configuration.instruction,
            "on_deadline": "error",
            "on_failure": "error",
        }
        given = {name: value for name, value in options.items() if value is not None}
        ranking = self.client.rerank_or_keep(query, documents, **given)
        reason = ranking.reason or (f"answered by {ranking.degraded}" if ranking.degraded else None)
        if ranking.scores is None or reason or len(ranking.order) != len(documents):
            raise EvaluationError(f"{configuration.name}: {reason or 'not every hit is scored'}")
        scores = [0.0] * len(documents)
        for index, score in zip(ranking.order, ranking.scores, strict=True):
            scores[index] = score
        return scores


def _info(client: SyncSidecarClient, url: str) -> Mapping[str, Any]:
    try:
        status, _, body = client.get("/info")
    except SidecarError as fault:
        raise EvaluationError(fault.message) from None
    if status != 200 or not isinstance(body, dict) or "models" not in body:
        raise EvaluationError(f"{url}/info answers {status}: is a rerank-sidecar there?")
    return body


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
