"""Whatever a file holds: it reads as exactly what was written, or it is refused."""

import tomllib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.access.api_key import ApiKey, digest_of
from sidecar.access.key_file import MAX_PER_MINUTE, KeyEntry, parse_keys
from sidecar.errors import KeyFileError

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=ZONES)
LIMITS = st.none() | st.integers(1, MAX_PER_MINUTE)
ENTRIES = st.builds(
    KeyEntry.of,
    st.binary(min_size=32, max_size=32),
    name=st.builds(str.__add__, st.sampled_from("aZ9"), st.text("bY0._-", max_size=63)),
    scopes=st.frozensets(st.sampled_from(["rerank", "metrics", "admin"]), min_size=1),
    expires=st.none() | MOMENTS,
    priority=st.sampled_from(["interactive", "batch"]),
    requests_per_minute=LIMITS,
    documents_per_minute=LIMITS,
)
FILES = st.lists(
    ENTRIES, min_size=1, max_size=6, unique_by=(lambda entry: entry.name, lambda entry: entry.hash)
)
FEW = settings(max_examples=40)
"""Each example builds several entries."""


def text(entries: list[KeyEntry]) -> str:
    return "\n".join(entry.toml() for entry in entries)


def read(raw: bytes) -> tuple[ApiKey, ...] | None:
    """The keys; None where the file is refused."""
    try:
        return parse_keys(raw)
    except KeyFileError:
        return None


@FEW
@given(FILES)
def test_what_is_written_is_what_is_read(entries: list[KeyEntry]) -> None:
    assert parse_keys(text(entries).encode()) == tuple(entry.key() for entry in entries)


@FEW
@given(FILES, st.data())
def test_a_file_that_is_cut_short_is_refused_or_whole_entries(
    entries: list[KeyEntry], data: st.DataObject
) -> None:
    """An entry without its end would lack its limits, its expiry or its narrower scopes."""
    raw = text(entries).encode()
    keys = read(raw[: data.draw(st.integers(0, len(raw) - 1))])
    if keys is not None:
        assert keys == tuple(entry.key() for entry in entries[: len(keys)])


@FEW
@given(FILES, st.data())
def test_a_changed_byte_is_refused_or_read_as_toml_reads_it(
    entries: list[KeyEntry], data: st.DataObject
) -> None:
    raw = bytearray(text(entries).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    keys = read(bytes(raw))
    if keys is None:
        return
    values = tomllib.loads(bytes(raw).decode())["keys"]
    assert [key.name for key in keys] == [value["name"] for value in values]
    assert [f"sha256:{key.digest.hex()}" for key in keys] == [value["hash"] for value in values]
    for key, value in zip(keys, values, strict=True):
        assert key.scopes == set(value.get("scopes", ["rerank"]))
        assert (key.expires is None) == ("expires" not in value)
        assert key.quota.requests_per_minute == value.get("requests_per_minute")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_keys_or_one_refusal_without_their_content(raw: bytes) -> None:
    if read(raw) is None:
        with pytest.raises(KeyFileError) as fault:
            parse_keys(raw)
        assert len(fault.value.message) < 200


VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | MOMENTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@given(
    st.sampled_from(["scopes", "expires", "priority", "requests_per_minute", "name", "hash"]),
    VALUES,
)
def test_a_value_of_any_kind_is_right_or_refused(field: str, value: object) -> None:
    given_values = {"name": "shop", "scopes": ["rerank"], field: value}
    try:
        key = KeyEntry.of(digest_of(b"one"), **given_values).key()
    except (KeyFileError, TypeError):  # TypeError: `hash` is given twice
        return
    assert isinstance(key.name, str)
    assert key.scopes
    assert key.scopes <= {"rerank", "metrics", "admin"}
    assert key.expires is None or key.expires.tzinfo is not None
    limit = key.quota.requests_per_minute
    assert limit is None or (type(limit) is int and 1 <= limit <= MAX_PER_MINUTE)


def test_a_moment_is_written_in_utc_to_the_microsecond() -> None:
    moment = datetime(2027, 1, 1, 0, 30, 0, 1, tzinfo=timezone(timedelta(hours=1)))
    entry = KeyEntry.of(digest_of(b"one"), name="shop", expires=moment)
    assert "expires = 2026-12-31T23:30:00.000001Z\n" in entry.toml()
    (key,) = parse_keys(entry.toml().encode())
    assert key.expires == moment.astimezone(UTC)
