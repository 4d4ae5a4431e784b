"""multi-small, a reranker for 16 languages: the folder that rerank-sidecar serves by that name."""

from pathlib import Path

__version__ = "0.1.0"

FOLDER = Path(__file__).parent / "model"
