"""The quality of orders that a sidecar gives, measured over HTTP."""

from collections.abc import Mapping
from typing import Any

import pytest

pytest.importorskip("ir_measures", reason="the extra `learn`")

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.bench.served_quality import OrderQuality, measure_served, stated_quality
from sidecar.workshop.model.check.judged_collection import JudgedCollection, Pool


class Lengths:
    """A sidecar that ranks by length, as far as `measure_served` asks it."""

    def scores(self, body: Mapping[str, Any]) -> list[float]:
        assert body["query"] in ("first", "second")
        return [float(len(text)) for text in body["documents"]]


def test_pools_are_ranked_by_the_sidecars_scores() -> None:
    texts = {"a": "x", "b": "xx", "c": "xxx"}
    pools = (
        Pool("1", "first", {"a": 0.0, "b": 0.0, "c": 1.0}),
        Pool("2", "second", {"a": 0.0, "b": 1.0, "c": 0.0}),
    )
    quality = measure_served(Lengths(), JudgedCollection("set", texts, pools, 1))
    assert (quality.collection, quality.queries) == ("set", 2)
    assert quality.mrr == pytest.approx((1 + 1 / 2) / 2)
    assert quality.ndcg == pytest.approx((1 + 0.6309) / 2, abs=1e-4)


def test_what_the_manifest_states_is_of_the_graph() -> None:
    manifest = Manifest.read(shipped_model())
    stated = {row.collection: row for row in stated_quality(manifest, "int8")}
    assert stated["trecqa_dev"] == OrderQuality(
        "trecqa_dev",
        None,
        manifest.quality["int8"]["trecqa_dev nDCG@10"],
        manifest.quality["int8"]["trecqa_dev MRR@10"],
    )
    assert stated_quality(manifest, "unknown") == ()
