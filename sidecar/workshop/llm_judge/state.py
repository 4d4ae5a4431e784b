"""Answers of a language model in a file of JSON lines, so that no pair is asked and paid for twice.

A pair is known by a digest of the model's name and the filled prompt: another model, prompt or text
is another question.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from sidecar.workshop.llm_judge.prompt import LlmJudgeError
from sidecar.workshop.state_file import OtherHead, StateFile

HEAD = {"rerank-sidecar": "answers of a language model", "version": 1}


def digest(model: str, question: str) -> str:
    """What a question is known by."""
    return hashlib.sha256(json.dumps([model, question]).encode()).hexdigest()[:32]


class State(StateFile):
    """The file, opened for appending; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Raises LlmJudgeError for a file that is something else, or cannot be written."""
        self._grades: dict[str, int] = {}
        try:
            super().__init__(path, HEAD)
        except OtherHead:
            raise LlmJudgeError(f"{path} holds no answers of a language model") from None
        except OSError as fault:
            raise LlmJudgeError(f"{path}: {fault.strerror}") from None

    def _take(self, row: Any) -> None:
        self._grades[row["question"]] = int(row["grade"])

    def get(self, key: str) -> int | None:
        """The grade that was answered, if it was."""
        return self._grades.get(key)

    def put(self, key: str, grade: int) -> None:
        """Keeps an answer."""
        self._grades[key] = grade
        self._append({"question": key, "grade": grade})
