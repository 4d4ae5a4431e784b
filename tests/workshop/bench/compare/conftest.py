"""A toy library that scores a text by its length, as a contender."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.workshop.bench.compare.contender import ContenderSpec, TextRequest
from sidecar.workshop.bench.compare.library_process import LibraryProcess

ADAPTER = """
    import os, time
    PACKAGES = ("numpy",)
    PARALLEL = False
    print("a library that prints")

    def open_model(settings):
        def score(query, documents, batch_size):
            print("and again", flush=True)
            if query == "die":
                os._exit(3)
            if query == "raise":
                raise ValueError("not this one")
            if query == "lose":
                return [0.0]
            time.sleep(settings["slow"] if batch_size == 1 else 0.0)
            return [float(len(text)) for text in documents]
        return score
"""
REQUESTS = (TextRequest("a", ("x", "yy", "zzz")), TextRequest("b", ("four",)))


def toy_process(folder: Path, adapter: str) -> LibraryProcess:
    """A contender over the adapter's source text, with the batch sizes 1 (slow) and 8."""
    file = folder / "adapter.py"
    file.write_text(textwrap.dedent(adapter))
    spec = ContenderSpec("toy", "a toy", batch_sizes=(1, 8))
    name = str(file.with_suffix(""))
    return LibraryProcess(spec, Path(sys.executable), name, {"slow": 0.2}, threads=1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LibraryProcess]:
    process = toy_process(tmp_path, ADAPTER)
    yield process
    process.stop()
