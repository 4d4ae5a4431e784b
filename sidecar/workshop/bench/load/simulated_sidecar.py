"""A sidecar whose model takes a known time per token and no CPU: the real service, tokenizer, queue
and admission around a session that sleeps. For tests of how requests wait, on machines that others
use: `python -m sidecar.workshop.bench.load.simulated_sidecar TOKENS_PER_SECOND [--SETTING=VALUE]`.
"""

import asyncio
import sys
import time
from functools import partial

import numpy as np

from sidecar.http import serve
from sidecar.http.service import Watch
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.settings import Settings, load

MODULE = "sidecar.workshop.bench.load.simulated_sidecar"
WORKERS = 2


class Sleeping:
    """A session that sleeps for its tokens and answers the number of them."""

    def __init__(self, tokens_per_second: float) -> None:
        """`tokens_per_second` of one run; `WORKERS` do so beside each other."""
        self._rate = tokens_per_second

    def run(self, batch: Batch) -> Tensors:
        lengths = batch.attention_mask.sum(axis=1)
        time.sleep(float(lengths.sum()) / self._rate)
        return {"logits": lengths.astype(np.float32)}


def open_simulated(tokens_per_second: float, settings: Settings, watch: Watch) -> ModelRegistry:
    """The shipped model's tokenizer and manifest, over a session that sleeps."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    models = ModelRegistry(
        WORKERS,
        deadline_s=settings.deadline_ms / 1000,
        config=RankingConfig(on_deadline=settings.on_deadline),
        on_run=watch.on_run,
        cache_mb=settings.cache_mb,
        batch_share=settings.batch_share,
        worker_nice=settings.worker_nice,
    )
    name, _ = manifest.graph_for("cpu")
    # Named a GPU because, like one, it takes no core from the rest of the service: what is
    # measured of it for `plan` is then read so.
    model = ServedModel(
        manifest.name,
        RunningGraph(manifest, name, "cuda"),
        PairTokenizer.open(folder, manifest),
        Layout(workers=WORKERS, intra_op_threads=1, token_budget=0),
    )
    models.add(model, Sleeping(tokens_per_second), warm_up=True)
    return models


def main(arguments: list[str]) -> None:
    """Serves until SIGTERM."""
    rate, *flags = arguments
    values = dict(flag.removeprefix("--").split("=", 1) for flag in flags)
    settings = load({name.replace("-", "_"): value for name, value in values.items()})
    asyncio.run(serve.serve(settings, opener=partial(open_simulated, float(rate))))


if __name__ == "__main__":
    main(sys.argv[1:])
