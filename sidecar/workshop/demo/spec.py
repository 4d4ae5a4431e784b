"""What the demo is to show."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sidecar.errors import StartupError
from sidecar.workshop.demo.collections import CollectionName

if TYPE_CHECKING:
    from es_integration.cluster.login import Login


@dataclass(frozen=True, slots=True)
class DemoSpec:
    """Which queries to run, through which first stage."""

    collection: CollectionName | None
    """None: both, or the products for a query of the user's own."""
    query: str | None
    """The user's own query, run instead of the bundled ones."""
    top: int
    """Hits to rerank."""
    every: bool
    """Show every bundled query."""
    sidecar: str | None
    """Address of a sidecar that runs already; None: one is started."""
    opensearch: bool
    """Search in a throw-away OpenSearch node."""
    login: "Login | None"
    """Search in this cluster."""

    @property
    def collections(self) -> tuple[CollectionName, ...]:
        """The collections to search."""
        if self.collection is not None:
            return (self.collection,)
        return tuple(CollectionName) if self.query is None else (CollectionName.PRODUCTS,)

    def require_packages(self) -> None:
        """Raises StartupError when the options exclude each other, or when the package that the
        first stage needs is not installed."""
        if self.login is not None:
            if self.opensearch:
                raise StartupError(
                    "--opensearch starts a node and --url uses a running one: give one of them"
                )
            return
        package = "opensearchpy" if self.opensearch else "bm25s"
        if find_spec(package) is None:
            raise StartupError(f'the demo needs {package}: pip install "rerank-sidecar[cpu,demo]"')
