"""`rerank-sidecar model export`."""

from pathlib import Path
from typing import Annotated

import typer

STEPS = {
    "read": "Read the source",
    "framework": "Canonical pairs by the framework",
    "write": "Write graph and weights",
    "compare": "Canonical pairs by the graph",
}


def export_command(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A Hugging Face folder, or a hub name.")
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The model folder to write.")],
    name: Annotated[
        str | None, typer.Option(help="The model's name in answers; the source's when absent.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=64, help="Longest pair, if less than the model can read.")
    ] = None,
    instruction: Annotated[str | None, typer.Option(help="Default instruction (decoders).")] = None,
    separator: Annotated[
        str | None,
        typer.Option(help="Between the prompt's parts: line or blank-line (yes/no decoders)."),
    ] = None,
    pooling: Annotated[
        str | None,
        typer.Option(help="Make an encoder of a bare one: mean, cls or lasttoken (embeddings)."),
    ] = None,
    query_prefix: Annotated[
        str | None, typer.Option(help="What a query begins with, for encoders that want it.")
    ] = None,
    document_prefix: Annotated[
        str | None, typer.Option(help="What a document begins with, for encoders that want it.")
    ] = None,
    matryoshka: Annotated[
        str | None,
        typer.Option(help="Smaller sizes that an encoder was trained for, such as 64,128,256."),
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Branch, tag or commit of a hub name.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the model folder that is there.")
    ] = False,
) -> None:
    """Make a model folder with one fp32 graph of any supported reranker or sentence encoder.

    Without --force a folder that was written from the same files with the same settings is left
    as it is.
    """
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from sidecar.workshop.model.hub import fetch

    fetch(source, revision)  # before torch is imported; the hub shows bars of its own

    from sidecar.workshop.model.package import export

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(STEPS[step], total=None)
            progress.update(tasks[step], completed=done, total=total if done else None)

        manifest = export(
            source,
            folder,
            name,
            revision=revision,
            force=force,
            report=report,
            max_tokens=max_tokens,
            instruction=instruction,
            separator=separator,
            pooling=pooling,
            query_prefix=query_prefix,
            document_prefix=document_prefix,
            matryoshka=matryoshka,
        )
    if manifest is None:
        typer.echo(f"{folder} is there already, from the same source (--force makes it anew)")
    else:
        show_written(folder)


def show_written(folder: Path) -> None:
    """Prints each file of the folder with its size."""
    from sidecar.workshop.model.folder_files import format_size

    files = sorted(file for file in folder.iterdir() if file.is_file())
    width = max(len(str(file)) for file in files)
    for file in files:
        typer.echo(f"{file!s:<{width}}  {format_size(file.stat().st_size)}")
