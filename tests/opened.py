"""Models opened as the service opens them, in the test's own process."""

from pathlib import Path
from typing import Any

from sidecar.pipeline.registry import ModelRegistry
from sidecar.runtime.options import ModelSource, RuntimeOptions

DEADLINE_S = 25.0


def open_models(*folders: Path | None, **options: Any) -> ModelRegistry:
    """The models of the folders (none given: the shipped one) under the runtime options,
    `on_run` and `memory_mb`."""
    on_run = options.pop("on_run", lambda report: None)
    memory_mb = options.pop("memory_mb", None)
    sources = [ModelSource(folder) for folder in folders or (None,)]
    runtime_options = RuntimeOptions.of(options)
    return ModelRegistry.open(
        sources, runtime_options, deadline_s=DEADLINE_S, on_run=on_run, memory_mb=memory_mb
    )
