"""The named workloads of `bench compare`: how many requests, how many documents, how long.

The longest documents fill the model together with their query and are never cut, so that a library
that truncates and one that reads long documents in windows do the same work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

SHORT_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Workload:
    """A round: `requests` requests of `documents` documents each."""

    key: str
    texts: str
    """What the texts are, for the title."""
    documents: int
    requests: int = 1
    at_once: bool = False
    """All requests of a round arrive together, each from a client of its own."""
    tokens: int | None = None
    """Of each document, at most as many as fit; None: lognormal lengths."""
    share: float = 1.0
    """Of the requested rounds: heavy workloads run fewer."""

    @property
    def title(self) -> str:
        if self.documents == 1:
            return self.texts
        clients = f"{self.requests} clients x " if self.at_once else ""
        return f"{clients}{self.documents:,} {self.texts}"

    def rounds(self, requested: int) -> int:
        """The workload's share of the requested rounds, at least one."""
        return max(1, round(requested * self.share))

    def scaled(self, documents: int) -> "Workload":
        """The workload with `documents` in place of 100; single pairs stay single."""
        if self.documents == 1:
            return self
        return replace(self, documents=self.documents * documents // 100)


LOGNORMAL = Workload("lognormal", "documents, lognormal", 100)
WORKLOADS: Mapping[str, Workload] = {
    workload.key: workload
    for workload in (
        Workload("short", f"documents of {SHORT_TOKENS} tokens", 100, tokens=SHORT_TOKENS),
        LOGNORMAL,
        Workload("long", "pairs that fill the model", 100, tokens=10**9, share=0.3),
        Workload("clients", "documents, lognormal", 100, 32, at_once=True, share=0.2),
        Workload("single", "single pairs, lognormal", 1, requests=32),
        # Last: a library that pads all of them into one run may run out of memory.
        Workload("thousand", "documents, lognormal", 1000, share=0.2),
    )
}
