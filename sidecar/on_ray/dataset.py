"""`rerank_dataset`: the hits of a Ray Dataset, reranked on the machines of its cluster.

import ray
from sidecar.on_ray.dataset import rerank_dataset

ray.init(address="auto")
candidates = ray.data.read_parquet("s3://search/candidates/")
rerank_dataset(candidates, profile="ecommerce", window=100).write_parquet("s3://search/ranked/")
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray.data
from ray.data import ActorPoolStrategy

from sidecar.on_ray.actors import OpenRanker, RankerActor, RankerOfModel, retried
from sidecar.workshop.bulk.input_rows import BulkError, InputRow, absent_column, rows_as_json
from sidecar.workshop.bulk.reranked_row import Selection
from sidecar.workshop.bulk.reranked_table import reranked_table
from sidecar.workshop.bulk.row_ranker import RankingOptions, Rejected

REJECTED = "rejected"
"""The column that says why a row was not ranked; null where it was."""


def rerank_dataset(
    dataset: "ray.data.Dataset",
    *,
    model: str | Path | None = None,
    profiles: str | Path | None = None,
    profile: str | None = None,
    instruction: str | None = None,
    fields: Sequence[str] = (),
    window: int | None = None,
    top_n: int | None = None,
    min_score: float | None = None,
    actors: tuple[int, int] = (1, 4),
    cores: float = 1,
    gpus: float = 0,
    batch_size: int = 64,
    runtime: Mapping[str, Any] | None = None,
) -> "ray.data.Dataset":
    """The dataset with the hits of each row in the model's order.

    It needs the columns `query` (text) and `hits` (list of structs with `_id` and `_source` or
    `text`); a hit gets `_score`, in [0, 1], and `_first_stage_score`. Rows that are not understood
    stay as they are. The column `rejected` says why, and is null in the others; all other columns
    are kept, your row IDs among them. Rows come in Ray's order: see `preserve_order` in its
    `ExecutionOptions`.

    `model` and `profiles` are folders on every machine; options are those of `rerank-file`.
    `actors` (fewest, most) have a model each, with so many `cores` and `gpus`; `runtime` holds
    fields of `RuntimeOptions`, such as `device`. An actor that is killed is started again, and
    its block ranked anew: keep blocks small, by `repartition(target_num_rows_per_block=...)`.

    Nothing is ranked before the dataset is read. Then it raises Ray's RayTaskError with the reason
    where a model cannot be loaded or fails.
    """
    ranker = RankerOfModel(
        None if model is None else Path(model),
        None if profiles is None else Path(profiles),
        RankingOptions(profile, instruction, tuple(fields), window),
        {"workers": max(1, int(cores)), "threads": 1, **(runtime or {})},
    )
    fewest, most = actors
    return dataset.map_batches(
        RowReranker,
        fn_constructor_args=(ranker, Selection(top_n, min_score)),
        batch_size=batch_size,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(min_size=fewest, max_size=most),
        num_cpus=cores,
        num_gpus=gpus,
        udf_modifying_row_count=False,
        ray_remote_args_fn=retried,
    )


class RowReranker:
    """The actor of a dataset: a table -> the table with its hits in the new order."""

    def __init__(self, open_ranker: OpenRanker, selection: Selection) -> None:
        self._actor = RankerActor(open_ranker)
        self._selection = selection

    def __call__(self, table: pa.Table) -> pa.Table:
        """Raises RuntimeError where the model fails, BulkError for a table without such columns."""
        if not table.num_rows and "hits" not in table.schema.names:
            return table  # An empty block of Ray's may have no columns.
        if absent := absent_column(table.schema):
            raise BulkError(f"there is {absent}")
        lines = rows_as_json(table.select(["query", "hits"]))
        rows = [InputRow(number, raw, fault=fault) for number, (raw, fault) in enumerate(lines, 1)]
        rankings = [ranking for _, ranking in self._actor.rank(rows)]
        if len(rankings) < len(rows):
            raise RuntimeError(self._actor.fault)
        ranked: pa.Table = reranked_table(table, rankings, self._selection)
        reasons = [each.reason if isinstance(each, Rejected) else None for each in rankings]
        column = pa.array(reasons, pa.string())
        if REJECTED in ranked.schema.names:
            place = ranked.schema.get_field_index(REJECTED)
            return ranked.set_column(place, REJECTED, column)
        return ranked.append_column(REJECTED, column)
