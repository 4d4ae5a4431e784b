"""Orders and judgements -> an Evaluation: what each way of ranking is worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.evaluation.changes import wins_and_losses
from sidecar.workshop.evaluation.configuration import FIRST_STAGE, Configuration
from sidecar.workshop.evaluation.cost import Cost, cost
from sidecar.workshop.evaluation.depth import DepthPoint, depth_point, depths
from sidecar.workshop.evaluation.inference import detectable, holm, interval, randomisation_p
from sidecar.workshop.evaluation.measures import Grading, Metric, measured
from sidecar.workshop.evaluation.orders import Floats, named, reranked
from sidecar.workshop.evaluation.outcome import Comparison, Evaluation, Ranking
from sidecar.workshop.evaluation.scoring import Scores
from sidecar.workshop.evaluation.unjudged import bounds, judged_cutoff, judged_share


@dataclass(frozen=True)
class Assessment:
    """What an Evaluation is made from. `evaluation` makes it."""

    candidates: Sequence[Candidates]
    grades: Sequence[Mapping[str, float]]
    """Each query's, by document."""
    metrics: Sequence[Metric]
    grading: Grading
    configurations: Sequence[Configuration]
    scores: Mapping[str, Scores]
    baseline: str = FIRST_STAGE
    price_per_hour: float | None = None
    shown_changes: int = 10

    def evaluation(self, source: str, notes: Sequence[str]) -> Evaluation:
        """The evaluation of two queries or more; `baseline` is one of the names. `source` and
        `notes` are for the reports."""
        orders = {FIRST_STAGE: [[*range(len(each.hits))] for each in self.candidates]}
        for each in self.configurations:
            orders[each.name] = self._orders(each, each.window)
        values = {name: self._values(order) for name, order in orders.items()}
        compared = self._comparisons(orders, values)
        first = self.metrics[0]
        cutoff = judged_cutoff(first)
        rankings = []
        for name, order in orders.items():
            curve, spent = self._depth_and_cost(name, values[FIRST_STAGE][first.name])
            rankings.append(
                Ranking(
                    name,
                    values[name],
                    {metric: interval(each) for metric, each in values[name].items()},
                    float(judged_share(self.grades, self._documents(order), cutoff).mean()),
                    self._bounds(order),
                    compared.get(name),
                    curve,
                    spent,
                )
            )
        perfect = self._values(self._perfect(), [first])[first.name]
        return Evaluation(
            tuple(self.candidates),
            tuple(self.grades),
            tuple(self.metrics),
            self.grading,
            self.baseline,
            tuple(rankings),
            float(perfect.mean()),
            source,
            tuple(notes),
            self.price_per_hour,
        )

    def _orders(self, configuration: Configuration, depth: int) -> list[list[int]]:
        scores = self.scores[configuration.name].of_query
        return [
            reranked(of_query, len(each.hits), depth)
            for of_query, each in zip(scores, self.candidates, strict=True)
        ]

    def _documents(self, orders: Sequence[Sequence[int]]) -> list[list[str]]:
        return [
            named([hit.id for hit in each.hits], order)
            for each, order in zip(self.candidates, orders, strict=True)
        ]

    def _values(
        self, orders: Sequence[Sequence[int]], metrics: Sequence[Metric] | None = None
    ) -> dict[str, Floats]:
        chosen = metrics or self.metrics
        return measured(chosen, self.grading, self.grades, self._documents(orders))

    def _perfect(self) -> list[list[int]]:
        """Every query's hits by their grades, the best first."""
        orders = []
        for each, graded in zip(self.candidates, self.grades, strict=True):
            grades = np.array([graded.get(hit.id, 0.0) for hit in each.hits], dtype=np.float64)
            orders.append(reranked(grades, len(each.hits), len(each.hits)))
        return orders

    def _bounds(self, orders: Sequence[Sequence[int]]) -> tuple[float, float] | None:
        found = bounds(self.metrics[0], self.grading, self.grades, self._documents(orders))
        return None if found is None else (float(found[0].mean()), float(found[1].mean()))

    def _comparisons(
        self, orders: Mapping[str, list[list[int]]], values: Mapping[str, Mapping[str, Floats]]
    ) -> dict[str, Comparison]:
        metric = self.metrics[0].name
        before = values[self.baseline][metric]
        others = [name for name in orders if name != self.baseline]
        # The first stage beside another baseline answers a question that nobody asked.
        tested = [name for name in others if name != FIRST_STAGE]
        p_alone = {name: randomisation_p(values[name][metric] - before) for name in others}
        adjusted = dict(zip(tested, holm([p_alone[name] for name in tested]), strict=True))
        found = {}
        for name in others:
            differences = values[name][metric] - before
            low, high = interval(differences)
            found[name] = Comparison(
                float(differences.mean()),
                low,
                high,
                adjusted.get(name, p_alone[name]),
                p_alone[name],
                detectable(differences),
                wins_and_losses(
                    self.candidates,
                    self.grades,
                    before,
                    values[name][metric],
                    orders[self.baseline],
                    orders[name],
                    self.shown_changes,
                ),
            )
        return found

    def _depth_and_cost(
        self, name: str, first_stage: Floats
    ) -> tuple[tuple[DepthPoint, ...], Cost | None]:
        configuration = next((each for each in self.configurations if each.name == name), None)
        if configuration is None:
            return (), None
        scores = self.scores[name]
        hits = np.array([len(of_query) for of_query in scores.of_query], dtype=np.float64)
        spent = cost(scores.seconds, hits, self.price_per_hour)
        metric = self.metrics[0]
        curve = []
        for depth in depths(configuration.window, int(hits.max(initial=0))):
            values = self._values(self._orders(configuration, depth), [metric])[metric.name]
            share = float(np.median(np.minimum(depth, hits) / np.maximum(hits, 1)))
            ms = spent.median_ms * share if spent else 0.0
            curve.append(depth_point(depth, values, first_stage, ms))
        return tuple(curve), spent
