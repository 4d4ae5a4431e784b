"""What ES|QL's RERANK sends for rows: which texts, and how many in a request.

9.2, 9.3   one field is named: its text. Several: the row as YAML with the columns' names, nulls
           left out, even where one value stays.
9.4        every value of every field is an input of its own; a row gets its best score.

A row with nothing to send gets no score. Requests hold 20 inputs in 9.2 and 10 later, and scores of
different requests are compared with one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import yaml

from tests.es_integration.fake_elasticsearch.hits import java_text

Version = tuple[int, int]
Row = Mapping[str, Any]


class Input(NamedTuple):
    """One text, and the row that it comes from."""

    row: int
    text: str


def inputs(rows: Sequence[Row], columns: Sequence[str], version: Version) -> list[Input]:
    """In the order of the rows."""
    return [
        Input(number, text)
        for number, row in enumerate(rows)
        for text in _texts(row, columns, version)
    ]


def batches(sent: Sequence[Input], version: Version) -> Iterator[Sequence[Input]]:
    """As many as one request holds."""
    size = 20 if version < (9, 3) else 10
    for start in range(0, len(sent), size):
        yield sent[start : start + size]


def best(sent: Sequence[Input], scores: Sequence[np.float32], rows: int) -> list[float | None]:
    """Each row's score, None for a row that sent nothing."""
    best_scores: list[float | None] = [None] * rows
    for item, score in zip(sent, scores, strict=True):
        before = best_scores[item.row]
        best_scores[item.row] = float(score) if before is None else max(before, float(score))
    return best_scores


def _texts(row: Row, columns: Sequence[str], version: Version) -> list[str]:
    present = {name: row[name] for name in columns if row.get(name) is not None}
    if not present:
        return []
    if version >= (9, 4):
        return [
            text for value in present.values() for text in _list(value) if isinstance(text, str)
        ]
    if len(columns) == 1:
        (value,) = present.values()
        return [java_text(_list(value)[0])]
    return [yaml_row(present)]


def yaml_row(row: Mapping[str, Any]) -> str:
    """The row as Jackson's YAML generator writes it: texts in double quotes, folded at 80 columns,
    lists not indented. Its emitter and PyYAML's have one ancestor."""
    events: list[yaml.Event] = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=True),
        yaml.MappingStartEvent(None, None, implicit=True, flow_style=False),
    ]
    for name, value in row.items():
        events.append(yaml.ScalarEvent(None, None, (True, True), name))
        if isinstance(value, list):
            events.append(yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False))
            events += [_scalar(item) for item in value]
            events.append(yaml.SequenceEndEvent())
        else:
            events.append(_scalar(value))
    events += [yaml.MappingEndEvent(), yaml.DocumentEndEvent(), yaml.StreamEndEvent()]
    return yaml.emit(events, allow_unicode=True)  # type: ignore[no-any-return]


def _scalar(value: Any) -> yaml.ScalarEvent:
    style = '"' if isinstance(value, str) else None
    return yaml.ScalarEvent(None, None, (True, True), java_text(value), style=style)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
