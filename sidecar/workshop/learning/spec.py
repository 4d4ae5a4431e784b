"""The options of `learn run`, and what of them decides what is learned."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar.profile import Profile
from sidecar.workshop.evaluation.candidate_source import CandidateSource
from sidecar.workshop.judgements.formats import Format
from sidecar.workshop.learning.click_source import ClickSource
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.gate import Bounds
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.inputs import digests
from sidecar.workshop.learning.taking import Admin


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a run trains. A low rate keeps what the model knows."""

    pairs: int = 1000
    """Of a query and a document."""
    epochs: int = 1
    minutes: float = 60.0
    rate: float = 3e-5
    max_tokens: int = 224
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class LearnSpec:
    """The options of `learn run`."""

    home: Home
    start: str
    """Of run 0; later runs train on what serves."""
    profile: Profile
    """How hits are read."""
    schedule: Schedule = field(default_factory=Schedule)
    judgements: Path | None = None
    format: Format | None = None
    queries: Path | None = None
    clicks: ClickSource | None = None
    since_s: float | None = None
    """Count clicks from this time on; None: from where the runs ended that the model comes from."""
    candidates: CandidateSource | None = None
    """None: the judged documents of a BEIR folder."""
    from_run: int | None = None
    """Train on the model of this run; None: of the one that serves."""
    held_out: float = 0.3
    max_queries: int = 1000
    relevant: float = 1.0
    unjudged_irrelevant: bool = False
    keep: tuple[Path, ...] = ()
    keep_queries: int = 100
    bounds: Bounds = field(default_factory=Bounds)
    hold: bool = False
    """Whether an accepted model waits for `learn promote`."""
    admin: Admin | None = None

    def check(self) -> None:
        """Raises StartupError for options that do not go together."""
        if self.judgements is None and self.clicks is None:
            raise LearningError("nothing to learn from: give --judgements or --clicks, or both")
        if self.relevant <= 0:
            raise LearningError("--relevant: a grade of 0 or less is not relevant")
        if self.candidates is not None:
            self.candidates.check()
        elif self.judgements is None or not self.judgements.is_dir():
            raise LearningError(
                "give --candidates FILE, or --cluster URL, --index and --body: only a folder with "
                "corpus.jsonl has the documents beside the judgements"
            )

    def settings(self, parent: int) -> dict[str, Any]:
        """What decides what is learned, beside the inputs."""
        source = self.candidates
        read_by = (
            {}
            if source is None
            else {
                "size": source.size,
                "fields": list(source.fields),
                "id_field": source.id_field,
                "index": source.index,
            }
        )
        return {
            "parent": parent,
            "profile": self.profile.name,
            "held_out": self.held_out,
            "max_queries": self.max_queries,
            "relevant": self.relevant,
            "unjudged_irrelevant": self.unjudged_irrelevant,
            "since_s": self.since_s,
            "clicks": None if self.clicks is None else str(self.clicks.model),
            **read_by,
            **vars(self.schedule),
        }

    def inputs(self) -> dict[str, str]:
        """Files by their digests, and clusters."""
        source = self.candidates
        files = [self.judgements, self.queries, *self.keep]
        files += self.clicks.files if self.clicks else ()
        files += [source.candidates, source.body] if source else []
        logins = [source.login] if source is not None and source.candidates is None else []
        logins += [self.clicks.login] if self.clicks else []
        return digests(files) | {login.url: "" for login in logins if login is not None}
