"""`rerank-sidecar calibrate`: scores that are probabilities, by judgements."""

from pathlib import Path
from typing import Annotated

import typer

from sidecar.cli.judged_hits import (
    JUDGEMENTS_HELP,
    PROFILE_HELP,
    RESUMES,
    CandidatesFile,
    Fields,
    IdField,
    Model,
    Out,
    Overwrite,
    Parts,
    Relevant,
    Size,
    Unjudged,
)
from sidecar.cli.judgements.convert import From, Queries
from sidecar.cli.resuming import resumes
from sidecar.errors import StartupError


def calibrate_command(
    profile: Annotated[str | None, typer.Argument(help=PROFILE_HELP, show_default=False)] = None,
    judgements: Annotated[
        Path | None, typer.Option(help=JUDGEMENTS_HELP, show_default=False)
    ] = None,
    candidates: CandidatesFile = None,
    again: Annotated[
        Path | None,
        typer.Option(
            metavar="PAIRS",
            dir_okay=False,
            help="The file of pairs that an earlier calibration kept: its profile is calibrated "
            "anew on them, for another model. In place of PROFILE and judgements.",
            show_default=False,
        ),
    ] = None,
    out: Out = None,
    from_: From = None,
    queries: Queries = None,
    size: Size = 100,
    fields: Fields = None,
    id_field: IdField = None,
    relevant: Relevant = 1.0,
    unjudged_irrelevant: Unjudged = False,
    precision: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            max=1,
            help="Also find the min_score from which on this share of documents is relevant.",
            show_default=False,
        ),
    ] = None,
    diagram: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Draw a reliability diagram: .svg or .png."),
    ] = None,
    overwrite: Overwrite = False,
    model: Model = None,
    parts: Parts = None,
) -> None:
    """Make a profile's scores the probability that a document is relevant.

    Writes a profile that extends PROFILE with the temperature and bias, which hold for this model
    alone, and keeps the judged pairs beside it for the next model.
    """
    from rich.console import Console

    from sidecar.cli.cluster.options import split
    from sidecar.cli.model.progress import bars
    from sidecar.workshop.calibrating.calibrate import CalibrateSpec, again_spec, calibrate
    from sidecar.workshop.calibrating.diagram import check_diagram, draw
    from sidecar.workshop.calibrating.tables import print_outcome
    from sidecar.workshop.scored_hits.inputs import read_inputs
    from sidecar.workshop.scored_hits.profile_source import ProfileSource

    if diagram is not None:
        check_diagram(diagram)
    if again is not None:
        if profile is not None or judgements is not None or candidates is not None:
            raise StartupError("--again PAIRS has the profile, the judgements and the candidates")
        earlier, spec = again_spec(again, out, precision, model, parts)
    else:
        if profile is None or judgements is None:
            raise StartupError("name PROFILE and --judgements, or --again PAIRS")
        earlier, source = None, ProfileSource.open(profile)
        file = source.out(out, "calibrated", overwrite=overwrite)
        read, hits = read_inputs(
            judgements,
            candidates,
            format=from_,
            queries=queries,
            size=size,
            fields=split(fields),
            id_field=id_field,
        )
        spec = CalibrateSpec(
            source=source,
            judgements=read,
            candidates=hits,
            out=file,
            relevant=relevant,
            precision=precision,
            unjudged_irrelevant=unjudged_irrelevant,
            model=model,
            parts=parts,
        )
    with resumes(RESUMES), bars() as begin_step:
        outcome = calibrate(spec, begin_step)
    console = Console()
    print_outcome(spec, outcome, earlier, console)
    if diagram is not None:
        draw(outcome.calibrated, diagram)
        console.print(f"wrote {diagram}", markup=False, highlight=False)
