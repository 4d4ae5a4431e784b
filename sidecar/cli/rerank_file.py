"""`rerank-sidecar rerank-file`: a file of queries and their hits, reranked row by row."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.cli.cluster.options import split
from sidecar.cli.evaluate import Fields
from sidecar.cli.resuming import resumes
from sidecar.errors import StartupError

if TYPE_CHECKING:
    from sidecar.workshop.bulk.rerank_file import OpenRanker


def rerank_file_command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            dir_okay=False,
            help='JSON lines of {"query", "hits"} (also .zst), or a Parquet table (.parquet).',
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            dir_okay=False,
            help="JSON lines, or a Parquet table (.parquet); written once all rows are ranked.",
        ),
    ],
    model: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="A model folder.", show_default="the shipped model"),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="The profile's name.", show_default="plain")
    ] = None,
    profiles: Annotated[
        Path | None, typer.Option(file_okay=False, help="A folder with profiles of your own.")
    ] = None,
    instruction: Annotated[
        str | None, typer.Option(help="For models whose prompt takes one.")
    ] = None,
    fields: Fields = None,
    window: Annotated[
        int | None,
        typer.Option(
            min=1, help="Rerank that many of the first hits; the others follow.", show_default="all"
        ),
    ] = None,
    top_n: Annotated[
        int | None, typer.Option(min=1, help="Most hits of a row in OUT.", show_default="all")
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Leave out hits that score less.", show_default="none"),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="JSON lines with the rows that were not understood.",
            show_default="OUT.rejects.jsonl",
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Rank on Ray (extra `ray`): `auto`, the cluster that this machine belongs to; "
            "HOST:PORT of its head; or `local`, a Ray for this command alone.",
            show_default="this process",
        ),
    ] = None,
    actors: Annotated[
        int | None,
        typer.Option(min=1, help="With --ray: models at a time.", show_default="one for each core"),
    ] = None,
    actor_cores: Annotated[
        float | None,
        typer.Option(min=0.1, help="With --ray: cores of each of them.", show_default="1"),
    ] = None,
) -> None:
    """Rerank every row of a file; after an interruption the same command goes on."""
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.bulk.rerank_file import BulkSpec, in_this_process, rerank_file
    from sidecar.workshop.bulk.reranked_row import Selection
    from sidecar.workshop.bulk.row_ranker import RankingOptions
    from sidecar.workshop.counted import counted

    for given, option in ((actors, "--actors"), (actor_cores, "--actor-cores")):
        if given is not None and ray is None:
            raise StartupError(f"{option} goes with --ray: without it one process has the model")
    spec = BulkSpec(
        source=source,
        target=target,
        rejects=rejects or target.with_name(f"{target.name}.rejects.jsonl"),
        options=RankingOptions(profile, instruction, split(fields), window),
        selection=Selection(top_n, min_score),
        model=model,
        profiles=profiles,
    )
    open_ranker = in_this_process if ray is None else _on_ray(ray, actors, actor_cores or 1)
    with resumes(f" goes on with the rankings in {spec.kept}"), bars() as begin_step:
        outcome = rerank_file(spec, begin_step, open_ranker)
    ranked = outcome.rows - outcome.rejected
    typer.echo(f"{counted(ranked, 'row')} in {target}", err=True)
    if outcome.rejected:
        message = f"{counted(outcome.rejected, 'row')} not understood: see {spec.rejects}"
        if not ranked:
            raise StartupError(message)
        typer.echo(message, err=True)


def _on_ray(address: str, actors: int | None, cores: float) -> "OpenRanker":
    """Raises StartupError where Ray is missing."""
    try:
        import ray.data  # noqa: F401
    except ModuleNotFoundError:
        raise StartupError('--ray needs Ray: pip install "rerank-sidecar[ray]"') from None
    from sidecar.on_ray.cluster import Cluster
    from sidecar.on_ray.file import on_ray

    return on_ray(Cluster(address, actors, cores))
