"""`rerank-sidecar judgements`: which documents answer a query, and how well.

convert      from one format into another
from_clicks  from what users clicked; click_options has its options
ask_llm      of a language model, once it agrees with given ones
"""

import typer

from sidecar.cli.judgements.ask_llm import ask_llm_command
from sidecar.cli.judgements.convert import convert_command
from sidecar.cli.judgements.from_clicks import from_clicks_command
from sidecar.cli.model import with_build

judgements_app = typer.Typer(
    name="judgements", help="Relevance judgements, in the formats of others.", no_args_is_help=True
)
judgements_app.command("convert")(convert_command)
judgements_app.command("from-clicks")(with_build(from_clicks_command, "learn"))
judgements_app.command("ask-llm")(ask_llm_command)
