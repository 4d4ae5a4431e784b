"""`model train` from its options to the checkpoint: data, negatives, teacher, pruning, the run."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.families.cosine_head_network import CrossEncoder
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.recipe.collections import COLLECTIONS
from sidecar.workshop.model.recipe.mixture import MIXTURES, collect
from sidecar.workshop.model.training.batches import Batches
from sidecar.workshop.model.training.domain_teachers import CosineFile, DomainTeachers
from sidecar.workshop.model.training.domains import TeachersByDomain
from sidecar.workshop.model.training.group import Group, with_teacher
from sidecar.workshop.model.training.judged_queries import (
    JudgedQuery,
    read_judgements,
    read_pairs,
    split,
)
from sidecar.workshop.model.training.negatives import judged_groups
from sidecar.workshop.model.training.prune import prune
from sidecar.workshop.model.training.starting_model import AS_MINILM, EncoderStart, open_named
from sidecar.workshop.model.training.teacher import BiEncoder, Teacher
from sidecar.workshop.model.training.train import (
    Hyperparameters,
    PreparedGroups,
    Report,
    prepare_groups,
    train,
)

HELD_OUT_ONE_IN = 10
"""One in this many of the user's queries is held out."""
RECIPE_GROUPS = 9000
RECIPE_HELD_OUT_ONE_IN = 18
"""For this many of the recipe's groups one more is held out, but at least RECIPE_MIN_HELD_OUT."""
RECIPE_MIN_HELD_OUT = 50
TEACHER_SHARE = 0.5


@dataclass(frozen=True)
class TrainingData:
    """Where the groups come from."""

    pairs: tuple[Path, ...] = ()
    """Files for `read_pairs`."""
    judged: tuple[Path, ...] = ()
    """Folders for `read_judgements`."""
    recipe: Path | None = None
    """The data folder of the shipped model's recipe."""
    groups: int | None = None
    """Train on at most so many groups."""
    mixture: str = "english"
    """Of the recipe: a name in MIXTURES."""


@dataclass(frozen=True)
class TeacherSpec:
    """Who finds negatives, and who gives soft labels."""

    encoder: str | None = None
    """A sentence encoder: finds negatives, and teaches unless a reranker does."""
    teacher: str | None = None
    """A reranker."""
    share: float | None = None
    """Of the target distribution; None: TEACHER_SHARE where somebody teaches."""
    words: float = 0.02
    """Weight of BM25 beside the encoder's cosine."""
    by_domain: TeachersByDomain | None = None
    """Other teachers for the sources that it lists."""
    cosines: Path | None = None
    """The file that keeps their cosines; runs may share it."""


@dataclass(frozen=True)
class TrainingSpec:
    """The options of `model train`."""

    start: str
    """As `open_named` takes it."""
    data: TrainingData
    teacher: TeacherSpec
    hyperparameters: Hyperparameters
    layers: int | None = None
    """Keep so many; None: all."""
    vocabulary: int | None = None
    """Keep so many word pieces; None: all."""
    encoder_start: EncoderStart = AS_MINILM
    """Of a start that is a sentence encoder."""

    def settings(self) -> dict[str, Any]:
        """What `settings.json` holds: a checkpoint is resumed only by an equal spec."""
        data, run = asdict(self.data), asdict(self.hyperparameters)
        # Older checkpoints do not name these.
        if self.data.mixture == TrainingData.mixture:
            del data["mixture"]
        if self.hyperparameters.apart == Hyperparameters.apart:
            del run["apart"]
        settings = {
            "start": self.start,
            "data": data,
            "taught": asdict(self.teacher),
            "run": run,
            "layers": self.layers,
            "vocabulary": self.vocabulary,
        }
        if self.encoder_start != AS_MINILM:
            settings["encoder_start"] = asdict(self.encoder_start)
        return settings


def run_training(
    spec: TrainingSpec, folder: Path, report: Report = lambda event: None
) -> dict[str, Any]:
    """Writes the checkpoint to `folder`; returns what its `train.json` holds.

    Raises ModelError: nothing to train on, options that exclude each other, a start or a teacher
    that cannot be opened, a token limit that leaves no query room for a document, or a checkpoint
    that was begun with other settings.
    """
    if not (spec.data.pairs or spec.data.judged or spec.data.recipe):
        raise ModelError("nothing to train on: give --pairs, --judged or --recipe")
    if spec.data.recipe and not spec.teacher.encoder:
        raise ModelError("--recipe needs --encoder: it finds the negatives and judges the phrases")
    if spec.data.mixture not in MIXTURES:
        raise ModelError(f"no mixture {spec.data.mixture!r}: give {' or '.join(MIXTURES)}")
    if spec.teacher.teacher and spec.teacher.by_domain:
        raise ModelError("give --teacher or --teachers, not both")
    start = open_named(spec.start, spec.encoder_start)
    if spec.hyperparameters.apart and not isinstance(start.checkpoint.network, CrossEncoder):
        raise ModelError("--apart is of a start that is a sentence encoder")
    hyperparameters = spec.hyperparameters
    batches = Batches(
        start.checkpoint, hyperparameters.max_tokens, hyperparameters.groups_per_batch
    )

    def make() -> PreparedGroups:
        """Checked before anything is written: the same command with another limit may follow."""
        to_train, held_out = make_groups(spec)
        return batches.trainable(to_train), held_out

    groups = prepare_groups(folder, make, spec.settings())
    texts = [text for group in groups[0] for text in (group.query, *group.documents)]
    pruned = prune(start, spec.layers, spec.vocabulary, texts)
    return train(pruned, groups, hyperparameters, folder, COLLECTIONS, report)


def make_groups(spec: TrainingSpec) -> PreparedGroups:
    """(to train on, held out); the first are shuffled by the seed."""
    encoder = BiEncoder(fetch(spec.teacher.encoder, None)) if spec.teacher.encoder else None
    teacher = Teacher(encoder, spec.teacher.words)
    seed, limit = spec.hyperparameters.seed, spec.data.groups
    domains = _domain_teachers(spec.teacher)
    share = TEACHER_SHARE if spec.teacher.share is None else spec.teacher.share
    to_train: list[Group] = []
    held_out: list[Group] = []
    if spec.data.recipe:
        count = limit or RECIPE_GROUPS
        held_out_count = max(RECIPE_MIN_HELD_OUT, count // RECIPE_HELD_OUT_ONE_IN)
        teach = partial(domains.teach, share=share) if domains else None
        mixture = MIXTURES[spec.data.mixture]
        recipe = partial(
            collect, spec.data.recipe, teacher=teacher, seed=seed, teach=teach, mixture=mixture
        )
        to_train += recipe(count)
        held_out += recipe(held_out_count, train=False)
    queries, corpus = _read(spec.data)
    if queries:
        parts = split(queries, HELD_OUT_ONE_IN)
        encoder_share = _encoder_share(spec.teacher)
        for destination, part in zip((to_train, held_out), parts, strict=True):
            rng = random.Random(f"{seed} pairs")
            if part:
                groups = judged_groups(part, corpus, teacher.mine, rng, encoder_share)
                destination += domains.teach_all(groups, share) if domains else groups
    if spec.teacher.teacher:
        to_train = _with_reranker(to_train, spec.teacher)
    random.Random(seed).shuffle(to_train)
    return to_train[:limit], held_out


def _read(data: TrainingData) -> tuple[list[JudgedQuery], list[str]]:
    """(the user's queries, all texts)."""
    queries = [query for file in data.pairs for query in read_pairs(file)]
    corpus = [text for query in queries for text in query.grades]
    for folder in data.judged:
        judged, texts = read_judgements(folder)
        queries += judged
        corpus += texts
    return queries, corpus


def _encoder_share(teacher: TeacherSpec) -> float:
    """The encoder's share of the target: none when a reranker teaches in its place."""
    if teacher.teacher or not teacher.encoder:
        return 0.0
    return TEACHER_SHARE if teacher.share is None else teacher.share


def _domain_teachers(teacher: TeacherSpec) -> DomainTeachers | None:
    if teacher.by_domain is None or teacher.cosines is None:
        return None
    return DomainTeachers(teacher.by_domain, CosineFile(teacher.cosines))


def _with_reranker(groups: Sequence[Group], teacher: TeacherSpec) -> list[Group]:
    """The groups with a reranker's logits of their documents."""
    assert teacher.teacher is not None
    score = open_checkpoint(teacher.teacher).reference
    logits = [tuple(score([(group.query, text) for text in group.documents])) for group in groups]
    return with_teacher(groups, logits, TEACHER_SHARE if teacher.share is None else teacher.share)
