"""The demo from start to end: a sidecar, a first stage, all queries through both, the tables."""

import asyncio
import contextlib
import signal
import sys
from io import TextIOWrapper
from types import FrameType

from rich.console import Console
from rich.text import Text

from es_integration import (
    IntegrationError,
    LocalNodeUnavailable,
    SidecarClient,
    SidecarRefused,
    why_unavailable,
)
from es_integration.cluster.search_engine import search_engine_at
from sidecar.errors import StartupError
from sidecar.workshop.counted import counted
from sidecar.workshop.demo.collections import Query, load
from sidecar.workshop.demo.outcome import Outcome
from sidecar.workshop.demo.outcome_tables import outcome_view, signs_for, summary_view
from sidecar.workshop.demo.spec import DemoSpec
from sidecar.workshop.progress import ReportStep, step_display
from sidecar.workshop.sidecar_process import SidecarProcess

SHOWN_QUERIES = 3
"""Queries per collection on the screen; the summary covers all of them."""


def demonstrate(spec: DemoSpec) -> None:
    """Runs the queries and prints the tables. Raises StartupError when a part is unavailable."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # Ctrl-C raises an exception already.
        signal.signal(number, _exit)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # The terminal may not show every title.
    console = Console()
    with step_display(Console(stderr=True)) as report_step:
        try:
            headline, first_stage, outcomes = _outcomes(spec, report_step)
        except IntegrationError as fault:
            raise StartupError(fault.message) from fault
    scope = f"It reorders the first {spec.top} hits of {first_stage}."
    _show(spec, f"{headline} {scope}", outcomes, console)


def _outcomes(spec: DemoSpec, report_step: ReportStep) -> tuple[str, str, list[Outcome]]:
    """(the sidecar's model in words, the name of the first stage, each query's outcome)."""
    collections = {name: load(name) for name in spec.collections}
    if spec.query is None:
        queries = [query for collection in collections.values() for query in collection.queries]
    else:
        queries = [Query(spec.collections[0], spec.query, {})]
    if spec.opensearch and (reason := why_unavailable()):
        raise LocalNodeUnavailable(reason)
    # Before the sidecar loads its model: the address may be wrong.
    search_engine = None if spec.login is None else search_engine_at(spec.login)
    with contextlib.ExitStack() as stack:
        if spec.sidecar is None:
            report_step("starting the sidecar")
            url = stack.enter_context(SidecarProcess()).url
        else:
            url = spec.sidecar
        headline = asyncio.run(_headline(url))
        if spec.opensearch or spec.login is not None:
            from sidecar.workshop.demo import cluster

            if spec.login is None or search_engine is None:
                outcomes = cluster.in_local_node(url, collections, queries, spec.top, report_step)
                return headline, "an OpenSearch node's BM25", outcomes
            outcomes = cluster.in_cluster(
                search_engine, spec.login, url, collections, queries, spec.top, report_step
            )
            return (
                headline,
                f"the {cluster.SEARCH_ENGINE_NAMES[search_engine]} cluster's BM25",
                outcomes,
            )
        from sidecar.workshop.demo import embedded

        report_step(f"queries: {len(queries)}, each with BM25's first {spec.top} hits to rerank")
        return headline, "BM25", embedded.outcomes(url, collections, queries, spec.top)


async def _headline(url: str) -> str:
    """The model of the sidecar at `url`, in words. Raises SidecarError when there is none."""
    async with SidecarClient(url) as client:
        status, _, info = await client.get("/info")
    if status != 200 or not isinstance(info, dict) or "score_revision" not in info:
        raise SidecarRefused(status, f"{url}/info is not a sidecar's")
    workers = counted(info["layout"]["workers"], "worker")
    return f"Model {info['model']} ({info['precision']}) on {info['device']}, {workers}."


def _show(spec: DemoSpec, headline: str, outcomes: list[Outcome], console: Console) -> None:
    console.print(Text(headline))
    if spec.query is None:
        legend = f"{signs_for(console).right} marks right answers, by the demo's own judgements."
        console.print(Text(legend, style="green"))
    console.print()
    for name in spec.collections:
        of_collection = [outcome for outcome in outcomes if outcome.query.collection is name]
        for outcome in of_collection if spec.every else of_collection[:SHOWN_QUERIES]:
            console.print(outcome_view(outcome, console))
    if spec.query is None:
        console.print(summary_view(outcomes, console))
        if not spec.every:
            console.print(Text("All queries: --all. Your own: --query TEXT.", style="dim"))


def _exit(number: int, frame: FrameType | None) -> None:
    """Ends as Ctrl-C does, through every `with`, so that no process or index is left behind."""
    raise SystemExit(128 + number)
