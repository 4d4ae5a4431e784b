"""The rerank service: a cross-encoder that puts a search cluster's hits in the right order."""

__version__ = "0.1.0"
