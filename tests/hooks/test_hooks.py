"""Hooks: found, checked, run in time, kept within bounds, and switched off when they fail."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import HookError, HookFailed, StartupError
from sidecar.hooks import (
    GROUP,
    Constraint,
    Hook,
    HookEvent,
    HookResult,
    Hooks,
    QueryResult,
    load,
)
from sidecar.hooks.results import MAX_FACTOR, check_documents

DOCUMENTS: Sequence[Mapping[str, object]] = [{"title": "one"}, {"title": "two"}]

HOOK = """
from dataclasses import dataclass
from sidecar.hooks import HookResult

@dataclass
class Own:
    part: float = 0.5

def document_hook(query, documents, context):
    return [HookResult({"part": Own().part}) for _ in documents]
"""


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
    found = Hooks(hooks, budget_s=budget_s, cap=cap, on_failure=on_failure, observe=observe)
    try:
        yield found
    finally:
        found.close()


def parts(value: float) -> Callable[..., object]:
    return lambda query, documents, context: [HookResult({"part": value})] * len(documents)


def raises(*arguments: object) -> object:
    raise KeyError("a user's text")


# loading


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(text, "utf-8")
    return path


async def test_a_file_is_a_hook_under_its_name(tmp_path: Path) -> None:
    found = load([write(tmp_path, "shop", HOOK)], installed=False)
    assert [str(hook) for hook in found] == ["hook shop (document)"]
    with running(*found) as hooks:
        hooked = await hooks.run("q", DOCUMENTS, {})
    assert [result.signals for result in hooked.documents] == [{"shop.part": 0.5}] * 2


def test_entry_points_come_by_name_and_before_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, "an_installed_hook", HOOK)
    installed = tmp_path / "a_package-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: a-package\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        f"[{GROUP}]\nzeta = an_installed_hook\nalpha = an_installed_hook\n"
    )
    found = load([write(tmp_path, "shop", HOOK)])
    assert [hook.name for hook in found] == ["alpha", "zeta", "shop"]
    assert found[0].source == "entry point an_installed_hook"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no document_hook and no query_hook"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def document_hook(:", "SyntaxError"),
        ("document_hook = 3", "is no plain function"),
        ("async def query_hook(query, context): ...", "is no plain function"),
        ("def query_hook(query): ...", r"must take \(query, context\)"),
        ("def document_hook(query, context): ...", r"must take \(query, documents, context\)"),
    ],
)
def test_what_is_no_hook_stops_the_start_with_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = write(tmp_path, "bad", text)
    with pytest.raises(HookError, match=reason) as caught:
        load([path], installed=False)
    assert isinstance(caught.value, StartupError)
    assert "hook bad" in caught.value.message
    assert str(path) in caught.value.message


def test_a_missing_file_and_a_name_taken_twice_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(HookError, match="is no Python file"):
        load([tmp_path / "none.py"], installed=False)
    (tmp_path / "more").mkdir()
    files = [write(tmp_path, "shop", HOOK), write(tmp_path / "more", "shop", HOOK)]
    with pytest.raises(HookError, match=r"both .* have this name"):
        load(files, installed=False)


# answers


async def test_without_hooks_nothing_is_added() -> None:
    with running() as hooks:
        hooked = await hooks.run("q", DOCUMENTS, {})
    assert hooked.documents == (HookResult(), HookResult())
    assert (hooked.weights, hooked.constraints, hooked.warnings) == ({}, {}, ())


async def test_hooks_see_the_search_and_cannot_change_it() -> None:
    seen: list[object] = []

    def call(query: str, documents: Sequence[Any], context: Any) -> Sequence[HookResult]:
        seen.extend([query, dict(documents[1]), dict(context)])
        documents[0]["title"] = "mine"
        return []

    with running(document(call)) as hooks:
        hooked = await hooks.run("shoes", DOCUMENTS, {"user": 1})
    assert seen == ["shoes", {"title": "two"}, {"user": 1}]
    assert DOCUMENTS[0] == {"title": "one"}
    assert hooked.warnings == ("hook mine (document) is disabled: it raised TypeError",)


async def test_answers_of_several_hooks_are_put_together() -> None:
    size = Constraint("size", frozenset({"m"}))
    other = Constraint("size", frozenset({"l"}))
    weigh = [HookResult({"a": 0.5}, {"title": 2.0}), HookResult({}, {"title": 3.0, "brand": 0.0})]
    with running(
        query(lambda query, context: QueryResult({"title": 2.0}, [size], "first"), "one"),
        document(lambda *arguments: weigh, "one"),
        document(lambda *arguments: tuple(reversed(weigh)), "two"),
        query(lambda query, context: QueryResult({"title": 1.5}, [other]), "two"),
    ) as hooks:
        hooked = await hooks.run("q", DOCUMENTS, {})
    assert hooked.weights == {"title": 3.0}
    assert hooked.constraints == {"size": other}
    assert hooked.instruction == "first"
    assert [dict(one.signals) for one in hooked.documents] == [{"one.a": 0.5}, {"two.a": 0.5}]
    assert [one.weights for one in hooked.documents] == [{"title": 6.0, "brand": 0.0}] * 2
    assert hooked.warnings == ()


signals = st.dictionaries(st.sampled_from("abcdef"), st.floats(-1e6, 1e6), max_size=6)


@given(signals, st.floats(0.1, 5))
def test_signals_keep_their_sign_and_stay_within_the_cap(
    given_signals: dict[str, float], cap: float
) -> None:
    (result,) = check_documents([HookResult(given_signals)], 1, cap)
    assert result.signals.keys() == given_signals.keys()
    assert sum(map(abs, result.signals.values())) <= cap * (1 + 1e-9)
    assert all(part * given_signals[name] >= 0 for name, part in result.signals.items())
    if sum(map(abs, given_signals.values())) <= cap:
        assert result.signals == given_signals


@given(signals, st.sampled_from("abcdef"), st.floats(0, 1e3))
def test_a_higher_signal_never_lowers_the_document(
    given_signals: dict[str, float], name: str, more: float
) -> None:
    higher = {**given_signals, name: given_signals.get(name, 0.0) + more}
    (low,) = check_documents([HookResult({name: 0.0, **given_signals})], 1, 2.0)
    (high,) = check_documents([HookResult(higher)], 1, 2.0)
    assert sum(high.signals.values()) >= sum(low.signals.values()) - 1e-6


def test_factors_are_held_below_their_bound() -> None:
    (result,) = check_documents([HookResult({}, {"title": 1e9})], 1, 2.0)
    assert result.weights == {"title": MAX_FACTOR}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "answered no sequence of HookResult"),
        ([HookResult()], "answered 1 results for 2 documents"),
        ([{"a": 1}, {"a": 1}], "answered no sequence of HookResult"),
        ([HookResult({"a": float("nan")})] * 2, "answered signals that are no finite numbers"),
        ([HookResult({"a": "1"})] * 2, "answered signals that are no finite numbers"),  # type: ignore[dict-item]
        ([HookResult({"": 1})] * 2, "answered signals with a name"),
        ([HookResult([1])] * 2, "answered signals that are no mapping"),  # type: ignore[arg-type]
        ([HookResult({}, {"title": -1})] * 2, "answered weights below 0"),
    ],
)
async def test_a_document_hook_that_answers_nonsense_is_disabled(answer: object, why: str) -> None:
    with running(document(lambda *arguments: answer)) as hooks:
        hooked = await hooks.run("q", DOCUMENTS, {})
    assert hooked.documents == (HookResult(), HookResult())
    assert hooked.warnings[0].startswith(f"hook mine (document) is disabled: it {why}")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({}, "answered no QueryResult"),
        (QueryResult(constraints=["size"]), "answered constraints"),  # type: ignore[list-item]
        (QueryResult(instruction="x" * 5000), "answered an instruction"),
        (QueryResult({"title": float("inf")}), "answered weights that are no finite numbers"),
    ],
)
async def test_a_query_hook_that_answers_nonsense_is_disabled(answer: object, why: str) -> None:
    with running(query(lambda *arguments: answer)) as hooks:
        hooked = await hooks.run("q", DOCUMENTS, {})
    assert hooked.warnings[0].startswith(f"hook mine (query) is disabled: it {why}")


# failures


async def test_a_hook_that_raises_is_disabled_counted_and_said() -> None:
    events: list[HookEvent] = []
    bad, good = document(raises, "bad"), document(parts(1.0), "good")
    with running(bad, good, observe=events.append) as hooks:
        said = [await hooks.run("q", DOCUMENTS, {}) for _ in range(3)]
        states = {state.hook.name: state for state in hooks.states()}
    for hooked in said:
        assert hooked.warnings == ("hook bad (document) is disabled: it raised KeyError",)
        assert [one.signals for one in hooked.documents] == [{"good.part": 1.0}] * 2
    assert states["bad"].calls == {"raised": 1}
    assert states["bad"].disabled == "it raised KeyError"
    assert (states["good"].calls, states["good"].disabled) == ({"ok": 3}, None)
    (failure,) = (event for event in events if event.outcome == "raised")
    assert isinstance(failure.fault, KeyError)  # the log may have it; the answer does not


async def test_a_hook_that_exits_does_not_take_the_service_along() -> None:
    with running(document(lambda *arguments: sys.exit(3))) as hooks:
        hooked = await hooks.run("q", DOCUMENTS, {})
    assert hooked.warnings == ("hook mine (document) is disabled: it raised SystemExit",)


class Gate:
    """A hook that answers when it is let; the loop goes on meanwhile."""

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
        hooked = await hooks.run("q", DOCUMENTS, {})
        assert time.monotonic() - start < 5
    assert hooked.warnings == ("hook slow (document) is ignored: it was late",)
    assert hooked.documents[0].signals == {"fast.part": 1.0}


async def test_three_late_calls_in_a_row_disable(gate: Gate) -> None:
    with running(document(gate), budget_s=0.02) as hooks:
        said = [(await hooks.run("q", DOCUMENTS, {})).warnings[0] for _ in range(4)]
        (state,) = hooks.states()
    assert [warning.split(": ", 1)[1] for warning in said] == [
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
            while (hooked := await hooks.run("q", DOCUMENTS, {})).warnings:
                pass
            assert hooked.documents[0].signals == {"mine.part": 1.0}
            gate.open.clear()
        assert hooks.states()[0].disabled is None


async def test_one_hiccup_that_many_requests_see_counts_once(gate: Gate) -> None:
    with running(document(gate), budget_s=0.05) as hooks:
        said = await asyncio.gather(*(hooks.run("q", DOCUMENTS, {}) for _ in range(12)))
        assert all(
            one.warnings == ("hook mine (document) is ignored: it was late",) for one in said
        )
        (state,) = hooks.states()
    assert (state.calls, state.disabled) == ({"late": 12}, None)


async def test_a_request_that_goes_away_leaves_no_call_behind(gate: Gate) -> None:
    asked: list[str] = []
    begun = threading.Semaphore(0)

    def call(query: str, documents: Sequence[object], context: object) -> object:
        asked.append(query)
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
        hooked = await hooks.run("last", DOCUMENTS, {})
    assert hooked.warnings == ()
    assert sorted(asked) == ["0", "1", "2", "3", "last"]


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
