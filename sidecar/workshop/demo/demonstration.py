"""The demo from start to end: a sidecar, a first stage, all queries through both, the tables."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from types import FrameType

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from es_integration import (
    IntegrationError,
    LocalNodeUnavailable,
    SidecarClient,
    SidecarRefused,
    why_unavailable,
)
from es_integration.cluster.login import Login
from es_integration.cluster.search_engine import search_engine_at
from sidecar.errors import StartupError
from sidecar.workshop.demo.collections import CollectionName, Query, load
from sidecar.workshop.demo.outcome import Outcome
from sidecar.workshop.demo.outcome_tables import marks, outcome_view, summary_view
from sidecar.workshop.sidecar_process import SidecarProcess

SHOWN_QUERIES = 3
"""Queries per collection on the screen; all of them are in the summary."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoSpec:
    """What the command line asked for."""

    collections: tuple[CollectionName, ...]
    text: str | None
    """The user's own query, run instead of the bundled ones."""
    top: int
    every: bool
    """Show every bundled query."""
    sidecar: str | None
    """A sidecar that runs already."""
    opensearch: bool
    """Through a throw-away OpenSearch node."""
    login: Login | None
    """Through this cluster."""


def run(wanted: DemoSpec) -> None:
    """Prints the tables. Raises StartupError, with its reason, when a part cannot be had."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # Ctrl-C is an exception already.
        signal.signal(number, _leave)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # Titles may hold what the terminal cannot show.
    console = Console()
    with progress(Console(stderr=True)) as say:
        try:
            headline, first_stage, outcomes = _outcomes(wanted, say)
        except IntegrationError as fault:
            raise StartupError(fault.message) from fault
    top = f"It reorders the first {wanted.top} hits of {first_stage}."
    _show(wanted, f"{headline} {top}", outcomes, console)


def _outcomes(wanted: DemoSpec, say: Say) -> tuple[str, str, list[Outcome]]:
    """What runs, whose hits it reorders, and what came of each query."""
    collections = {name: load(name) for name in wanted.collections}
    if wanted.text is None:
        queries = [query for each in collections.values() for query in each.queries]
    else:
        queries = [Query(wanted.collections[0], wanted.text, {})]
    if wanted.opensearch and (reason := why_unavailable()):
        raise LocalNodeUnavailable(reason)
    # Asked before the sidecar loads its model: an address may be wrong.
    product = None if wanted.login is None else search_engine_at(wanted.login)
    with contextlib.ExitStack() as stack:
        if wanted.sidecar is None:
            say("starting the sidecar")
            url = stack.enter_context(SidecarProcess()).url
        else:
            url = wanted.sidecar
        headline = asyncio.run(_headline(url))
        if wanted.opensearch or wanted.login is not None:
            from sidecar.workshop.demo import cluster

            if wanted.login is None or product is None:
                done = cluster.on_own_node(url, collections, queries, wanted.top, say)
                return headline, "an OpenSearch node's BM25", done
            done = cluster.at(product, wanted.login, url, collections, queries, wanted.top, say)
            return headline, f"the {cluster.NAMES[product]} cluster's BM25", done
        from sidecar.workshop.demo import embedded

        say(f"queries: {len(queries)}, each with BM25's first {wanted.top} hits to rerank")
        return headline, "BM25", embedded.outcomes(url, collections, queries, wanted.top)


async def _headline(url: str) -> str:
    """What runs behind `url`. Raises SidecarError when nothing does."""
    async with SidecarClient(url) as client:
        status, _, info = await client.get("/info")
    if status != 200 or not isinstance(info, dict) or "score_revision" not in info:
        raise SidecarRefused(status, f"{url}/info is not a sidecar's")
    workers = info["layout"]["workers"]
    return (
        f"Model {info['model']} ({info['precision']}) on {info['device']},"
        f" {workers} worker{'s' if workers != 1 else ''}."
    )


def _show(wanted: DemoSpec, headline: str, outcomes: list[Outcome], console: Console) -> None:
    signs = marks(console)
    console.print(Text(headline))
    if wanted.text is None:
        legend = f"{signs.right} is a right answer by the demo's own judgements."
        console.print(Text(legend, style="green"))
    console.print()
    for name in wanted.collections:
        part = [outcome for outcome in outcomes if outcome.query.collection is name]
        for outcome in part if wanted.every else part[:SHOWN_QUERIES]:
            console.print(outcome_view(outcome, console))
    if wanted.text is None:
        console.print(summary_view(outcomes, console))
        if not wanted.every:
            console.print(Text("All queries: --all. Your own: --query TEXT.", style="dim"))


@contextlib.contextmanager
def progress(console: Console) -> Iterator[Say]:
    """Shows the step under way: a spinner, or lines where nothing can spin."""
    if not console.is_terminal:
        yield lambda step: console.print(Text(step))
        return
    with console.status("") as status:
        yield lambda step: status.update(escape(step))


def _leave(number: int, frame: FrameType | None) -> None:
    """A polite kill ends as Ctrl-C does: through every `with`, so that nothing stays behind."""
    raise SystemExit(128 + number)
