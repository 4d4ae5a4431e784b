"""Answers of a language model in a file of JSON lines, so that no pair is asked and paid for twice.

A pair is known by a digest of the model's name and the filled prompt: another model, prompt or text
is another question.
"""

import hashlib
import json
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sidecar.workshop.llm_judge.prompt import LlmJudgeError

HEAD = {"rerank-sidecar": "answers of a language model", "version": 1}


def digest(model: str, question: str) -> str:
    """What a question is known by."""
    return hashlib.sha256(json.dumps([model, question]).encode()).hexdigest()[:32]


class State:
    """The file, opened for appending; use it as a context manager. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Raises LlmJudgeError for a file that is something else, or cannot be written."""
        self._path = path
        self._lock = threading.Lock()
        self._grades: dict[str, int] = {}
        try:
            whole = self._read()
            self._file: IO[bytes] = path.open("r+b" if path.exists() else "w+b")
            self._file.truncate(whole)  # a line that an interrupted run left unfinished
            self._file.seek(whole)
            if whole == 0:
                self._append(HEAD)
        except OSError as fault:
            raise LlmJudgeError(f"{path}: {fault.strerror}") from None

    def _read(self) -> int:
        """Reads the answers; returns where the last whole line ends."""
        if not self._path.exists():
            return 0
        raw = self._path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if not raw:
            return 0
        try:
            head, *rows = [json.loads(line) for line in raw[:whole].splitlines()]
            if head != HEAD:
                raise ValueError
            self._grades = {str(row["question"]): int(row["grade"]) for row in rows}
        except (ValueError, TypeError, KeyError):
            raise LlmJudgeError(f"{self._path} holds no answers of a language model") from None
        return whole

    def get(self, key: str) -> int | None:
        """The grade that was answered, if it was."""
        return self._grades.get(key)

    def put(self, key: str, grade: int) -> None:
        """Keeps an answer; it is in the file when this returns."""
        with self._lock:
            self._grades[key] = grade
            self._append({"question": key, "grade": grade})

    def _append(self, row: object) -> None:
        self._file.write(json.dumps(row).encode() + b"\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
