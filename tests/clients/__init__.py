"""Unmodified clients of other people against a real sidecar: `python -m tests.clients`."""
