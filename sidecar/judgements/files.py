"""Text files: read whole, and written in one step."""

from pathlib import Path

from sidecar.judgements.judgements import JudgementsError


def read_text(file: Path) -> str:
    """The file's text, without a byte-order mark. Raises JudgementsError."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise JudgementsError(f"{file} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        raise JudgementsError(f"{file} cannot be read: {fault}") from None


def write_text(file: Path, text: str) -> None:
    """Writes the file; it replaces an old one in one step. Raises JudgementsError."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_text(text, encoding="utf8")
        part.replace(file)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise JudgementsError(f"{file} cannot be written: {fault.strerror}") from None
