"""Scores every hit once, through the service's own request path in this process.

Hooks do not run: what they add is their own. Everything else is as `serve` does it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import RerankError, StartupError
from sidecar.inprocess import Reranker
from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.profile import Profile
from sidecar.profiles import Profiles
from sidecar.request import RankResult
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.shipped_models import ENCODER, named_folder
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.scored_hits.judged_parts import FittingError
from sidecar.workshop.scored_hits.probe import (
    document_of,
    encoded_at_weight_one,
    probed,
    uncalibrated,
)
from sidecar.workshop.scored_hits.scored_query import (
    PartsFile,
    PartsHead,
    ScoredQuery,
    digest_of,
)

DEADLINE_S = 3600.0
"""For the hits of one query: documents are read whole, however slow the machine is."""


@dataclass(frozen=True)
class OpenedModel:
    """A model that scores, under profiles that are given to it one after another."""

    reranker: Reranker
    profiles: dict[str, Profile]

    @property
    def score_revision(self) -> str:
        return self.reranker.registry.default.model.running.score_revision

    @property
    def encoder_revisions(self) -> tuple[str, ...]:
        """Of the encoders whose vectors the profile compares."""
        live = self.reranker.registry.live
        return tuple(
            each.running.score_revision for each in live if each.running.manifest.is_encoder
        )

    def rank(
        self,
        profile: Profile,
        candidates: Candidates,
        documents: Sequence[Any],
        *,
        explain: bool = False,
    ) -> RankResult:
        """The documents in their own order. Raises FittingError with the query's ID."""
        self.profiles[profile.name] = profile
        try:
            return self.reranker.rerank(
                candidates.query, documents, profile=profile.name, order="input", explain=explain
            )
        except StartupError:
            raise
        except RerankError as fault:
            raise FittingError(f"query {candidates.query_id!r}: {fault.message}") from None


@contextmanager
def opened(model: Path | None, profile: Profile) -> Iterator[OpenedModel]:
    """The model of a folder, or the shipped one, with the encoders that the profile needs: shipped
    ones by their names, others by their folders. Raises ModelError and the like."""
    profiles: dict[str, Profile] = {}
    wanted = (signal.encoder or ENCODER for signal in encoded_signals(profile).values())
    registry = ModelRegistry.open(
        [
            ModelSource(model),
            *(ModelSource(named_folder(name), name) for name in dict.fromkeys(wanted)),
        ],
        RuntimeOptions(),
        deadline_s=DEADLINE_S,
        config=RankingConfig(Profiles(profiles)),
    )
    with Reranker(registry) as reranker:
        yield OpenedModel(reranker, profiles)


def score_hits(
    candidates: Sequence[Candidates],
    profile: Profile,
    model: OpenedModel,
    parts: Path,
    begin_step: BeginStep,
) -> list[ScoredQuery]:
    """The hits of each query, without the profile's calibration; those that the file `parts` knows
    are read from it, and it keeps the others.

    Raises FittingError with the query's ID for hits that cannot be scored, and as `PartsFile`.
    """
    profile = uncalibrated(profile)
    scored: list[ScoredQuery] = []
    to_do = []
    head = PartsHead.of(profile, model.score_revision, model.encoder_revisions)
    with PartsFile(parts, head) as file:
        for each in candidates:
            documents = [document_of(hit, profile) for hit in each.hits]
            digest = digest_of(each.query, documents)
            if (known := file.find(each.query_id, digest)) is not None:
                scored.append(known)
            else:
                to_do.append((each, documents, digest))
        if to_do:
            advance = begin_step("queries scored", len(to_do))
            for each, documents, digest in to_do:
                found = _scored(each, documents, profile, model)
                file.add(digest, found)
                scored.append(found)
                advance()
    places = {each.query_id: place for place, each in enumerate(candidates)}
    return sorted(scored, key=lambda each: places[each.query_id])


def _scored(
    candidates: Candidates, documents: Sequence[Any], profile: Profile, model: OpenedModel
) -> ScoredQuery:
    result = model.rank(encoded_at_weight_one(profile), candidates, documents, explain=True)
    if not result.explanations:
        raise FittingError(f"query {candidates.query_id!r} is blank")
    of_model = [
        sum(part["value"] for part in entry["parts"] if part["kind"] == "model")  # type: ignore[attr-defined]
        for entry in result.explanations
    ]
    columns = probed(profile, candidates.query, documents)
    for name in encoded_signals(profile):
        columns["signal", name] = [_part(entry, name) for entry in result.explanations]
    ids = tuple(hit.id for hit in candidates.hits)
    return ScoredQuery(candidates.query_id, ids, tuple(of_model), columns)


def _part(explanation: Mapping[str, Any], signal: str) -> float:
    parts = explanation["parts"]
    found = [p["value"] for p in parts if (p["kind"], p["name"]) == ("signal", signal)]
    return float(sum(found))
