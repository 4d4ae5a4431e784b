"""The file of keys, TOML:

    [[keys]]
    name = "shop"
    scopes = ["rerank"]                # of: rerank, metrics, admin
    expires = 2027-06-30T00:00:00Z     # never when absent
    priority = "interactive"           # or: batch
    requests_per_minute = 600          # no limit when absent
    documents_per_minute = 60000       # no limit when absent
    hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

It never holds a key, only hashes. No message about a faulty file quotes from it.
"""

import os
import re
import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from sidecar.access.api_key import ApiKey, Quota, Scope
from sidecar.errors import KeyFileError, first_fault
from sidecar.request import Priority

MAX_KEYS = 1000
"""Each request's key is compared with every one of them: 1000 take 0.05 ms."""
MAX_FILE_BYTES = 2**20
MAX_PER_MINUTE = 10**9
HASH = "sha256:"

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
PerMinute = Annotated[int, Field(ge=1, le=MAX_PER_MINUTE)]


def _moment(value: object) -> object:
    """A date without a time as its first moment, in UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value


def _utc(value: datetime | None) -> datetime | None:
    """The moment in UTC. Raises ValueError for one that UTC has no year for."""
    try:
        return value and value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside of the years 1 to 9999 in UTC") from None


class KeyEntry(BaseModel):
    """One `[[keys]]` of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    hash: Annotated[str, StringConstraints(pattern=rf"^{HASH}[0-9a-f]{{64}}$")]
    scopes: Annotated[frozenset[Scope], Field(min_length=1, strict=False)] = frozenset({"rerank"})
    expires: Annotated[AwareDatetime | None, BeforeValidator(_moment), AfterValidator(_utc)] = None
    priority: Priority = "interactive"
    requests_per_minute: PerMinute | None = None
    documents_per_minute: PerMinute | None = None

    @classmethod
    def of(cls, digest: bytes, **values: Any) -> "KeyEntry":
        """The entry of a key with this digest. Raises KeyFileError for what no file may hold."""
        try:
            return cls(hash=HASH + digest.hex(), **values)
        except ValidationError as fault:
            raise KeyFileError(first_fault(fault)) from None

    def key(self) -> ApiKey:
        """The key that the entry describes."""
        return ApiKey(
            name=self.name,
            digest=bytes.fromhex(self.hash.removeprefix(HASH)),
            scopes=self.scopes,
            priority=self.priority,
            quota=Quota(self.requests_per_minute, self.documents_per_minute),
            expires=self.expires,
        )

    def toml(self) -> str:
        """The entry as text of the file, without what has its default.

        The hash comes last: an entry that is cut short has none, and cannot be read as one without
        limits or an end.
        """
        scopes = ", ".join(f'"{scope}"' for scope in sorted(self.scopes))
        lines = [
            "[[keys]]",
            f'name = "{self.name}"',
            f"scopes = [{scopes}]",
        ]
        if self.expires is not None:
            moment = self.expires.replace(tzinfo=None)
            lines.append(f"expires = {moment.isoformat()}Z")
        if self.priority != "interactive":
            lines.append(f'priority = "{self.priority}"')
        for limit in ("requests_per_minute", "documents_per_minute"):
            if (value := getattr(self, limit)) is not None:
                lines.append(f"{limit} = {value}")
        lines.append(f'hash = "{self.hash}"')
        return "\n".join(lines) + "\n"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: Annotated[list[KeyEntry], Field(min_length=1, max_length=MAX_KEYS)]


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """The keys of the file, in its order: at least one, no two of one name or one hash.

    Raises KeyFileError, with the place of the fault, for any other file: one that is empty or cut
    short must never count as "no keys".
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except OSError as fault:
        raise KeyFileError(f"the keys file {path}: {fault.strerror}") from None
    if len(raw) > MAX_FILE_BYTES:
        raise KeyFileError(f"the keys file {path} is larger than {MAX_FILE_BYTES} bytes")
    try:
        return parse_keys(raw)
    except KeyFileError as fault:
        raise KeyFileError(f"the keys file {path}: {fault.message}") from None


def parse_keys(raw: bytes) -> tuple[ApiKey, ...]:
    """The keys of a file's bytes, as `read_keys`. Raises KeyFileError."""
    try:
        values: dict[str, Any] = tomllib.loads(raw.decode())
    except UnicodeDecodeError:
        raise KeyFileError("it is not UTF-8") from None
    except tomllib.TOMLDecodeError as fault:
        raise KeyFileError(f"it is not TOML{_place(fault)}") from None
    except (RecursionError, ValueError):
        raise KeyFileError("it is not TOML") from None
    if not values:
        raise KeyFileError("it holds no [[keys]]")
    try:
        keys = tuple(entry.key() for entry in _File.model_validate(values).keys)
    except ValidationError as fault:
        raise KeyFileError(first_fault(fault)) from None
    check_distinct(keys)
    return keys


def _place(fault: tomllib.TOMLDecodeError) -> str:
    """Where it is, without the rest of tomllib's message, which may quote from the file."""
    place = re.search(r" \(at (line \d+, column \d+|end of document)\)$", str(fault))
    return place.group() if place else ""


def check_distinct(keys: tuple[ApiKey, ...]) -> None:
    """Raises KeyFileError when two keys have one name or one hash."""
    names: set[str] = set()
    digests: set[bytes] = set()
    for key in keys:
        if key.name in names:
            raise KeyFileError(f"two keys have the name {key.name}")
        if key.digest in digests:
            raise KeyFileError(f"the key {key.name} has the hash of another")
        names.add(key.name)
        digests.add(key.digest)


def add_entry(path: Path, entry: KeyEntry) -> None:
    """Appends the entry to the file, which is made when it is not there.

    The file is replaced whole, so that a service which reads it sees the old or the new one; it
    keeps its mode. Raises KeyFileError, and changes nothing, when the result would not be a file
    of keys.
    """
    path = path.resolve()  # behind a link, the file and not the link is replaced
    try:
        old = path.read_text() if path.exists() else ""
        text = f"{old.rstrip()}\n\n{entry.toml()}" if old.strip() else entry.toml()
        parse_keys(text.encode())
        written = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            written.write_text(text)
            if path.exists():
                written.chmod(path.stat().st_mode & 0o777)
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
    except KeyFileError as fault:
        raise KeyFileError(f"the keys file {path}: {fault.message}") from None
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
        raise KeyFileError(f"the keys file {path}: {reason}") from None
