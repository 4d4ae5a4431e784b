"""The checks of the clients: runs in their environment, with the standard library and them alone.

    ENVIRONMENT/bin/python -m tests.clients.embeddings.driver URL KEY

Prints a JSON line [client, version, check, failure] for each check.
"""

import json
import os
import runpy
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.clients.embeddings.cases import CASES, REFUSALS, WORDS, Case
from tests.clients.wire import answered, post

EXAMPLES = Path(__file__).parents[3] / "examples" / "clients" / "embeddings"
TEXTS = ["Marie Curie discovered polonium.", "居里夫人发现了镭。 ☢", 'A line "two"\t\\']
"""Without ends of lines, which LlamaIndex makes blanks."""
ALIKE = 1e-6
"""Between a number here and the one without a client."""


class Client:
    """A case's example, as a user would have it: its file, and the function in it."""

    def __init__(self, case: Case, url: str, key: str) -> None:
        self.case = case
        self._url = url
        self._key = key
        run = runpy.run_path(str(EXAMPLES / case.example))
        self._embed: Callable[..., list[list[float]]] = run["embed"]

    def embed(self, texts: list[str], kind: str, key: str = "", **more: str) -> list[list[float]]:
        call = {**self.case.variant, **more}
        return self._embed(self._url, key or self._key, texts, kind, **call)

    def check_documents(self) -> None:
        self._expect("document")

    def check_query(self) -> None:
        self._expect("query")

    def check_key(self) -> None:
        self._refused("key", lambda: self.embed(TEXTS, "query", key="wrong"))

    def check_empty(self) -> None:
        self._refused("empty", lambda: self.embed(["a", ""], "query"))

    def check_reranker(self) -> None:
        self._refused("reranker", lambda: self.embed(TEXTS, "query", model="minilm-en"))

    def _expect(self, kind: str) -> None:
        """The vectors of a plain request, by the dialect of the case."""
        body = {"input": TEXTS, "input_type": kind}
        rows = post(f"{self._url}/v1/embeddings", self._key, body)["data"]
        before = answered(self._url, self.case.dialect, 200)
        got = self.embed(TEXTS, kind)
        assert answered(self._url, self.case.dialect, 200) == before + 1, "other dialect"
        assert len(got) == len(rows)
        for vector, row in zip(got, rows, strict=True):
            pairs = zip(vector, row["embedding"], strict=True)
            assert all(abs(number - right) <= ALIKE for number, right in pairs)

    def _refused(self, name: str, call: Callable[[], Any]) -> None:
        place = REFUSALS.index(name)
        try:
            got = call()
        except Exception as raised:
            fault = raised
        else:
            raise AssertionError(f"not refused: {got}")
        kinds = [base.__name__ for base in type(fault).__mro__]
        assert self.case.refusals[place] in kinds, f"{kinds[0]}: {fault}"
        assert not self.case.says or WORDS[place] in str(fault), f"{kinds[0]}: {fault}"


def checks(case: Case) -> list[str]:
    """Those of the case, by name."""
    refusals = (name for name, kind in zip(REFUSALS, case.refusals, strict=True) if kind)
    return ["documents", "query", *refusals]


def main(url: str, key: str) -> None:
    for case in CASES:
        client = Client(case, url, key)
        for check in checks(case):
            failure = ""
            try:
                getattr(client, f"check_{check}")()
            except Exception as fault:
                failure = "".join(traceback.format_exception_only(fault)).strip()
            line = json.dumps([case.name, version(case.package), check, failure])
            print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # whatever threads the clients have left
