"""Hooks run in time, off the event loop, and are disabled when they fail."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sidecar.errors import HookFailed
from sidecar.hooks import HookEvent, HookResult
from tests.hooks.running import DOCUMENTS, document, parts, raises, running


async def test_without_hooks_nothing_is_added() -> None:
    with running() as hooks:
        result = await hooks.run("q", DOCUMENTS, {})
    assert result.documents == (HookResult(), HookResult())
    assert (result.weights, result.constraints, result.warnings) == ({}, {}, ())


async def test_hooks_see_the_search_and_cannot_change_it() -> None:
    seen: list[object] = []

    def call(query: str, documents: Sequence[Any], context: Any) -> Sequence[HookResult]:
        seen.extend([query, dict(documents[1]), dict(context)])
        documents[0]["title"] = "mine"
        return []

    with running(document(call)) as hooks:
        result = await hooks.run("shoes", DOCUMENTS, {"user": 1})
    assert seen == ["shoes", {"title": "two"}, {"user": 1}]
    assert DOCUMENTS[0] == {"title": "one"}
    assert result.warnings == ("hook mine (document) is disabled: it raised TypeError",)


async def test_a_hook_that_raises_is_disabled_counted_and_reported() -> None:
    events: list[HookEvent] = []
    bad, good = document(raises, "bad"), document(parts(1.0), "good")
    with running(bad, good, observe=events.append) as hooks:
        results = [await hooks.run("q", DOCUMENTS, {}) for _ in range(3)]
        states = {state.hook.name: state for state in hooks.states()}
    for result in results:
        assert result.warnings == ("hook bad (document) is disabled: it raised KeyError",)
        assert [document.signals for document in result.documents] == [{"good.part": 1.0}] * 2
    assert states["bad"].calls == {"raised": 1}
    assert states["bad"].disabled == "it raised KeyError"
    assert (states["good"].calls, states["good"].disabled) == ({"ok": 3}, None)
    (failure,) = (event for event in events if event.outcome == "raised")
    assert isinstance(failure.fault, KeyError)  # the log may have it; the answer does not


async def test_a_hook_that_exits_does_not_take_the_service_along() -> None:
    with running(document(lambda *arguments: sys.exit(3))) as hooks:
        result = await hooks.run("q", DOCUMENTS, {})
    assert result.warnings == ("hook mine (document) is disabled: it raised SystemExit",)


class Gate:
    """A hook that returns when the gate opens; the loop goes on meanwhile."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, query: str, documents: Sequence[object], context: object) -> object:
        self.open.wait(20)
        return [HookResult({"part": 1.0})] * len(documents)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


async def test_a_late_result_is_ignored_and_the_others_count(gate: Gate) -> None:
    with running(document(gate, "slow"), document(parts(1.0), "fast"), budget_s=0.05) as hooks:
        start = time.monotonic()
        result = await hooks.run("q", DOCUMENTS, {})
        assert time.monotonic() - start < 5
    assert result.warnings == ("hook slow (document) is ignored: it was late",)
    assert result.documents[0].signals == {"fast.part": 1.0}


async def test_three_late_calls_in_a_row_disable(gate: Gate) -> None:
    with running(document(gate), budget_s=0.02) as hooks:
        warnings = [(await hooks.run("q", DOCUMENTS, {})).warnings[0] for _ in range(4)]
        (state,) = hooks.states()
    assert [warning.split(": ", 1)[1] for warning in warnings] == [
        "it was late",
        "it was late",
        *["it was late 3 times in a row"] * 2,
    ]
    assert state.calls == {"late": 3}


async def test_a_call_in_time_forgives_the_late_ones(gate: Gate) -> None:
    with running(document(gate), budget_s=0.2) as hooks:
        for _ in range(2):
            for _ in range(2):
                await hooks.run("q", DOCUMENTS, {})
            gate.open.set()
            while (result := await hooks.run("q", DOCUMENTS, {})).warnings:
                pass
            assert result.documents[0].signals == {"mine.part": 1.0}
            gate.open.clear()
        assert hooks.states()[0].disabled is None


async def test_one_hiccup_that_many_requests_see_counts_once(gate: Gate) -> None:
    with running(document(gate), budget_s=0.05) as hooks:
        results = await asyncio.gather(*(hooks.run("q", DOCUMENTS, {}) for _ in range(12)))
        assert all(
            one.warnings == ("hook mine (document) is ignored: it was late",) for one in results
        )
        (state,) = hooks.states()
    assert (state.calls, state.disabled) == ({"late": 12}, None)


async def test_a_request_that_goes_away_leaves_no_call_behind(gate: Gate) -> None:
    queries: list[str] = []
    begun = threading.Semaphore(0)

    def call(query: str, documents: Sequence[object], context: object) -> object:
        queries.append(query)
        begun.release()
        return gate(query, documents, context)

    with running(document(call)) as hooks:
        waiting = [asyncio.create_task(hooks.run(str(n), DOCUMENTS, {})) for n in range(6)]
        for _ in range(4):
            await asyncio.to_thread(begun.acquire)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(0)
        gate.open.set()
        result = await hooks.run("last", DOCUMENTS, {})
    assert result.warnings == ()
    assert sorted(queries) == ["0", "1", "2", "3", "last"]


async def test_the_event_loop_goes_on_while_a_hook_computes() -> None:
    def busy(query: str, documents: Sequence[object], context: object) -> object:
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            pass
        return [HookResult()] * len(documents)

    turns = 0
    with running(document(busy)) as hooks:
        task = asyncio.create_task(hooks.run("q", DOCUMENTS, {}))
        while not task.done():
            await asyncio.sleep(0.001)
            turns += 1
    assert turns > 5


async def test_error_fails_the_request_and_asks_the_hook_again() -> None:
    with running(document(raises), document(parts(1.0), "good"), on_failure="error") as hooks:
        for _ in range(2):
            with pytest.raises(HookFailed, match=r"^hook mine \(document\) failed: .*KeyError$"):
                await hooks.run("q", DOCUMENTS, {})
        states = {state.hook.name: state for state in hooks.states()}
    assert (states["mine"].calls, states["mine"].disabled) == ({"raised": 2}, None)
    assert HookFailed.status == 503


def test_a_hook_that_hangs_does_not_keep_the_process_from_ending() -> None:
    code = """
import asyncio, time
from sidecar.hooks import Hook, Hooks
hooks = Hooks([Hook("hangs", "query", lambda *a: time.sleep(600), "")], budget_s=0.01)
print(asyncio.run(hooks.run("q", [], {})).warnings)
hooks.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert "it was late" in done.stdout
