"""Procedures over a sync and an async client, and changes that are shown before they are made."""

import threading
from typing import Any

import pytest

from es_integration.cluster.change import Action, Change, apply
from es_integration.cluster.procedure import Aside, Pause, Procedure, run, run_async


class Store:
    """A client whose `put` refuses the name "bad"."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    def put(self, name: str, value: int) -> int:
        if name == "bad":
            raise ValueError(name)
        self.values[name] = value
        return value


class AsyncStore(Store):
    async def put(self, name: str, value: int) -> int:  # type: ignore[override]
        return super().put(name, value)


def fill(*names: str) -> Procedure[list[str]]:
    refused = []
    for value, name in enumerate(names):
        yield Pause(0.0)
        try:
            answer = yield lambda client: client.put(name, value)  # noqa: B023 - called at once
            assert answer == value
        except ValueError as error:
            refused.append(str(error))
    return refused


async def test_a_procedure_does_the_same_over_both_clients() -> None:
    synchronous, asynchronous = Store(), AsyncStore()
    assert run(synchronous, fill("a", "bad", "b")) == ["bad"]
    assert await run_async(asynchronous, fill("a", "bad", "b")) == ["bad"]
    assert synchronous.values == asynchronous.values == {"a": 0, "b": 2}


async def test_errors_that_a_procedure_does_not_catch_are_raised() -> None:
    def careless() -> Procedure[None]:
        yield lambda client: client.put("bad", 1)

    with pytest.raises(ValueError, match="bad"):
        run(Store(), careless())
    with pytest.raises(ValueError, match="bad"):
        await run_async(AsyncStore(), careless())


def change(name: str, before: Any, after: Any) -> Change:
    def make() -> Procedure[None]:
        yield lambda client: client.put(name, 1)

    return Change("setting", name, before, after, make)


def test_only_what_differs_is_changed_and_shown() -> None:
    plan = (
        change("new", None, {"size": 1}),
        change("same", {"size": 1}, {"size": 1}),
        change("other", {"size": 1, "name": "x"}, {"size": 2, "name": "x"}),
        change("old", {"size": 1}, None),
    )
    assert [change.action for change in plan] == [
        Action.CREATE,
        Action.KEEP,
        Action.UPDATE,
        Action.DELETE,
    ]
    assert plan[1].diff() == ""
    lines = plan[2].diff().splitlines()
    assert lines[:2] == ["--- setting other", "+++ setting other"]
    assert [line for line in lines[3:] if line[0] in "+-"] == ['-  "size": 1', '+  "size": 2']
    store = Store()
    assert [change.name for change in run(store, apply(plan))] == ["new", "other", "old"]
    assert set(store.values) == {"new", "other", "old"}


def test_a_text_of_several_lines_is_shown_line_by_line() -> None:
    script = {"source": "a\nb\u2028c\nd"}
    diff = change(
        "script", {"scripts": [script]}, {"scripts": [{"source": "a\nb\u2028c\ne"}]}
    ).diff()
    changed = [
        line for line in diff.split("\n") if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert [line.split() for line in changed] == [["-", '"d"'], ["+", '"e"']]


async def test_what_may_block_runs_aside_and_its_answer_comes_back() -> None:
    def where() -> Procedure[int]:
        answer: int = yield Aside(threading.get_ident)
        return answer

    assert run(None, where()) == threading.get_ident()
    assert await run_async(None, where()) != threading.get_ident(), "not on the event loop"
