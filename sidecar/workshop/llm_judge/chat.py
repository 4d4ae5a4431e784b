"""A client for chat completions, as OpenAI's API has them and many servers speak them."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, cast

from es_integration.sidecar_client.retry import pause_s, retry_after_s
from sidecar.workshop.llm_judge.prompt import LlmJudgeError

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
ATTEMPTS = 6
TIMEOUT_S = 120.0
MAX_ANSWER_BYTES = 10 * 2**20
MAX_PAUSE_S = 60.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the key to another host."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True)
class ChatClient:
    """Asks `model` of the server at `url`, such as http://localhost:8000/v1."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    first_pause_s: float = 1.0
    """Waited before the second attempt, and twice as long before each further one."""
    stopped: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set by who wants no further attempts."""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise LlmJudgeError(f"{self.url} is no address: http://HOST:PORT/v1")

    def ask(self, question: str) -> str:
        """The answer's text, with temperature 0. Overload and faults of the network or the server
        are tried again. Raises LlmJudgeError when that does not help, or the server refuses."""
        why = ""
        for attempt in range(ATTEMPTS):
            try:
                return self._once(question)
            except urllib.error.HTTPError as fault:
                with fault:
                    why = f"HTTP {fault.code}: {_reason(fault)}"
                    asked_for = retry_after_s(cast("Mapping[str, str]", fault.headers), time.time())
                if fault.code in (401, 403):
                    raise LlmJudgeError(
                        f"{self.url} refuses the key ({why}): RERANK_LLM_API_KEY has it"
                    ) from None
                if fault.code not in RETRIED:
                    raise LlmJudgeError(f"{self.url} refuses: {why}") from None
            except (OSError, HTTPException) as fault:
                why, asked_for = f"{fault or type(fault).__name__}", None
            if attempt + 1 < ATTEMPTS:
                pause = pause_s(
                    attempt, asked_for, random.random(), self.first_pause_s, MAX_PAUSE_S
                )
                if self.stopped.wait(min(MAX_PAUSE_S, pause)):
                    break
        raise LlmJudgeError(f"{self.url} does not answer, however often it is asked: {why}")

    def _once(self, question: str) -> str:
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": question}],
            "temperature": 0,
        }
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(
            f"{self.url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers
        )
        with _OPENER.open(request, timeout=TIMEOUT_S) as response:
            raw = response.read(MAX_ANSWER_BYTES)
        return self._content(raw)

    def _content(self, raw: bytes) -> str:
        try:
            content: Any = json.loads(raw)["choices"][0]["message"]["content"]
        except (ValueError, TypeError, KeyError, IndexError):
            content = None
        if not isinstance(content, str):
            raise LlmJudgeError(f"{self.url} answers something else than a chat completion")
        return content


def _reason(fault: urllib.error.HTTPError) -> str:
    """The server's message, on one short line."""
    raw = fault.read(10_000)
    try:
        error = json.loads(raw)["error"]
        text = error["message"] if isinstance(error, dict) else error
    except (ValueError, TypeError, KeyError):
        text = raw.decode(errors="replace") or fault.reason
    return " ".join(str(text).split())[:300]
