"""Where users' clicks come from, and what a click model makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from es_integration.cluster.login import Login, connect
from es_integration.cluster.search_engine import search_engine_at
from es_integration.errors import IntegrationError
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.clicks.choices import ClickModel
from sidecar.workshop.clicks.cluster_records import read_cluster
from sidecar.workshop.clicks.judging import JudgingOptions, judgements_of
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.record_files import read_files
from sidecar.workshop.clicks.run import ClicksSpec, judge_clicks
from sidecar.workshop.clicks.summary import Summary, warnings
from sidecar.workshop.clicks.ubi import records
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.evidence import Weights
from sidecar.workshop.learning.runs import Clicks
from sidecar.workshop.model.progress import BeginStep

INDICES = ("ubi_queries", "ubi_events")
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class ClickSource:
    """Files of UBI queries and events, or the cluster's indices of them."""

    files: Sequence[Path] = ()
    login: Login | None = None
    indices: tuple[str, str] = INDICES
    model: ClickModel = ClickModel.PBM

    def judge(self, since_s: float, until_s: float, begin_step: BeginStep) -> Summary:
        """The judged clicks of searches from `since_s` until before `until_s`, in seconds since
        1970. Raises ClicksError, and LearningError for a cluster that does not answer."""
        spec = ClicksSpec(
            since_s=since_s, until_s=until_s, judging=replace(JudgingOptions(), model=self.model)
        )
        if self.login is None:

            def read(add: Any, tally: Tally) -> None:
                read_files(self.files, add, tally, begin_step, records)

            return judge_clicks(spec, read, begin_step)
        try:
            with connect(search_engine_at(self.login), self.login, timeout_s=TIMEOUT_S) as client:
                return judge_clicks(
                    spec,
                    lambda add, tally: read_cluster(
                        client, self.indices, add, tally, begin_step, since_s=since_s
                    ),
                    begin_step,
                )
        except IntegrationError as fault:
            raise LearningError(fault.message) from None


@dataclass(frozen=True)
class ClickEvidence:
    """What the clicks say."""

    judgements: Judgements
    weights: Weights
    """Of clicked pairs, by inverse propensity."""
    read: Clicks
    notes: tuple[str, ...]


def evidence_of(summary: Summary, since_s: float, now_s: float) -> ClickEvidence:
    """The judgements of the click model. Raises LearningError where no pair has enough of them."""
    judged, log = summary.judged, summary.log
    if not judged.enough.any():
        raise LearningError("no pair has enough clicks for a judgement: gather more")
    weights: dict[str, dict[str, float]] = {}
    pairs = judged.pairs
    for pair in np.flatnonzero(judged.enough & (judged.click_weights > 0)):
        query, document = log.texts[pairs.text[pair]], log.documents[pairs.document[pair]]
        weights.setdefault(query, {})[document] = float(judged.click_weights[pair])
    times = summary.assembled.searches.time_s
    known = times[np.isfinite(times)]
    last = float(known.max()) + 0.001 if len(known) else now_s
    read = Clicks(
        since_s=since_s if np.isfinite(since_s) else None,
        until_s=last,
        searches=len(summary.assembled.searches),
    )
    return ClickEvidence(judgements_of(judged, log), weights, read, tuple(warnings(summary)))
