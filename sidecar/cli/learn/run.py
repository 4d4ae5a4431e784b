"""`rerank-sidecar learn run`."""

from pathlib import Path
from typing import Annotated

import typer

from sidecar.cli.cluster import options
from sidecar.cli.evaluate import Cluster
from sidecar.cli.judged_hits import CandidatesFile, Fields, IdField, Relevant, Size, Unjudged
from sidecar.cli.judgements.convert import From, Queries
from sidecar.cli.learn.options import MODELS, AdminKey, AdminUrl, Models, Name, admin_of
from sidecar.cli.resuming import resumes
from sidecar.errors import StartupError
from sidecar.workshop.clicks.choices import ClickModel


def run_command(
    name: Name,
    judgements: Annotated[
        Path | None,
        typer.Option(
            help="Relevance judgements, in any format. Where there are some, they alone decide.",
            show_default=False,
        ),
    ] = None,
    clicks: Annotated[
        list[Path] | None,
        typer.Option(
            help="JSON lines of UBI queries and events, plain or as .gz or .zst; repeatable.",
            show_default=False,
        ),
    ] = None,
    clicks_from_cluster: Annotated[
        bool,
        typer.Option("--clicks-from-cluster", help="Read ubi_queries and ubi_events of --cluster."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="Count searches from this time on (ISO 8601). Default: what the model that is "
            "trained on has not learned from.",
            show_default=False,
        ),
    ] = None,
    click_model: Annotated[
        ClickModel, typer.Option(help="The click model: position-based or dynamic Bayesian.")
    ] = ClickModel.PBM,
    from_: From = None,
    queries: Queries = None,
    candidates: CandidatesFile = None,
    cluster: Cluster = None,
    index: Annotated[
        str | None, typer.Option(help="The index to search.", show_default=False)
    ] = None,
    body: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="The first stage's search body as JSON, with {{query}} where the text goes.",
        ),
    ] = None,
    size: Size = 100,
    fields: Fields = None,
    id_field: IdField = None,
    profile: Annotated[
        str,
        typer.Option(help="The name of a shipped profile, or a file: how hits are read."),
    ] = "plain",
    start: Annotated[
        str,
        typer.Option(
            help='Of the first run: a model folder, or what `model train` starts from; "shipped" '
            "is the model in the package.",
        ),
    ] = "shipped",
    from_run: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Train on the model of this run; 0 is the start. Default: the run that serves.",
            show_default=False,
        ),
    ] = None,
    pairs: Annotated[
        int, typer.Option(min=6, help="Train on about so many pairs of a query and a document.")
    ] = 1000,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over them.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.1, help="Stop training after so many.")] = 60,
    rate: Annotated[float, typer.Option(min=0, help="Highest learning rate.")] = 3e-5,
    max_tokens: Annotated[int, typer.Option(min=32, help="Cut longer pairs in training.")] = 224,
    seed: Annotated[int, typer.Option(help="Seed of the choice and order of the pairs.")] = 7,
    held_out: Annotated[
        float, typer.Option(min=0.05, max=0.9, help="The share of queries that are held out.")
    ] = 0.3,
    max_queries: Annotated[
        int,
        typer.Option(min=1, help="At most so many queries to train on, and as many held out."),
    ] = 1000,
    relevant: Relevant = 1.0,
    unjudged_irrelevant: Unjudged = False,
    keep: Annotated[
        list[Path] | None,
        typer.Option(
            help="A general collection, as for `model check`, on which the model must not get "
            "worse; repeatable.",
            show_default=False,
        ),
    ] = None,
    keep_queries: Annotated[
        int, typer.Option(min=2, help="At most so many queries of each of them.")
    ] = 100,
    max_loss: Annotated[
        float, typer.Option(min=0, help="Of nDCG@10 on each of them, beside run 0.")
    ] = 0.01,
    min_correlation: Annotated[
        float,
        typer.Option(
            min=-1, max=1, help="Of the package's sample pairs: rank correlation with run 0."
        ),
    ] = 0.9,
    hold: Annotated[
        bool, typer.Option("--hold", help="An accepted model waits for `learn promote`.")
    ] = False,
    models_dir: Models = MODELS,
    admin_url: AdminUrl = None,
    admin_key: AdminKey = None,
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
) -> None:
    """Train on judgements or clicks, and serve the model if it is better on held-out queries.

    Exits with status 1 when the gate refuses it; what serves stays. An interrupted run goes on.
    """
    from rich.console import Console

    from sidecar.cli.model.progress import bars
    from sidecar.cli.model.train import let_waiting_threads_sleep

    let_waiting_threads_sleep()
    from sidecar.workshop.clicks.run import read_time
    from sidecar.workshop.evaluation.candidate_source import CandidateSource
    from sidecar.workshop.learning.click_source import ClickSource
    from sidecar.workshop.learning.gate import Bounds
    from sidecar.workshop.learning.home import Home
    from sidecar.workshop.learning.learn import learn
    from sidecar.workshop.learning.spec import LearnSpec, Schedule
    from sidecar.workshop.learning.tables import print_notes, print_run
    from sidecar.workshop.scored_hits.profile_source import ProfileSource

    login = None if cluster is None else options.login(cluster, api_key, user, ca)
    if clicks_from_cluster and (login is None or clicks):
        raise StartupError("--clicks-from-cluster needs --cluster, and no --clicks")
    source = ClickSource(
        tuple(clicks or ()), login if clicks_from_cluster else None, model=click_model
    )
    first_stage = CandidateSource(
        candidates=candidates,
        login=login,
        index=index,
        body=body,
        size=size,
        fields=options.split(fields),
        id_field=id_field,
    )
    spec = LearnSpec(
        home=Home(models_dir, name),
        start=start,
        profile=ProfileSource.open(profile).profile,
        schedule=Schedule(pairs, epochs, minutes, rate, max_tokens, seed),
        judgements=judgements,
        format=from_,
        queries=queries,
        clicks=source if clicks or clicks_from_cluster else None,
        since_s=None if since is None else read_time(since),
        candidates=first_stage if candidates or index or body else None,
        from_run=from_run,
        held_out=held_out,
        max_queries=max_queries,
        relevant=relevant,
        unjudged_irrelevant=unjudged_irrelevant,
        keep=tuple(keep or ()),
        keep_queries=keep_queries,
        bounds=Bounds(max_loss, min_correlation),
        hold=hold,
        admin=admin_of(admin_url, admin_key),
    )
    with resumes(" goes on with it"), bars() as begin_step:
        outcome = learn(spec, begin_step)
    console = Console()
    print_notes(outcome.notes, console)
    print_run(outcome.run, console)
    if outcome.run.verdict != "accepted":
        raise StartupError(f"refused: what served stays; the model lies in {outcome.folder}")
    waits = f"waits for `rerank-sidecar learn promote {name} {outcome.run.run}`"
    typer.echo(f"{outcome.folder} {'serves as ' + name if outcome.serves else waits}")
