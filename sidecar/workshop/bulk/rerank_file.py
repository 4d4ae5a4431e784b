"""Reranks every row of a file: once each, in order, however often the run is ended between.

IN ─► rows ─► rankings, kept as they come ─┬─► OUT
  └────────────── read again ──────────────┘└─► rejects
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.bulk.input_rows import BulkError, RowSource, open_rows
from sidecar.workshop.bulk.kept_rankings import KeptRankings
from sidecar.workshop.bulk.output_rows import (
    Opened,
    json_lines,
    output_format,
    put_in_place,
    written,
)
from sidecar.workshop.bulk.reranked_row import Selection
from sidecar.workshop.bulk.row_ranker import (
    RankingOptions,
    Rejected,
    RowRanker,
    opened_ranker,
)
from sidecar.workshop.model.progress import Advance, BeginStep


@dataclass(frozen=True, slots=True)
class BulkSpec:
    """What the command was asked for."""

    source: Path
    target: Path
    rejects: Path
    options: RankingOptions
    selection: Selection
    model: Path | None = None
    profiles: Path | None = None

    @property
    def kept(self) -> Path:
        """Where rankings are kept until the output is written."""
        return kept_beside(self.target)


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What was written."""

    rows: int
    rejected: int


def kept_beside(target: Path) -> Path:
    """The file of rankings of that output."""
    return target.with_name(f"{target.name}.rankings")


OpenRanker = Callable[[BulkSpec], AbstractContextManager[RowRanker]]


def in_this_process(spec: BulkSpec) -> AbstractContextManager[RowRanker]:
    """The model of the spec, loaded. Raises StartupError."""
    return opened_ranker(spec.model, spec.profiles, spec.options)


def rerank_file(
    spec: BulkSpec, begin_step: BeginStep, open_ranker: OpenRanker = in_this_process
) -> BulkOutcome:
    """Ranks the rows that are not ranked yet, and writes the output and the rejects.

    Raises StartupError: for a file that cannot be read or written, a model or profile that is not
    the one that the run began with, or a model that fails. What was ranked until then is kept.
    """
    source = open_rows(spec.source)
    _check_names(spec)
    output = output_format(spec.target, source, spec.selection)
    total = source.count()
    with open_ranker(spec) as ranker, KeptRankings(spec.kept, ranker.identity()) as kept:
        _rank_the_rest(source, ranker, kept, begin_step("ranking", total))
        outcome = _write(spec, source, kept, output, begin_step("writing", total))
    spec.kept.unlink(missing_ok=True)
    return outcome


def _check_names(spec: BulkSpec) -> None:
    """Raises BulkError where a file would be written over another."""
    if len({path.resolve() for path in (spec.source, spec.target, spec.rejects)}) < 3:
        raise BulkError("the input, the output and the rejects must be three files")
    if spec.target.exists() and not spec.kept.exists():
        raise BulkError(f"{spec.target} exists already: remove it, or name another output")


def _rank_the_rest(
    source: RowSource, ranker: RowRanker, kept: KeptRankings, advance: Advance
) -> None:
    rows = source.rows()
    for _ in kept.beside(rows):
        advance()
    for row, ranking in ranker.in_order(rows):
        kept.add(row, ranking)
        advance()


def _write(
    spec: BulkSpec, source: RowSource, kept: KeptRankings, opened: Opened, advance: Advance
) -> BulkOutcome:
    """The output and the rejects, of which the output comes last: where it is, all is done."""
    rows = rejected = 0
    with (
        put_in_place(spec.target, opened) as output,
        put_in_place(spec.rejects, json_lines) as rejects,
    ):
        for row, ranking in kept.beside(source.rows()):
            rows += 1
            if isinstance(ranking, Rejected):
                rejected += 1
                with written(spec.rejects):
                    rejects.write({"line": row.number, "reason": ranking.reason})
            else:
                with written(spec.target):
                    output.add(row, ranking)
            advance()
    return BulkOutcome(rows, rejected)
