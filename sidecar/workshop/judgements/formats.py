"""Judgements from a file and into one, in any of the formats."""

from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from sidecar.judgements import jsonl
from sidecar.judgements.files import read_text, write_text
from sidecar.judgements.judgements import Judgements, JudgementsError
from sidecar.lenient_json import loads
from sidecar.workshop.judgements import beir, quepid, rank_eval, trec, workbench


class Format(StrEnum):
    """The formats by name, as the command line takes them."""

    TREC = "trec"
    BEIR = "beir"
    QUEPID = "quepid"
    WORKBENCH = "workbench"
    RANK_EVAL = "rank-eval"
    JSONL = "jsonl"


_BY_SUFFIX = {
    "": Format.BEIR,
    ".csv": Format.QUEPID,
    ".json": Format.WORKBENCH,
    ".jsonl": Format.JSONL,
    **dict.fromkeys((".qrels", ".trec", ".tsv", ".txt"), Format.TREC),
}
_JSON = {Format.WORKBENCH, Format.RANK_EVAL}
_NEED_TEXTS = {Format.BEIR, Format.QUEPID, Format.WORKBENCH}


def read_judgements(path: Path, format: Format | None = None) -> Judgements:
    """The judgements of a file or folder. None: its content says which format it has.

    Raises JudgementsError: what is not there or in none of the formats, and a line for each fault.
    """
    if not path.exists():
        raise JudgementsError(f"there is no file {path}")
    if path.is_dir():
        if format not in (None, Format.BEIR):
            raise JudgementsError(f"{path} is a folder, and {format} is a file")
        return beir.read(path)
    text = read_text(path)
    found = format or recognised(path, text)
    value = _value(path, text) if found in _JSON else None
    match found:
        case Format.BEIR:
            raise JudgementsError(f"{path} is a file, and beir is a folder")
        case Format.TREC:
            return trec.read(path, text)
        case Format.QUEPID:
            return quepid.read(path, text)
        case Format.JSONL:
            return jsonl.read(path, text)
        case Format.WORKBENCH:
            return workbench.read(path, text, value)
        case Format.RANK_EVAL:
            if not rank_eval.is_rank_eval(value):
                raise JudgementsError(f'{path} has no "requests" with "ratings"')
            return rank_eval.read(path, text, value)


def recognised(file: Path, text: str) -> Format:
    """The format of a file with that text. Raises JudgementsError when it has none of them."""
    head = next((line for line in text.split("\n") if line.strip()), "")
    if not head:
        raise JudgementsError(f"{file} is empty")
    if head.lstrip().startswith(("{", "[")):
        first = _loaded(head)
        if jsonl.is_jsonl(first):
            return Format.JSONL
        # One whole value on a line is no beginning of a longer one.
        value = first if first is not None else _value(file, text)
        if workbench.is_workbench(value):
            return Format.WORKBENCH
        if rank_eval.is_rank_eval(value):
            return Format.RANK_EVAL
    elif quepid.is_quepid(head):
        return Format.QUEPID
    elif trec.is_trec(head):
        return Format.TREC
    names = ", ".join(Format)
    raise JudgementsError(f"{file} is in none of the formats {names}; if it is, name its format")


def write_judgements(judgements: Judgements, path: Path, format: Format | None = None) -> list[str]:
    """Writes the file, or BEIR's folder, in one step. None: its name says which format.

    Returns what the format cannot hold, a line each. Raises JudgementsError, and writes nothing,
    for what it cannot hold at all, for a folder that is there already, or without a format.
    """
    chosen = format_to_write(path, format)
    if chosen in _NEED_TEXTS:
        _check_texts(judgements, chosen)
    lost = _lost(judgements, chosen)
    match chosen:
        case Format.BEIR:
            beir.write(judgements, path)
        case Format.TREC:
            numbered = trec.without_spaces(judgements)
            rows = trec.rows(numbered)
            if numbered is not judgements:
                texts = path.with_name(f"{path.name}.queries.tsv")
                write_text(texts, trec.query_rows(numbered))
                lost.append(f"IDs with spaces are no TREC: queries are numbered, see {texts.name}")
            write_text(path, rows)
        case Format.QUEPID:
            write_text(path, quepid.text_of(judgements))
        case Format.WORKBENCH:
            write_text(path, workbench.text_of(judgements, path.stem))
        case Format.JSONL:
            write_text(path, jsonl.text_of(judgements))
    return lost


def format_to_write(path: Path, format: Format | None = None) -> Format:
    """The given format, or the one that the name says. Raises JudgementsError for neither, for one
    that is read only, and where nothing can be written."""
    chosen = format or _BY_SUFFIX.get(path.suffix.lower())
    if chosen is None:
        raise JudgementsError(f"{path} has no ending that says which format: name it")
    if chosen is Format.RANK_EVAL:
        raise JudgementsError("rank-eval is read only: its requests are searches")
    if chosen is Format.BEIR and path.exists():
        raise JudgementsError(f"{path} is there already")
    if not path.absolute().parent.is_dir():
        raise JudgementsError(f"there is no folder {path.parent}")
    return chosen


def _lost(judgements: Judgements, format: Format) -> list[str]:
    lost = []
    if judgements.weights and format is not Format.JSONL:
        lost.append(f"{format} has no weights: they are left out")
    if judgements.texts and format is Format.TREC and not trec.has_spaces(judgements):
        lost.append("trec has no query texts: they are left out")
    if format is Format.TREC and any(
        grade != int(grade) for graded in judgements.grades.values() for grade in graded.values()
    ):
        lost.append("trec_eval reads whole grades alone, and some of these are not")
    return lost


def _check_texts(judgements: Judgements, format: Format) -> None:
    """Raises JudgementsError where the text of a query is not known."""
    if unknown := [query for query in judgements.grades if query not in judgements.texts]:
        raise JudgementsError(
            f"{format} has the texts of queries, and that of {unknown[0]!r} is not known: --queries"
        )


def _value(file: Path, text: str) -> Any:
    try:
        return loads(text)
    except orjson.JSONDecodeError as fault:
        raise JudgementsError(f"{file}, line {fault.lineno}: is not JSON: {fault.msg}") from None


def _loaded(line: str) -> Any:
    try:
        return loads(line)
    except orjson.JSONDecodeError:
        return None
