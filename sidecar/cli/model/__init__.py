"""`rerank-sidecar model`: makes and measures model folders.

    export            a Hugging Face folder or hub name -> a model folder
    quantize          its fp32 graph -> int8, float and fp16 graphs
    check             measures a folder and writes its card
    exits             graphs in parts, which irrelevant pairs leave early
    calibrate         its temperature and bias, so that scores are probabilities
    reference         a running sidecar's scores, as what drift is measured against
    train             groups of documents -> a checkpoint
    fit_head          an encoder -> a checkpoint, by a few fitted weights
    average           several checkpoints -> their mean
    prune_vocabulary  a smaller vocabulary for a model of many languages
    progress          the progress bars of these commands

Each command but `reference` and `calibrate` imports the extra `build`, and only when it runs.
"""

import functools
from collections.abc import Callable
from typing import Any

import typer

from sidecar.cli.model.average import average_command
from sidecar.cli.model.calibrate import calibrate_model_command
from sidecar.cli.model.check import check_command
from sidecar.cli.model.exits import exits_command
from sidecar.cli.model.export import export_command
from sidecar.cli.model.fit_head import fit_head_command
from sidecar.cli.model.prune_vocabulary import prune_vocabulary_command
from sidecar.cli.model.quantize import quantize_command
from sidecar.cli.model.reference import reference_command
from sidecar.cli.model.train import train_command
from sidecar.cli.resuming import resumes
from sidecar.errors import StartupError

BUILD = {
    *("torch", "transformers", "huggingface_hub", "safetensors", "onnx", "zstandard"),
    *("bm25s", "ir_measures", "matplotlib", "scipy", "wordfreq"),
}
"""Packages that the extra `build` installs, some of which `learn` installs too."""


def with_build(command: Callable[..., None], extra: str = "build") -> Callable[..., None]:
    """The command, with one line instead of a traceback when a package of the extra is missing."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except ModuleNotFoundError as fault:
            if (fault.name or "").split(".")[0] not in BUILD:
                raise
            raise StartupError(
                f'{fault.name} is missing: pip install "rerank-sidecar[{extra},cpu]"'
            ) from None

    return run


def resumable(command: Callable[..., None]) -> Callable[..., None]:
    """The command; when interrupted, it says that it will resume."""

    return resumes(", without --force, keeps the steps that are done")(command)


model_app = typer.Typer(help="Make a model folder, and measure it.", no_args_is_help=True)
model_app.command("export")(with_build(export_command))
model_app.command("quantize")(with_build(resumable(quantize_command)))
model_app.command("check")(with_build(resumable(check_command)))
model_app.command("calibrate")(with_build(calibrate_model_command, "learn"))
model_app.command("reference")(reference_command)
model_app.command("train")(with_build(resumable(train_command)))
model_app.command("fit-head")(with_build(resumable(fit_head_command)))
model_app.command("average")(with_build(average_command))
model_app.command("exits")(with_build(exits_command))
model_app.command("prune-vocabulary")(with_build(prune_vocabulary_command))
