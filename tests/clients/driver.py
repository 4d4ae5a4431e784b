"""The checks of one environment: runs there, with the standard library and the clients alone.

    ENVIRONMENT/bin/python -m tests.clients.driver '{"environment": "current", ...}'

Prints one JSON line for each check. `Servers` says what the argument holds.
"""

import contextlib
import io
import json
import os
import runpy
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.clients.cases import CASES, Case
from tests.clients.overload import Overload, documents_worth
from tests.clients.wire import answered, ranking, tokens_per_second

EXAMPLES = Path(__file__).parents[2] / "examples" / "clients"
QUERY = "Who made the Curie's prize-winning discovery?"
DOCUMENTS = [
    "Marie Curie discovered polonium and radium.",
    "The Eiffel Tower is in Paris.",
    "居里夫人发现了镭。 ☢",
    "A prize was given for radioactivity in 1903.",
    'Line one.\nLine two: "quoted", \\ and \t a tab.',
    "Bread rises because of yeast.",
]
LARGE, HUGE = 0.4, 0.9
"""Of the busy sidecar's deadline: the work of a request that it refuses in an overload and answers
after it, and of one that it refuses whenever anything is queued."""
ATTEMPTS = 3
"""A load comes and goes; a request may by chance come when there is room for it."""
ALIKE = 1e-6
"""Between a score here and the one without a client: both are float32, printed shortest."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What the runner has started: a sidecar with `documents` at most, and one with little time."""

    environment: str
    key: str
    plain: str
    plain_gateway: str
    documents: int
    busy: str
    busy_gateway: str
    deadline_s: float
    only: str
    """Part of a client's name; empty for all."""
    short: bool
    """Overloads for the first variant of each example alone: they take most of the time."""

    def of(self, case: Case, *, busy: bool = False) -> str:
        """The address that the case's client is given."""
        if case.host:
            return self.busy_gateway if busy else self.plain_gateway
        return self.busy if busy else self.plain


Rank = Callable[..., list[tuple[int, float]]]


class Client:
    """A case's example, as a user would have it: its file, and the function in it."""

    def __init__(self, case: Case, servers: Servers) -> None:
        self.case = case
        self._servers = servers
        self._file = EXAMPLES / case.example
        self._rank: Rank = runpy.run_path(str(self._file))["rank"]

    def rank(
        self, documents: list[str], top_n: int, *, key: str = "", busy: bool = False
    ) -> list[tuple[int, float]]:
        url = self._servers.of(self.case, busy=busy)
        key = key or self._servers.key
        return self._rank(url, key, QUERY, documents, top_n, **self.case.variant)

    def check_printed(self) -> None:
        """The file as a program prints its two best documents."""
        servers, shown = self._servers, io.StringIO()
        argv, sys.argv = sys.argv, [str(self._file), servers.of(self.case), servers.key]
        try:
            with contextlib.redirect_stdout(shown):
                program = runpy.run_path(str(self._file), run_name="__main__")
        finally:
            sys.argv = argv
        documents = program["DOCUMENTS"]
        logits = self.case.logits
        best = ranking(servers.plain, servers.key, program["QUERY"], documents, logits=logits)[:2]
        expected = [f"{score:.4f} {documents[index]}" for index, score in best]
        printed = [line for line in shown.getvalue().splitlines() if line]
        assert printed == expected, f"printed {printed}, not {expected}"

    def check_results(self) -> None:
        """All documents, in the sidecar's order, with its scores, by the dialect of the case."""
        before = answered(self._servers.plain, self.case.dialect, 200)
        got = self.rank(DOCUMENTS, len(DOCUMENTS))
        assert answered(self._servers.plain, self.case.dialect, 200) == before + 1, "other dialect"
        self._expect(got, len(DOCUMENTS))

    def check_top_n(self) -> None:
        self._expect(self.rank(DOCUMENTS, 2), 2 if self.case.cuts else len(DOCUMENTS))

    def check_401(self) -> None:
        self._refused(self.case.refusals["401"], lambda: self.rank(DOCUMENTS, 2, key="wrong"))

    def check_422(self) -> None:
        many = [f"document {number}" for number in range(self._servers.documents + 1)]
        self._refused(self.case.refusals["422"], lambda: self.rank(many, 2))

    def check_400(self) -> None:
        if self.case.refusals["400"] == "[]":
            assert self.rank([], 2) == []
        else:
            self._refused(self.case.refusals["400"], lambda: self.rank([], 2))

    def check_429(self) -> None:
        """Within an overload; a client that does not retry asks once."""
        fault = AssertionError()
        for _ in range(ATTEMPTS):
            before = self._answered(429)
            try:
                self._refused(self.case.refusals["429"], lambda: self._busy(HUGE))
            except AssertionError as raised:
                fault = raised
                continue
            refused = self._answered(429) - before
            assert (refused > 1) == self.case.retries, f"refused {refused} times"
            return
        raise fault

    def check_retry(self) -> None:
        """Refused in an overload, and answered when it ends, by one call of the client."""
        for _ in range(ATTEMPTS):
            with Overload(self._servers.busy, self._servers.key, self._servers.deadline_s) as load:
                before = self._answered(429)
                watch = threading.Thread(target=self._until_refused, args=(load, before))
                watch.start()
                good = self._answered(200)
                got = self._busy(LARGE)
                watch.join()
            if self._answered(429) > before:
                assert self._answered(200) == good + 1
                assert len(got) == 2, got
                return
        raise AssertionError(f"not refused in {ATTEMPTS} attempts")

    def _busy(self, share: float) -> list[tuple[int, float]]:
        servers = self._servers
        rate = tokens_per_second(servers.busy)
        return self.rank(documents_worth(servers.deadline_s * share, rate), 2, busy=True)

    def _until_refused(self, load: Overload, before: int) -> None:
        limit = time.monotonic() + 30
        while self._answered(429) == before and time.monotonic() < limit:
            time.sleep(0.02)
        load.stop()

    def _answered(self, status: int) -> int:
        return answered(self._servers.busy, self.case.dialect, status)

    def _expect(self, got: list[tuple[int, float]], count: int) -> None:
        servers = self._servers
        expected = ranking(servers.plain, servers.key, QUERY, DOCUMENTS, logits=self.case.logits)
        expected = expected[:count]
        assert [index for index, _ in got] == [index for index, _ in expected], (
            f"{got}, not {expected}"
        )
        for (_, score), (_, right) in zip(got, expected, strict=True):
            assert abs(score - right) <= ALIKE, f"{got}, not {expected}"

    def _refused(self, expected: str, call: Callable[[], Any]) -> None:
        kind, _, words = expected.partition(": ")
        try:
            got = call()
        except Exception as raised:
            fault = raised
        else:
            raise AssertionError(f"not refused: {got}")
        kinds = [base.__name__ for base in type(fault).__mro__]
        assert {*kind.split("|")} & {*kinds}, f"{kinds[0]}: {fault}, not {expected}"
        assert words in str(fault), f"{kinds[0]}: {fault}, not {expected}"


CHECKS = ("results", "top_n", "401", "422", "400")
"""Of every client, beside `printed`, `429` and `retry`."""


def main(servers: Servers) -> None:
    """All checks of the environment, those in one overload together."""
    cases = [case for case in CASES if case.environment == servers.environment]
    clients = [Client(case, servers) for case in cases if servers.only in case.name]
    first = {client.case.example: client for client in reversed(clients)}.values()
    for client in clients:
        for check in (*(("printed",) if client in first else ()), *CHECKS):
            report(client, check)
    loaded = [client for client in clients if client in first or not servers.short]
    with Overload(servers.busy, servers.key, servers.deadline_s):
        for client in loaded:
            report(client, "429")
    for client in loaded:
        if client.case.retries:
            report(client, "retry")


def report(client: Client, check: str) -> None:
    """Runs the check and prints its line."""
    start, failure = time.monotonic(), ""
    try:
        getattr(client, f"check_{check}")()
    except AssertionError as fault:
        failure = str(fault) or traceback.format_exc(limit=-2)
    except Exception as fault:
        failure = f"{type(fault).__name__}: {fault} " + traceback.format_exc(limit=-2)
    line = {
        "client": client.case.name,
        "version": version(client.case.package),
        "check": check,
        "failure": failure[:2000],
        "seconds": round(time.monotonic() - start, 1),
    }
    print(json.dumps(line), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    main(Servers(**json.loads(sys.argv[1])))
