"""`model fit-head`: an encoder becomes a reranker that reads query and document apart.

The encoder stays as it is. Each step's result is kept in the checkpoint's folder, so that an
interrupted run resumes: `groups.jsonl` (the pools), `means.safetensors`, `features.jsonl`, and at
the end what `model export` reads.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import BertConfig, BertModel

from sidecar.errors import ModelError
from sidecar.workshop.model.check.judged_collection import read_judged
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families import source_name
from sidecar.workshop.model.families.cosine_head_prompt import Prefixes, read_prefixes
from sidecar.workshop.model.families.late_interaction import (
    count_prefix_pieces,
    make_checkpoint,
    open_network_of,
)
from sidecar.workshop.model.families.late_interaction_features import (
    default_features,
    read_features,
)
from sidecar.workshop.model.families.late_interaction_network import (
    ARCHITECTURE,
    LateInteraction,
)
from sidecar.workshop.model.folder_files import write_text
from sidecar.workshop.model.head_fitting.held_out import SourceQuality, calibration, qualities
from sidecar.workshop.model.head_fitting.information import information
from sidecar.workshop.model.head_fitting.listwise import PENALTY, Head, fit_listwise
from sidecar.workshop.model.head_fitting.pair_features import (
    FEATURES,
    MEANS,
    TEXTS_FOR_MEANS,
    Matrix,
    PairReader,
    features_of,
)
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.pretrained import (
    TRAINING_SUMMARY,
    architecture_of,
    open_network,
    open_tokenizer,
    read_config,
)
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.recipe.collections import COLLECTIONS
from sidecar.workshop.model.recipe.pools import pool, pools
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.train import prepare_groups

HELD_OUT_ONE_IN = 5
"""One pool in this many of each collection is held out."""


class _Encoder(BertModel):
    """Without the pooler, which no feature reads."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config, add_pooling_layer=False)


@dataclass(frozen=True)
class HeadSpec:
    """The options of `model fit-head`."""

    encoder: str
    """A folder or hub name."""
    recipe: Path | None = None
    """The data folder of the shipped models' recipe."""
    judged: tuple[Path, ...] = ()
    """Folders for `read_judged`."""
    pools: int = 60
    """Of each collection of the recipe."""
    prefixes: Prefixes | None = None
    """None: those that the encoder's folder names."""
    features: tuple[str, ...] | None = None
    """None: `default_features`."""
    penalty: float = PENALTY
    """Of the squared weights: see `fit_listwise`."""
    max_tokens: int | None = None
    """Cut longer pairs while fitting; None: as serving does."""
    languages: tuple[str, ...] = ("en",)
    licence: str = "Apache-2.0"
    seed: int = 7

    def settings(self) -> dict[str, Any]:
        """What `settings.json` holds: a run is resumed only by an equal spec."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What was fitted, and its worth on the held-out pools by collection."""

    weights: dict[str, float]
    """By feature."""
    held_out: dict[str, SourceQuality]
    calibration: dict[str, Any]
    """See `held_out.calibration`."""


def fit_head(spec: HeadSpec, folder: Path, begin_step: BeginStep = no_progress) -> Outcome:
    """Writes the checkpoint to `folder`.

    Raises ModelError: no data, a source that is no BERT encoder, an unknown feature, too few pools,
    or a folder that was begun with other settings.
    """
    if not (spec.recipe or spec.judged):
        raise ModelError("nothing to fit on: give --recipe or --judged")
    checkpoint = _open_encoder(spec)
    batches = Batches(checkpoint, checkpoint.max_tokens, groups_per_batch=1)
    to_fit, held_out = prepare_groups(
        folder, lambda: _split(batches.trainable(_pools(spec))), spec.settings()
    )
    network = checkpoint.network
    assert isinstance(network, LateInteraction)
    texts = list(dict.fromkeys(text for group in to_fit for text in group.documents))
    network.information.copy_(information(checkpoint.tokenizer, texts, len(network.information)))
    sample = random.Random(spec.seed).sample(texts, min(TEXTS_FOR_MEANS, len(texts)))
    reader = PairReader(checkpoint)
    reader.set_means(sample, folder / MEANS, begin_step)
    matrices = features_of([*to_fit, *held_out], reader, folder / FEATURES, begin_step)
    fitted, others = matrices[: len(to_fit)], matrices[len(to_fit) :]
    network.cpu()
    head = fit_listwise(fitted, [group.known_gains for group in to_fit], spec.penalty)
    network.weight.data = torch.from_numpy(head.weights).float()
    network.bias.data.fill_(head.bias)
    outcome = _outcome(network, head, held_out, others)
    assert checkpoint.save is not None
    checkpoint.save(checkpoint, folder)
    _write_summary(spec, outcome, to_fit, folder)
    return outcome


def _open_encoder(spec: HeadSpec) -> Checkpoint:
    """The encoder as a late-interaction network whose head says nothing yet; it reads pairs of at
    most `spec.max_tokens`."""
    source = fetch(spec.encoder, None)
    encoder, names = _read_encoder(spec.encoder, source)
    layers = encoder.config.num_hidden_layers
    names = spec.features or names or default_features(layers)
    read_features(names, layers)
    prefixes = read_prefixes(source) if spec.prefixes is None else spec.prefixes
    tokenizer = open_tokenizer(source)
    network = LateInteraction(encoder, names, count_prefix_pieces(tokenizer, prefixes)).eval()
    name = source_name(spec.encoder)
    return make_checkpoint(network, tokenizer, name, prefixes, max_tokens=spec.max_tokens)


def _read_encoder(name: str, folder: Path) -> tuple[BertModel, tuple[str, ...]]:
    """(encoder, the features of a checkpoint that was fitted before, if it is one)."""
    architecture = architecture_of(read_config(folder))
    if architecture == ARCHITECTURE:
        network = open_network_of(folder)
        return network.encoder, tuple(feature.name for feature in network.features_read)
    if architecture not in ("", "BertModel"):
        raise ModelError(f"{name} is {architecture}: a head is fitted to BERT encoders alone")
    encoder = open_network(_Encoder, folder)
    assert isinstance(encoder, BertModel)
    return encoder, ()


def _pools(spec: HeadSpec) -> list[Group]:
    found = pools(spec.recipe, spec.pools, spec.seed) if spec.recipe else []
    for folder in spec.judged:
        collection = read_judged(folder, None)
        for judged in collection.pools:
            grades = {collection.texts[key]: grade for key, grade in judged.grades.items()}
            found.append(pool(collection.name, judged.query, grades))
    return found


def _split(groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
    """(to fit on, held out)."""
    seen: Counter[str] = Counter()
    to_fit: list[Group] = []
    held_out: list[Group] = []
    for group in groups:
        seen[group.source] += 1
        (to_fit if seen[group.source] % HELD_OUT_ONE_IN else held_out).append(group)
    return to_fit, held_out


def _outcome(
    network: LateInteraction, head: Head, held_out: Sequence[Group], matrices: Sequence[Matrix]
) -> Outcome:
    names = [feature.name for feature in network.features_read]
    logits = [head.logits(matrix) for matrix in matrices]
    cosines = None
    if "cosine" in names:
        column = names.index("cosine")
        cosines = [matrix[:, column].astype(np.float64) for matrix in matrices]
    return Outcome(
        dict(zip(names, head.weights.tolist(), strict=True)),
        qualities(held_out, logits, cosines),
        calibration(held_out, logits),
    )


def _write_summary(spec: HeadSpec, outcome: Outcome, fitted: Sequence[Group], folder: Path) -> None:
    licences = {source.name: source.licence for source in COLLECTIONS}
    rows: Counter[str] = Counter()
    for group in fitted:
        rows[group.source] += len(group.documents)
    summary = {
        "languages": spec.languages,
        "licence": spec.licence,
        **outcome.calibration,
        "groups": len(fitted),
        "weights": {name: round(weight, 4) for name, weight in outcome.weights.items()},
        "collections": [
            {"name": name, "licence": licences.get(name, ""), "rows": count}
            for name, count in sorted(rows.items())
        ],
        "held_out": {name: quality.as_json() for name, quality in outcome.held_out.items()},
    }
    write_text(folder / TRAINING_SUMMARY, json.dumps(summary, indent=2) + "\n")
