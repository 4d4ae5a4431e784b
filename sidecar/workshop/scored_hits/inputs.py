"""Judgements and the hits that they judge, from the files that a command names."""

from collections.abc import Sequence
from pathlib import Path

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.evaluation.candidates_file import read_candidates
from sidecar.workshop.judgements.formats import Format, read_judgements
from sidecar.workshop.judgements.query_texts import read_query_texts
from sidecar.workshop.scored_hits.judged_documents import read_judged_documents
from sidecar.workshop.scored_hits.judged_parts import FittingError


def read_inputs(
    judgements: Path,
    candidates: Path | None,
    *,
    format: Format | None = None,
    queries: Path | None = None,
    size: int = 100,
    fields: Sequence[str] = (),
    id_field: str | None = None,
) -> tuple[Judgements, list[Candidates]]:
    """The judgements, and the hits of judged queries: those of a candidates file, at most `size` of
    each query, or the judged documents of a BEIR folder.

    Raises JudgementsError, EvaluationError or FittingError.
    """
    found = read_judgements(judgements, format)
    if queries is not None:
        found = found.with_texts(read_query_texts(queries))
    if candidates is None:
        if not judgements.is_dir():
            raise FittingError(
                "--candidates FILE is needed: only a folder with corpus.jsonl has the documents "
                "beside the judgements"
            )
        return found, read_judged_documents(judgements, found)
    read = read_candidates(candidates, found, size=size, fields=fields, id_field=id_field)
    hits = [each for each in read if each.hits]
    if not hits:
        raise FittingError(
            f"{candidates} has no hits of a query that is judged: queries are found by query_id, "
            "or by their text"
        )
    return found, hits
