"""The rerank service: a cross-encoder that puts a search cluster's hits in the right order.

`from sidecar import Reranker` is the same in this process; see `sidecar.inprocess`. It is loaded
when it is asked for, so that `import sidecar` costs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sidecar.errors import RerankError as RerankError
    from sidecar.inprocess import Reranker as Reranker

# onnxruntime's wheel for Linux keeps a device ID and events to be sent to its maker, unless this
# is set before it is imported (seen with 1.31). Who runs a search decides about that, not we.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
__all__ = ["RerankError", "Reranker", "__version__"]

_HOMES = {"Reranker": "sidecar.inprocess", "RerankError": "sidecar.errors"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
