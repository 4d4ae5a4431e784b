"""Where the first stage's hits come from: a file, or searches of a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from es_integration.cluster.login import Login, connect
from es_integration.cluster.search_engine import search_engine_at
from es_integration.errors import IntegrationError
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.counted import counted
from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError
from sidecar.workshop.evaluation.candidates_file import read_candidates
from sidecar.workshop.evaluation.first_stage import FirstStage
from sidecar.workshop.evaluation.search_body import read_body
from sidecar.workshop.model.progress import BeginStep

NAMED = 5
"""Queries that a note names."""
SEARCH_TIMEOUT_S = 60.0


@dataclass(frozen=True, kw_only=True)
class CandidateSource:
    """A file of candidates, or a cluster with an index and a search body. Its fields are options of
    the commands."""

    candidates: Path | None = None
    login: Login | None = None
    index: str | None = None
    body: Path | None = None
    size: int = 100
    """Hits of each query, at most."""
    fields: Sequence[str] = ()
    id_field: str | None = None
    title_field: str | None = None

    def check(self) -> None:
        """Raises EvaluationError unless it is one of both, and whole."""
        # A cluster's address may come from the environment, and then means nothing beside a file.
        if self.candidates is not None and (self.index or self.body):
            raise EvaluationError("--candidates or a cluster: give one of them")
        if self.candidates is None and not (self.login and self.index and self.body):
            raise EvaluationError("give --candidates FILE, or --cluster URL, --index and --body")

    def find(self, judgements: Judgements, begin_step: BeginStep) -> tuple[list[Candidates], str]:
        """(the candidates of the judged queries in their order, what they come from), of a source
        that `check` accepts. Raises EvaluationError."""
        if self.candidates is not None:
            found = read_candidates(
                self.candidates,
                judgements,
                size=self.size,
                fields=self.fields,
                id_field=self.id_field,
                title_field=self.title_field,
            )
            return found, f"{self.candidates.name}, at most {counted(self.size, 'hit')} a query"
        return self._search(judgements, begin_step)

    def _search(
        self, judgements: Judgements, begin_step: BeginStep
    ) -> tuple[list[Candidates], str]:
        assert self.login is not None, "checked"
        assert self.index is not None, "checked"
        assert self.body is not None, "checked"
        if nameless := [query for query in judgements.grades if query not in judgements.texts]:
            raise EvaluationError(
                f"the texts of {counted_queries(len(nameless))} are not known, and a search needs "
                f"them: {names(nameless)}: --queries FILE"
            )
        first_stage = FirstStage(
            self.index,
            read_body(self.body),
            self.size,
            self.fields,
            self.id_field,
            self.title_field,
        )
        advance = begin_step("searching", len(judgements.grades))
        try:
            search_engine = search_engine_at(self.login)
            with connect(search_engine, self.login, timeout_s=SEARCH_TIMEOUT_S) as client:
                found = first_stage.search(client, judgements, advance)
        except IntegrationError as fault:
            raise EvaluationError(fault.message) from None
        except ValueError as fault:
            raise EvaluationError(f"{self.body}: {fault}") from None
        return found, f"{self.index} in {search_engine}, {counted(self.size, 'hit')} a query"


def counted_queries(number: int) -> str:
    """ "1 query", "2 queries" """
    return "1 query" if number == 1 else f"{number} queries"


def names(queries: Sequence[str]) -> str:
    """The first of them, quoted."""
    named = ", ".join(map(repr, queries[:NAMED]))
    return named if len(queries) <= NAMED else f"{named}, ..."
