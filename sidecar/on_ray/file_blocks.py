"""The rows of a file as a Ray Dataset, and what actors make of its blocks."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import orjson
import pyarrow as pa
import ray
import ray.data
from ray.data import ActorPoolStrategy, DataContext, Datasource, ReadTask
from ray.data.block import BlockMetadata

from sidecar.on_ray.actors import OpenRanker, RankerActor, retried
from sidecar.workshop.bulk.input_rows import InputRow, open_rows
from sidecar.workshop.bulk.row_ranker import as_json

BLOCK_BYTES = 128 * 1024
"""Of rows that are sent to an actor at once: a second or so of work. It is what is done again when
an actor is killed."""


class Answer(TypedDict):
    """What comes back for a row."""

    digest: str
    """Of the row."""
    ranking: str
    """As JSON; empty with a fault."""
    fault: str | None
    """Why the model could not rank it."""
    identity: str
    """Digest of what ranked it."""
    machine: str


def answers(
    source: Path, first: int, ranker: OpenRanker, actors: int, cores: float
) -> Iterator[Answer]:
    """What the actors, each of so many cores, make of the file's rows from that number on; in the
    rows' order. Raises RayError."""
    with DataContext.current(_as_a_stream()):
        rows = ray.data.read_datasource(
            RowsOfFile(source, first),
            num_cpus=0,  # so that actors may take all cores
            label_selector={"ray.io/node-id": ray.get_runtime_context().get_node_id()},
            override_num_blocks=1,
        )
        ranked = rows.map_batches(
            BlockRanker,
            fn_constructor_args=(ranker,),
            batch_size=None,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(size=actors),
            num_cpus=cores,
            ray_remote_args_fn=retried,
        )
    yield from ranked.iter_rows()


def _as_a_stream() -> DataContext:
    """For datasets that come in order, in small blocks, without a word."""
    context = DataContext.get_current().copy()
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK_BYTES
    context.target_min_block_size = 1
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    return context


class RowsOfFile(Datasource):
    """The rows of a file from that number on, as one stream."""

    def __init__(self, path: Path, first: int) -> None:
        self._path, self._first = path, first

    def estimate_inmemory_data_size(self) -> int | None:
        return None

    def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[ReadTask]:
        path, first = self._path, self._first

        def blocks() -> Iterator[pa.Table]:
            for row in open_rows(path).rows():
                if row.number >= first:
                    fault = pa.array([row.fault], pa.string())
                    yield pa.table({"number": [row.number], "raw": [row.raw], "fault": fault})

        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(blocks, unknown)]


class BlockRanker:
    """The actor of a file: a block of rows -> their answers, as a table."""

    def __init__(self, open_ranker: OpenRanker) -> None:
        self._actor = RankerActor(open_ranker)

    def __call__(self, block: pa.Table) -> pa.Table:
        rows = [InputRow(**row) for row in block.to_pylist()]
        ranked = [orjson.dumps(as_json(each)).decode() for _, each in self._actor.rank(rows)]
        missing = len(rows) - len(ranked)
        faults = [None] * len(ranked) + [self._actor.fault] * missing
        return pa.table(
            {
                "digest": [row.digest for row in rows],
                "ranking": [*ranked, *[""] * missing],
                "fault": pa.array(faults, pa.string()),
                "identity": [self._actor.identity] * len(rows),
                "machine": [socket.gethostname()] * len(rows),
            }
        )
