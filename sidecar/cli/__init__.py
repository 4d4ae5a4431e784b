"""`rerank-sidecar`: the root; the only package that imports http or es_integration."""

import sys

import typer

from sidecar import __version__
from sidecar.cli.bench import bench_app
from sidecar.cli.cluster.install import install_command, uninstall_command
from sidecar.cli.cluster.verify import verify_command
from sidecar.cli.demo import demo_command
from sidecar.cli.model import model_app
from sidecar.cli.serve import serve_command
from sidecar.cli.settings import settings_command
from sidecar.cli.tune import tune_command
from sidecar.errors import StartupError

app = typer.Typer(
    name="rerank-sidecar",
    help="Puts Elasticsearch's and OpenSearch's hits in the right order with a cross-encoder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve_command)
app.command("settings")(settings_command)
app.command("tune")(tune_command)
app.command("demo")(demo_command)
app.command("install")(install_command)
app.command("uninstall")(uninstall_command)
app.command("verify")(verify_command)
app.add_typer(bench_app, name="bench")
app.add_typer(model_app, name="model")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Runs the command line; a start that must not be ends with its reason and exit status 1."""
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
