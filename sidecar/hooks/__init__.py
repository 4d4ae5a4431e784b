"""Hooks: Python functions that read a search and its documents, and add signals or weights.

    entry points (group `rerank_sidecar.hooks`) ─┐
    files named by the setting `hooks` ──────────┴─ load ─► Hooks.run, for each request

A hook is a module with one or both of these functions:

    def document_hook(
        query: str, documents: Sequence[Fields], context: Context
    ) -> Sequence[HookResult]: ...      # one for each document, in their order

    def query_hook(query: str, context: Context) -> QueryResult: ...

They run on threads of their own, all at once, within a time budget. examples/hooks has two.

loading   hooks are found, imported and checked when the service starts
results   what hooks return: types, checks and bounds
worker    one hook: its threads, its record, and when it is disabled
runner    all hooks of a request, within the time budget
"""

from sidecar.hooks.loading import GROUP, Hook, load
from sidecar.hooks.results import CombinedResult, Context, HookResult, QueryResult
from sidecar.hooks.runner import HookEvent, Hooks, HookState
from sidecar.search import Constraint, Fields

__all__ = [
    "GROUP",
    "CombinedResult",
    "Constraint",
    "Context",
    "Fields",
    "Hook",
    "HookEvent",
    "HookResult",
    "HookState",
    "Hooks",
    "QueryResult",
    "load",
]
