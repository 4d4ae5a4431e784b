"""`rerank-sidecar model train`."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sidecar.cli.model.training_options import (
    Checkpoint,
    Force,
    Judged,
    PassagePrefix,
    Recipe,
)

Files = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help='JSON lines {"query", "text"[, "grade"][, "weight"][, "negatives"]}; may be repeated.',
    ),
]


def train_command(
    start: Annotated[
        str,
        typer.Argument(
            metavar="START",
            help="A BERT sentence encoder, a cross-encoder (folder or hub name), a checkpoint, or "
            'a model folder; "shipped" is the model in the package.',
        ),
    ],
    checkpoint: Checkpoint,
    pairs: Files = None,
    judged: Judged = None,
    recipe: Recipe = None,
    mixture: Annotated[
        str, typer.Option(help="Of the recipe: english (minilm-en's) or multilingual.")
    ] = "english",
    encoder: Annotated[
        str | None,
        typer.Option(help="A BERT sentence encoder: finds negatives, and teaches by its cosine."),
    ] = None,
    teacher: Annotated[
        str | None, typer.Option(help="A reranker (as for export) that teaches in its place.")
    ] = None,
    teachers: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="TOML: sentence encoders and which sources each of them teaches.",
        ),
    ] = None,
    teacher_share: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="The teacher's share of the target. Default: 0.5 with a teacher.",
            show_default=False,
        ),
    ] = None,
    teacher_words: Annotated[
        float, typer.Option(min=0, help="Weight of BM25 beside the encoder's cosine.")
    ] = 0.02,
    layers: Annotated[
        int | None, typer.Option(min=1, help="Keep this many layers of the start, evenly spaced.")
    ] = None,
    vocabulary: Annotated[
        int | None,
        typer.Option(min=1, help="Keep this many word pieces: the texts' most frequent."),
    ] = None,
    query_prefix: Annotated[
        str | None,
        typer.Option(
            help="START is an encoder that reads this before a query. Default: as its folder says.",
            show_default=False,
        ),
    ] = None,
    passage_prefix: PassagePrefix = None,
    cosine_scale: Annotated[
        float, typer.Option(min=0.1, help="START is an encoder: logits per 1 of its cosine.")
    ] = 8.0,
    cosine_centre: Annotated[
        float, typer.Option(min=-1, max=1, help="START is an encoder: its cosine of logit 0.")
    ] = 0.0,
    apart: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="START is an encoder: for this share of the run it reads query and passage partly "
            "apart, as it did before.",
        ),
    ] = 0.0,
    languages: Annotated[
        str, typer.Option(help="START is an encoder: codes of its languages, by commas.")
    ] = "en",
    licence: Annotated[
        str, typer.Option(help="START is an encoder: the licence of what is made of it.")
    ] = "Apache-2.0",
    groups: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Use at most this many groups of six documents. Default: all; 9000 of a recipe.",
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the groups.")] = 1,
    minutes: Annotated[float, typer.Option(help="Stop after this many minutes.")] = 600,
    rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 6e-5,
    max_tokens: Annotated[int, typer.Option(min=32, help="Cut longer pairs.")] = 208,
    batch: Annotated[int, typer.Option(min=1, help="Groups per step.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of the choice and order of the groups.")] = 7,
    force: Force = False,
) -> None:
    """Train a reranker on pairs, judgements, or both. An interrupted run resumes.

    Then `model export`, `model quantize` and `model check` make a model folder of the checkpoint.
    """
    let_waiting_threads_sleep()
    from sidecar.cli.model.export import show_written
    from sidecar.workshop.model.families.cosine_head_network import CosineStart
    from sidecar.workshop.model.families.cosine_head_prompt import Prefixes
    from sidecar.workshop.model.training.domains import read_teachers
    from sidecar.workshop.model.training.starting_model import EncoderStart
    from sidecar.workshop.model.training.train import Hyperparameters
    from sidecar.workshop.model.training.training_job import (
        TeacherSpec,
        TrainingData,
        TrainingSpec,
        run_training,
    )

    if force and checkpoint.exists():
        shutil.rmtree(checkpoint)
    taught_by = TeacherSpec(encoder, teacher, teacher_share, teacher_words)
    if teachers:
        cosines = teachers.with_suffix(".cosines.jsonl")
        taught_by = replace(taught_by, by_domain=read_teachers(teachers), cosines=cosines)
    with_prefixes = query_prefix is not None or passage_prefix is not None
    encoder_start = EncoderStart(
        Prefixes(query_prefix or "", passage_prefix or "") if with_prefixes else None,
        CosineStart(cosine_scale, cosine_centre),
        tuple(language.strip() for language in languages.split(",")),
        licence,
    )
    spec = TrainingSpec(
        start=start,
        data=TrainingData(tuple(pairs or ()), tuple(judged or ()), recipe, groups, mixture),
        teacher=taught_by,
        hyperparameters=Hyperparameters(minutes, epochs, rate, max_tokens, batch, seed, apart),
        layers=layers,
        vocabulary=vocabulary,
        encoder_start=encoder_start,
    )
    with _bar() as report:
        summary = run_training(spec, checkpoint, report)
    show_held_out(summary, "before", "after")
    show_written(checkpoint)


def let_waiting_threads_sleep() -> None:
    """To be called before torch is imported. On a busy machine a thread that spins while it waits
    held the core that the other one needed: 6 pairs a second instead of 22 (two cores)."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


@contextmanager
def _bar() -> Iterator[Callable[[dict[str, Any]], None]]:
    """A progress bar that the events of the log advance."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Read the texts, find negatives", total=None)

        def report(event: dict[str, Any]) -> None:
            text = f"Train, loss {event['loss']:.3f}, {event['pairs_per_second']} pairs/s"
            progress.update(task, description=text, completed=event["step"], total=event["of"])

        yield report


def show_held_out(summary: dict[str, Any], *columns: str) -> None:
    """Prints how often the best document of a held-out group ranks first, and the calibration."""
    from rich.console import Console
    from rich.table import Table

    console, groups = Console(), summary["held_out_groups"]
    if groups:
        title = "Share of groups, best document first"
        table = Table("held out", "groups", *columns, title=title)
        for name, count in groups.items():
            shares = [summary["held_out_first_right"][column][name] for column in columns]
            table.add_row(name, str(count), *(f"{share:.3f}" for share in shares))
        console.print(table)
    fitted = f"temperature {summary['temperature']}, bias {summary['bias']}"
    if summary["calibrated_on"]:
        console.print(f"Scores: {fitted}, fitted on {summary['calibrated_on']} groups", style="dim")
    else:
        console.print(f"Scores: {fitted}, as before: too few held-out groups to fit them on")
