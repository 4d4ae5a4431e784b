"""What `model train` does: data, negatives and a teacher into Groups, pruning, the run."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.recipe.collections import COLLECTIONS
from sidecar.workshop.model.recipe.mixture import collect
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
from sidecar.workshop.model.training.starting_model import open_named
from sidecar.workshop.model.training.teacher import BiEncoder, Teacher
from sidecar.workshop.model.training.train import Hyperparameters, Prepared, Report, prepared, train

ONE_IN = 10
"""One query of the user's in so many is held out."""
RECIPE_GROUPS = 9000
RECIPE_HELD_OUT = 18
"""Of the recipe's groups so many to one are held out, and 50 at least."""
SHARE = 0.5


@dataclass(frozen=True)
class TrainingData:
    pairs: tuple[Path, ...] = ()
    judged: tuple[Path, ...] = ()
    recipe: Path | None = None
    groups: int | None = None
    """Most Groups to train on."""


@dataclass(frozen=True)
class TeacherSpec:
    encoder: str | None = None
    teacher: str | None = None
    share: float | None = None
    words: float = 0.02
    by_domain: TeachersByDomain | None = None
    """Other teachers for the sources that it lists."""
    cosines: Path | None = None
    """The file that keeps their cosines; runs may share it."""


@dataclass(frozen=True)
class TrainingSpec:
    start: str
    data: TrainingData
    taught: TeacherSpec
    run: Hyperparameters
    layers: int | None = None
    vocabulary: int | None = None


def run_training(
    job: TrainingSpec, checkpoint: Path, report: Report = lambda event: None
) -> dict[str, Any]:
    """Writes the checkpoint; returns what its `train.json` holds.

    Raises ModelError: nothing to train on, options that do not go together, a start or a teacher
    that cannot be opened, a token limit that leaves no query room for a document, or a checkpoint
    that was begun with other settings.
    """
    if not (job.data.pairs or job.data.judged or job.data.recipe):
        raise ModelError("nothing to train on: give --pairs, --judged or --recipe")
    if job.data.recipe and not job.taught.encoder:
        raise ModelError("--recipe needs --encoder: it finds the negatives and judges the phrases")
    if job.taught.teacher and job.taught.by_domain:
        raise ModelError("give --teacher or --teachers, not both")
    start = open_named(job.start)
    batches = Batches(start.source, job.run.max_tokens, job.run.groups_per_batch)

    def make() -> Prepared:
        """Looked at before anything is written: the same command with another limit may follow."""
        trained, held = make_groups(job)
        return batches.trainable(trained), held

    groups = prepared(checkpoint, make, asdict(job))
    texts = [text for group in groups[0] for text in (group.query, *group.documents)]
    pruned = prune(start, job.layers, job.vocabulary, texts)
    return train(pruned, groups, job.run, checkpoint, COLLECTIONS, report)


def make_groups(job: TrainingSpec) -> Prepared:
    """(to train on, held out), shuffled by the run's seed."""
    encoder = BiEncoder(fetch(job.taught.encoder, None)) if job.taught.encoder else None
    teacher = Teacher(encoder, job.taught.words)
    seed, count = job.run.seed, job.data.groups
    domains = _domain_teachers(job.taught)
    share = SHARE if job.taught.share is None else job.taught.share
    trained: list[Group] = []
    held: list[Group] = []
    if job.data.recipe:
        wanted = count or RECIPE_GROUPS
        few = max(50, wanted // RECIPE_HELD_OUT)
        teach = partial(domains.teach, share=share) if domains else None
        trained += collect(job.data.recipe, wanted, teacher, seed, teach=teach)
        held += collect(job.data.recipe, few, teacher, seed, train=False, teach=teach)
    asked, corpus = _asked(job.data)
    if asked:
        parts = split(asked, ONE_IN)
        for into, part in zip((trained, held), parts, strict=True):
            rng = random.Random(f"{seed} pairs")
            if part:
                groups = judged_groups(part, corpus, teacher.mine, rng, _share(job.taught))
                into += domains.teach_all(groups, share) if domains else groups
    if job.taught.teacher:
        trained = _taught(trained, job.taught)
    random.Random(seed).shuffle(trained)
    return trained[:count], held


def _asked(data: TrainingData) -> tuple[list[JudgedQuery], list[str]]:
    asked = [one for file in data.pairs for one in read_pairs(file)]
    corpus = [text for one in asked for text in one.grades]
    for folder in data.judged:
        judged, texts = read_judgements(folder)
        asked += judged
        corpus += texts
    return asked, corpus


def _share(taught: TeacherSpec) -> float:
    """The encoder's share of the target: none when a reranker teaches in its place."""
    if taught.teacher or not taught.encoder:
        return 0.0
    return SHARE if taught.share is None else taught.share


def _domain_teachers(taught: TeacherSpec) -> DomainTeachers | None:
    if taught.by_domain is None or taught.cosines is None:
        return None
    return DomainTeachers(taught.by_domain, CosineFile(taught.cosines))


def _taught(groups: Sequence[Group], taught: TeacherSpec) -> list[Group]:
    """The groups with a reranker's logits of their documents."""
    assert taught.teacher is not None
    opinion = open_checkpoint(taught.teacher).reference
    logits = [tuple(opinion([(g.query, text) for text in g.documents])) for g in groups]
    return with_teacher(groups, logits, SHARE if taught.share is None else taught.share)
