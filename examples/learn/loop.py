"""The whole loop in one shop: measure, judge by clicks, fit, fine-tune, try on users, decide.

    python examples/learn/loop.py WORK

Two weeks of a simulated shop in some minutes, on an OpenSearch node of this machine or
without one (--offline). Every step is a command of `rerank-sidecar`, run in WORK; WORK/report.html
tells what each found, and how right that was. Needs the extras `cpu`, `demo` and `learn`, and for
fine-tuning `build`.

Files: `shop` is the hidden truth, `users` click, `first_stage` finds, `traffic` searches;
`first_week`, `learning` and `second_week` are the steps, `truth` says what they should have found.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from first_stage import FirstStage, from_files, on_local_node, on_node, write_first_stage
from first_week import LAUNCH, baseline, judgements, launch
from learning import Measured, add_truth, fine_tune, fit, judged_documents
from remembered import RememberedSidecar
from report import Step, html, save_plots
from second_week import FILE, LOG, Release, compare, decide, interleave
from shop import Shop, open_shop
from traffic import RERANK, Traffic, orders
from users import Visit, visits

from es_integration import why_unavailable
from es_integration.search import Experiments
from es_integration.ubi import UbiFiles
from sidecar.workshop.sidecar_process import SidecarProcess

DAYS = 7
TIMEOUT_S = 120.0
"""Of a reranking: this machine has other things to do."""


@dataclass(frozen=True)
class Plan:
    """Who searches when, and what learns."""

    first_week: Sequence[Visit]
    second_week: Sequence[Visit]
    nights: int
    seed: int
    start: str


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("work", type=Path, help="folder for everything; made if it is not there")
    parser.add_argument("--searches", type=int, default=20_000, help="of a week")
    parser.add_argument("--queries", type=int, default=100, help="different ones")
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--nights", type=int, default=DAYS, help="guards in the second week")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--offline", action="store_true", help="no node: BM25 in this process")
    parser.add_argument("--cluster", help="an OpenSearch that runs, in place of a node of its own")
    parser.add_argument("--start", default="shipped", help="the model that learns, as of `learn`")
    options = parser.parse_args(arguments)
    if options.work.exists() and any(options.work.iterdir()):
        parser.error(f"{options.work} is not empty")
    options.work.mkdir(parents=True, exist_ok=True)
    shop = open_shop(options.queries, options.seed)
    started, begin = time.monotonic(), datetime.now(UTC) - timedelta(days=2 * DAYS)
    weeks = [
        visits(shop, options.searches, options.users, begin + timedelta(days=days), DAYS, seed)
        for days, seed in ((0, options.seed), (DAYS, options.seed + 1))
    ]
    with _first_stage(shop, options.cluster, options.offline) as found:
        plan = Plan(weeks[0], weeks[1], options.nights, options.seed, options.start)
        steps = tell(options.work, shop, found, plan)
    told = (
        f"{len(shop.collection.documents)} products, {len(shop.queries)} queries, "
        f"{options.users:,} users, two weeks in {(time.monotonic() - started) / 60:.0f} minutes; "
        f"first stage: {'OpenSearch' if found.index else 'BM25 in the process'}. The truth is what "
        "the simulated users click by; no step saw it."
    )
    (options.work / "report.html").write_text(html("A shop learns", told, steps), "utf8")
    save_plots(steps, options.work / "plots")
    print(f"\n{options.work / 'report.html'}")
    for step in steps:
        for claim in step.claims:
            print("  ".join(filter(None, claim.cells)))


def _first_stage(
    shop: Shop, cluster: str | None, offline: bool
) -> AbstractContextManager[FirstStage]:
    if cluster is not None:
        return on_node(shop, cluster)
    if not offline and (reason := why_unavailable()) is not None:
        print(f"no search node: {reason}; BM25 in this process instead")
        offline = True
    return from_files(shop) if offline else on_local_node(shop)


def tell(work: Path, shop: Shop, found: FirstStage, plan: Plan) -> list[Step]:
    """All steps, in their order."""
    write_first_stage(shop, found, work)
    (work / "profiles").mkdir()
    (work / "launch.toml").write_text(LAUNCH, "utf8")
    with (
        SidecarProcess() as process,
        RememberedSidecar(process.url, timeout=TIMEOUT_S) as sidecar,
    ):
        first = orders(shop, found, sidecar, None)
        old = orders(shop, found, sidecar, RERANK)
        steps = [baseline(work, shop, found, first, old)]
        log = UbiFiles.open(work / "week-1")
        experiments = Experiments.open(work / "launch.toml")
        clicks = Traffic(shop, found, sidecar, experiments, log, plan.seed).run(plan.first_week)
        log.close()
        print(f"\nfirst week: {len(plan.first_week):,} searches, {clicks:,} clicks")
    steps.append(launch(work, shop, first, old, len(plan.first_week)))
    steps.append(judgements(work, shop))
    fitted, tuned = fit(work), fine_tune(work, found, plan.start)
    return [
        *steps,
        fitted.step,
        tuned.step,
        *_second_week(work, shop, found, plan, fitted, tuned, old),
    ]


def _second_week(
    work: Path,
    shop: Shop,
    found: FirstStage,
    plan: Plan,
    fitted: Measured,
    tuned: Measured,
    old: list[list[str]],
) -> list[Step]:
    """What was made between the weeks, by the truth; users try what looks better."""
    settings: dict[str, object] = {"profiles": work / "profiles"}
    if tuned.made:
        settings["model"] = f"old={work}/models/shop.runs/0,new={work / tuned.made}"
    with (
        SidecarProcess(settings) as process,
        RememberedSidecar(process.url, timeout=TIMEOUT_S) as sidecar,
    ):
        for measured, alone, what in (
            (fitted, Release(fitted.made, None), "fitted profile"),
            (tuned, Release(None, tuned.made), "fine-tuned model"),
        ):
            if measured.made:
                judged = judged_documents(work, held_out=measured is tuned)
                tried = orders(shop, found, sidecar, alone.rerank)
                add_truth(measured, what, shop, old, tried, judged)
        release = Release(fitted.tried, tuned.tried, proved=tuned.accepted)
        if release.is_empty:
            told = "Nothing looks better than what serves: there is nothing to try."
            return [Step("Decide", told)]
        (work / FILE).write_text(release.experiment(), "utf8")
        new = orders(shop, found, sidecar, release.rerank)
        log = UbiFiles.open(work / LOG)
        traffic = Traffic(shop, found, sidecar, Experiments.open(work / FILE), log, plan.seed + 1)
        nights = np.array_split(np.arange(len(plan.second_week)), plan.nights)
        days = [[plan.second_week[at] for at in night] for night in nights]
        outcome = interleave(work, traffic, days)
        log.close()
    return [compare(outcome, shop, old, new), decide(work, release, outcome, shop, old, new)]


if __name__ == "__main__":
    main()
