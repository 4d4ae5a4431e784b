"""`rerank-sidecar fit`: a profile's weights from judgements."""

from typing import Annotated, Literal

import typer

from sidecar.cli.judged_hits import (
    RESUMES,
    CandidatesFile,
    Fields,
    IdField,
    Judged,
    Model,
    Out,
    Overwrite,
    Parts,
    Profile,
    Relevant,
    Size,
    Unjudged,
)
from sidecar.cli.judgements.convert import From, Queries
from sidecar.cli.resuming import resumes
from sidecar.errors import StartupError


def fit_command(
    profile: Profile,
    judgements: Judged,
    candidates: CandidatesFile = None,
    out: Out = None,
    from_: From = None,
    queries: Queries = None,
    size: Size = 100,
    fields: Fields = None,
    id_field: IdField = None,
    method: Annotated[
        Literal["logistic", "ascent"],
        typer.Option(
            help="logistic: regression on pairs of documents, with the given weights as prior. "
            "ascent: coordinate ascent on nDCG, for hundreds of queries."
        ),
    ] = "logistic",
    depth: Annotated[int, typer.Option(min=1, help="The k of nDCG@k.")] = 10,
    relevant: Relevant = 1.0,
    unjudged_irrelevant: Unjudged = False,
    calibration: Annotated[
        bool,
        typer.Option(
            help="Whether temperature and bias are fitted too. They hold for this model alone."
        ),
    ] = True,
    force: Annotated[
        bool, typer.Option("--force", help="Write the profile even if the lift may be 0.")
    ] = False,
    overwrite: Overwrite = False,
    model: Model = None,
    parts: Parts = None,
) -> None:
    """Fit a profile's field weights, signal weights and caps to judgements.

    Writes a profile that extends PROFILE, if it ranks better on queries that it was not fitted on.
    Exits with status 1, and writes nothing, unless the 95 % interval of the lift is above 0.
    """
    from rich.console import Console

    from sidecar.cli.cluster.options import split
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.fitting.fit import FitSpec, fit
    from sidecar.workshop.fitting.tables import print_fit, print_written
    from sidecar.workshop.scored_hits.inputs import read_inputs
    from sidecar.workshop.scored_hits.profile_source import ProfileSource

    source = ProfileSource.open(profile)
    file = source.out(out, "fitted", overwrite=overwrite)
    read, hits = read_inputs(
        judgements,
        candidates,
        format=from_,
        queries=queries,
        size=size,
        fields=split(fields),
        id_field=id_field,
    )
    spec = FitSpec(
        source=source,
        judgements=read,
        candidates=hits,
        out=file,
        parts=parts,
        model=model,
        method=method,
        depth=depth,
        relevant=relevant,
        calibrate=calibration,
        unjudged_irrelevant=unjudged_irrelevant,
        force=force,
    )
    with resumes(RESUMES), bars() as begin_step:
        outcome = fit(spec, begin_step)
    console = Console()
    print_fit(spec, outcome, console)
    if outcome.proof is None:
        low, high = outcome.interval
        raise StartupError(
            f"refused: the held-out lift of nDCG@{depth} may be 0, its interval is [{low:+.4f}, "
            f"{high:+.4f}]; nothing is written (--force writes it all the same)"
        )
    print_written(file, outcome.text, outcome.proof, depth, console)
