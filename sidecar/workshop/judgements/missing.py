"""What judgements name and a collection does not hold. Figures are then of the rest."""

import logging
from collections.abc import Container

from sidecar.judgements.collecting import listed
from sidecar.judgements.judgements import Judgements

log = logging.getLogger("rerank-sidecar")


def missing_documents(judgements: Judgements, known: Container[str], place: object) -> list[str]:
    """A line if the collection, whose folder or file is `place`, lacks judged documents."""
    judged = {document for graded in judgements.grades.values() for document in graded}
    missing = [document for document in judged if document not in known]
    if not missing:
        return []
    return [
        f"{place}: {len(missing)} of {len(judged)} judged documents are not there, such as "
        f"{min(missing)!r}: they are left out"
    ]


def warn(notes: list[str]) -> None:
    """Logs the first lines as warnings, which standard error shows where nobody has set up
    logging."""
    for line in listed(notes).splitlines():
        log.warning(line)
