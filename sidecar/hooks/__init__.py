"""Hooks: Python functions that read a search and its documents, and add signals or weights.

    entry points (group `rerank_sidecar.hooks`) ─┐
    files named by the setting `hooks` ──────────┴─ load ─► Hooks.run, once a request ─► Hooked

A hook is a module with one or both of these functions:

    def document_hook(
        query: str, documents: Sequence[Fields], context: Context
    ) -> Sequence[HookResult]: ...      # one for each document, in their order

    def query_hook(query: str, context: Context) -> QueryResult: ...

They run on threads of their own, all at once, within a time budget; examples/hooks has two.
"""

from sidecar.hooks.loading import GROUP, Hook, load
from sidecar.hooks.results import Context, HookResult, QueryResult
from sidecar.hooks.runner import Hooked, HookEvent, Hooks, HookState
from sidecar.search import Constraint, Fields

__all__ = [
    "GROUP",
    "Constraint",
    "Context",
    "Fields",
    "Hook",
    "HookEvent",
    "HookResult",
    "HookState",
    "Hooked",
    "Hooks",
    "QueryResult",
    "load",
]
