"""`rerank-sidecar judgements`: which documents answer a query, and how well.

convert   from one format into another
"""

import typer

from sidecar.cli.judgements.convert import convert_command

judgements_app = typer.Typer(
    name="judgements", help="Relevance judgements, in the formats of others.", no_args_is_help=True
)
judgements_app.command("convert")(convert_command)
