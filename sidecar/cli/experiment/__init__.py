"""`rerank-sidecar experiment`: ways of reranking, tried on real users.

check    what is wrong with an experiment's file; where a user is in it
schema   the schema of the file, for editors
analyse  is an arm better, by the log; options: what it and guard take
guard    stops the arms that do harm
"""

import typer

from sidecar.cli.experiment.analyse import analyse_command
from sidecar.cli.experiment.check import check_command
from sidecar.cli.experiment.guard import guard_command
from sidecar.cli.experiment.schema import schema_command
from sidecar.cli.model import with_build

experiment_app = typer.Typer(
    name="experiment", help="Try ways of reranking on real users.", no_args_is_help=True
)
experiment_app.command("check")(check_command)
experiment_app.command("schema")(schema_command)
experiment_app.command("analyse")(with_build(analyse_command, "learn"))
experiment_app.command("guard")(with_build(guard_command, "learn"))
