"""The adapters that the factory names."""

from sidecar.workshop.bench.compare.contender_factory import ADAPTERS, EMBEDDING_ADAPTERS
from sidecar.workshop.bench.compare.library_process import ADAPTER_FOLDER


def test_every_adapter_exists_and_only_the_sidecars_imports_the_sidecar() -> None:
    for adapter in {*ADAPTERS.values(), *EMBEDDING_ADAPTERS.values()}:
        text = (ADAPTER_FOLDER / f"{adapter}.py").read_text()
        assert "PACKAGES = (" in text
        assert ("sidecar import" in text) == (adapter == "with_sidecar")
