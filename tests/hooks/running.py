"""What the tests of hooks share: hooks made of functions, and the service's hooks at work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

from sidecar.hooks import Hook, HookEvent, HookResult, Hooks

DOCUMENTS: Sequence[Mapping[str, object]] = [{"title": "one"}, {"title": "two"}]


def document(call: Callable[..., object], name: str = "mine") -> Hook:
    return Hook(name, "document", call, "here")


def query(call: Callable[..., object], name: str = "mine") -> Hook:
    return Hook(name, "query", call, "here")


@contextmanager
def running(
    *hooks: Hook,
    budget_s: float = 5.0,
    cap: float = 2.0,
    on_failure: Literal["ignore", "error"] = "ignore",
    observe: Callable[[HookEvent], None] = lambda event: None,
) -> Iterator[Hooks]:
    runner = Hooks(hooks, budget_s=budget_s, cap=cap, on_failure=on_failure, observe=observe)
    try:
        yield runner
    finally:
        runner.close()


def parts(value: float) -> Callable[..., object]:
    return lambda query, documents, context: [HookResult({"part": value})] * len(documents)


def raises(*arguments: object) -> object:
    raise KeyError("a user's text")
