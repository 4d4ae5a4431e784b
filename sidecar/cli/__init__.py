"""The command `rerank-sidecar`: options and help, no logic of its own.

serve      the service
settings   the table of settings
demo       BM25's order beside the reranked one
bench/     speed of this machine, alone and beside other rerankers
tune       the fastest layout of workers and threads on this machine
model/     model folders: export, quantise, check, train
models     the models of a service that runs
key        API keys
rerank_file a file of queries and their hits, reranked
evaluate   what reranking brings on one's own queries
judgements/ relevance judgements in the formats of others
experiment/ ways of reranking, tried on real users
fit        a profile's weights from judgements
calibrate  scores that are probabilities, by judgements
learn/     a model learns from judgements and clicks, and serves if it is better
profile    a profile on a user's own documents; the schema of its file
cluster/   install, uninstall, verify, canary and processors for Elasticsearch and OpenSearch
flags      settings as options, for every command that reads them
judged_hits options of the commands that learn from judged hits
resuming   what an interrupted command says

Commands import what they run only when they run: the help needs no runtime and no framework.
"""

import sys
from typing import Annotated

import typer

from sidecar import __version__
from sidecar.cli.bench import bench_app
from sidecar.cli.calibrate import calibrate_command
from sidecar.cli.cluster.canary import canary_command
from sidecar.cli.cluster.install import install_command, uninstall_command
from sidecar.cli.cluster.processors import processors_command
from sidecar.cli.cluster.verify import verify_command
from sidecar.cli.demo import demo_command
from sidecar.cli.evaluate import evaluate_command
from sidecar.cli.experiment import experiment_app
from sidecar.cli.fit import fit_command
from sidecar.cli.judgements import judgements_app
from sidecar.cli.key import key_app
from sidecar.cli.learn import learn_app
from sidecar.cli.model import model_app, with_build
from sidecar.cli.models import models_app
from sidecar.cli.plan import plan_command
from sidecar.cli.profile import profile_app
from sidecar.cli.rerank_file import rerank_file_command
from sidecar.cli.serve import serve_command
from sidecar.cli.settings import settings_command
from sidecar.cli.tune import tune_command
from sidecar.errors import StartupError

app = typer.Typer(
    name="rerank-sidecar",
    help="Rerank Elasticsearch and OpenSearch hits with a cross-encoder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve_command)
app.command("settings")(settings_command)
app.command("tune")(tune_command)
app.command("demo")(demo_command)
app.command("evaluate")(with_build(evaluate_command, "learn"))
app.command("plan")(with_build(plan_command, "learn"))
app.command("rerank-file")(rerank_file_command)
app.command("install")(install_command)
app.command("uninstall")(uninstall_command)
app.command("verify")(verify_command)
app.command("canary")(canary_command)
app.command("processors")(processors_command)
app.command("fit")(with_build(fit_command, "learn"))
app.command("calibrate")(with_build(calibrate_command, "learn"))
app.add_typer(learn_app, name="learn")
app.add_typer(bench_app, name="bench")
app.add_typer(model_app, name="model")
app.add_typer(models_app, name="models")
app.add_typer(key_app, name="key")
app.add_typer(judgements_app, name="judgements")
app.add_typer(experiment_app, name="experiment")
app.add_typer(profile_app, name="profile")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Options of the command itself, beside those of its subcommands."""


def main() -> None:
    """Runs the command line. A StartupError is printed as one line and exits with status 1."""
    try:
        app()
    except ModuleNotFoundError as fault:
        if fault.name != "onnxruntime":
            raise
        print(
            'rerank-sidecar: onnxruntime is missing: pip install "rerank-sidecar[cpu]", or [gpu]',
            file=sys.stderr,
        )
        sys.exit(1)
    except StartupError as fault:
        print(f"rerank-sidecar: {fault.message}", file=sys.stderr)
        sys.exit(1)
