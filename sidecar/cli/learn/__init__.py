"""`rerank-sidecar learn`: a model learns from judgements and clicks, and serves if it is better.

run       one run, from judgements or clicks to a model that serves, or does not
runs      the ledger: list and show
taking    which run serves: promote and roll-back
options   what several of them take
"""

import typer

from sidecar.cli.learn.run import run_command
from sidecar.cli.learn.runs import list_command, show_command
from sidecar.cli.learn.taking import promote_command, roll_back_command
from sidecar.cli.model import with_build

learn_app = typer.Typer(
    help="Learn from judgements and clicks; serve what is better.", no_args_is_help=True
)
learn_app.command("run")(with_build(run_command, "build,learn"))
learn_app.command("list")(with_build(list_command, "learn"))
learn_app.command("show")(with_build(show_command, "learn"))
learn_app.command("promote")(with_build(promote_command, "learn"))
learn_app.command("roll-back")(with_build(roll_back_command, "learn"))
