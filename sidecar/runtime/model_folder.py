"""From a model folder to a session that is proven on its device."""

import hashlib
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import assert_never

from sidecar.errors import ModelError, StartupError
from sidecar.runtime import spare_cores
from sidecar.runtime.canonical import check_numbers
from sidecar.runtime.cores import available_cores
from sidecar.runtime.external_weights import locations
from sidecar.runtime.manifest import MANIFEST, Manifest
from sidecar.runtime.open_session import open_session
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.precision import graph_for
from sidecar.runtime.process_session import ProcessSession
from sidecar.runtime.quarantine import Quarantine
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout, layout_for
from sidecar.runtime.session import Session
from sidecar.runtime.shipped_models import shipped_model as shipped_model
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.runtime.trial import try_apart
from sidecar.runtime.tuned_layouts import LayoutKey, find_layout, layout_key, state_folder

PROCESS_BYTES = 64 * 2**20
"""What a worker process has at least, beside its model."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model folder that was read, with what of it is to run: sessions are opened from it."""

    path: Path
    options: RuntimeOptions
    running: RunningGraph
    tokenizer: PairTokenizer

    @classmethod
    def read(cls, path: Path | None, options: RuntimeOptions | None = None) -> "ModelFolder":
        """The model of `path` (None: the shipped one), to be run as the options say.

        Raises ModelError, also if the graph reads a file for which the manifest gives no SHA-256,
        or StartupError if the options conflict.
        """
        path = path or shipped_model()
        options = options or RuntimeOptions()
        manifest = Manifest.read(path)
        name, _ = graph_for(manifest, options)
        running = RunningGraph(manifest, name, options.device, options.runtime, options.precision)
        _check_weights(path, running)
        # Resolved: a link that points elsewhere later must not change what a session opens.
        return cls(path.resolve(), options, running, PairTokenizer.open(path, manifest))

    @property
    def layout_key(self) -> LayoutKey:
        """What a tuned layout is stored under: this machine and this choice of model."""
        running = self.running
        runtime = f"{running.runtime} {running.graph.precision}"
        return layout_key(running.manifest.name, running.name, runtime, running.device)

    def default_layout(self) -> Layout:
        """What the options fix, else the default. Raises StartupError if the options conflict."""
        return layout_for(self.options, self.running.graph, available_cores())

    def layout(self) -> Layout:
        """What the options fix, else what `rerank-sidecar tune` stored for this machine, else the
        default. Raises StartupError if the options conflict."""
        default, state = self.default_layout(), state_folder(self.options.state)
        if default.source == "setting" or state is None:
            return default
        runs = self.running.graph.runs
        return find_layout(state, self.layout_key, self.running.score_revision, runs) or default

    @property
    def file_bytes(self) -> int:
        """The size of the running graph and of the folder's files that it names as its weights."""
        names = set(self.running.graph.files)
        for graph in self.running.graph.files:
            names |= locations(self.path / graph)
        return sum((self.path / name).stat().st_size for name in names)

    def content(self, layout: Layout) -> str:
        """A digest of what a session for the layout reads."""
        running = self.running
        manifest = running.manifest
        parts = [
            manifest.model_dump_json(),
            *(running.name, running.device, running.runtime, str(running.precision)),
            str(layout.intra_op_threads),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def shares_session(self, one: Layout, other: Layout) -> bool:
        """Whether a session that was opened for one layout serves the other as well."""
        same_threads = one.intra_op_threads == other.intra_op_threads
        match self.running.runtime:
            case "onnxruntime":
                return same_threads
            case "openvino":  # its infer requests and streams are made for so many workers
                return same_threads and one.workers == other.workers
            case _:
                assert_never(self.running.runtime)

    def session(
        self, layout: Layout, worker_nice: int = 0, served_as: str | None = None
    ) -> Session:
        """A session for the layout, proven on its device. Its worker processes, if it has any, are
        so much nicer than this one, and the log calls them by `served_as` (None: the manifest's
        name).

        Raises ModelError, DeviceError or StartupError with the reason if it must not serve.
        """
        running, prove = self.running, self._prove
        opened = partial(open_session, self.path, running, self.tokenizer.pad_id)
        match self.options.isolation:
            case "thread":
                session = opened(layout)
                prove(session)
                if not self._spares_cores(layout):
                    return session
                cores = layout.workers * layout.intra_op_threads
                alone = opened(replace(layout, workers=1, intra_op_threads=cores))
                prove(alone)
                return spare_cores.SpareCores(session, alone)
            case "process":
                self._check_processes(layout.workers)
                name = served_as or running.manifest.name
                return ProcessSession(
                    name,
                    partial(opened, replace(layout, workers=1)),
                    prove,
                    Quarantine(name, running.score_revision),
                    workers=layout.workers,
                    run_timeout_s=self.options.run_timeout_s,
                    nice=worker_nice,
                ).open()
            case _:
                assert_never(self.options.isolation)

    def try_apart(self, layout: Layout, nice: int = 0) -> None:
        """Opens and proves such a session in a process of its own, and ends it.

        Raises ModelError, DeviceError or StartupError with the reason if it must not serve.
        """
        running = self.running
        one = replace(layout, workers=1)
        try_apart(
            partial(open_session, self.path, running, self.tokenizer.pad_id, one),
            self._prove,
            self.file_bytes,
            run_limit_s=self.options.run_timeout_s,
            limits_memory=running.device == "cpu",
            nice=nice,
        )

    def _prove(self, session: Session) -> None:
        running = self.running
        check_numbers(session, running.manifest, running.name, self.tokenizer, running.graph)

    def _check_processes(self, workers: int) -> None:
        """Raises StartupError for more worker processes than the machine has memory for."""
        if self.running.device != "cpu":  # the weights are in the device's own memory
            return
        needed = workers * PROCESS_BYTES + self.file_bytes  # which they may share
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if needed > total:
            raise StartupError(
                f"setting workers: {workers} worker processes take at least "
                f"{needed // 2**20} MB, and this machine has {total // 2**20}"
            )

    def _spares_cores(self, layout: Layout) -> bool:
        """Whether a run that is alone may use the cores of all workers."""
        on_cpu = self.running.device == "cpu" and self.running.runtime == "onnxruntime"
        return on_cpu and layout.workers > 1 and self.file_bytes <= spare_cores.MAX_BYTES


def _check_weights(path: Path, running: RunningGraph) -> None:
    """Raises ModelError if the graph reads a file that nothing is known about."""
    for graph in running.graph.files:
        try:
            unknown = locations(path / graph) - set(running.manifest.files)
        except ValueError as fault:
            raise ModelError(f"{path / graph} does not load: {fault}") from None
        if unknown:
            names = ", ".join(map(repr, sorted(unknown)))
            raise ModelError(f"{path / graph} reads {names}, for which {MANIFEST} gives no SHA-256")
