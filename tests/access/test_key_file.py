"""The file of keys: what it may hold, what it must not, and how an entry is added."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sidecar.access.api_key import ApiKey, Quota, digest_of
from sidecar.access.key_file import (
    MAX_FILE_BYTES,
    MAX_KEYS,
    KeyEntry,
    add_entry,
    parse_keys,
    read_keys,
)
from sidecar.errors import KeyFileError

HASH = f"sha256:{digest_of(b'one').hex()}"
OTHER = f"sha256:{digest_of(b'two').hex()}"
ENTRY = f'[[keys]]\nname = "shop"\nhash = "{HASH}"\n'


def parsed(lines: str) -> ApiKey:
    (key,) = parse_keys((ENTRY + lines).encode())
    return key


def test_an_entry_needs_a_name_and_a_hash_alone() -> None:
    assert parsed("") == ApiKey("shop", digest_of(b"one"))


def test_an_entry_says_all_of_a_key() -> None:
    assert parsed(
        'scopes = ["metrics", "admin"]\nexpires = 2027-06-30T12:00:00+02:00\npriority = "batch"\n'
        "requests_per_minute = 600\ndocuments_per_minute = 60_000\n"
    ) == ApiKey(
        "shop",
        digest_of(b"one"),
        scopes=frozenset({"metrics", "admin"}),
        priority="batch",
        quota=Quota(600, 60_000),
        expires=datetime(2027, 6, 30, 10, tzinfo=UTC),
    )


def test_a_date_is_its_first_moment_in_utc() -> None:
    assert parsed("expires = 2027-06-30").expires == datetime(2027, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("scopes = []", "keys.0.scopes"),
        ('scopes = ["root"]', "keys.0.scopes"),
        ('scopes = "rerank"', "keys.0.scopes"),
        ('scopes = ["Rerank"]', "keys.0.scopes"),
        ("scopes = [1]", "keys.0.scopes"),
        ("expires = 2027-06-30T12:00:00", "keys.0.expires"),  # no time zone
        ('expires = "never"', "keys.0.expires"),
        ("expires = 1", "keys.0.expires"),
        ("expires = 9999-12-31T23:59:59-05:00", "keys.0.expires: .*years 1 to 9999"),
        ("expires = 0001-01-01T00:00:00+01:00", "keys.0.expires: .*years 1 to 9999"),
        ('priority = "high"', "keys.0.priority"),
        ("requests_per_minute = 0", "keys.0.requests_per_minute"),
        ("requests_per_minute = -1", "keys.0.requests_per_minute"),
        ("requests_per_minute = 1.5", "keys.0.requests_per_minute"),
        ("requests_per_minute = inf", "keys.0.requests_per_minute"),
        ("requests_per_minute = true", "keys.0.requests_per_minute"),
        ("documents_per_minute = 99999999999999999999", "keys.0.documents_per_minute"),
        ('scope = ["admin"]', "keys.0.scope"),  # a misspelt key must not grant the default
        ('key = "one"', "keys.0.key"),
        ("[more]", "more"),
        (f'[[keys]]\nname = "shop"\nhash = "{OTHER}"', "two keys have the name shop"),
        (f'[[keys]]\nname = "b"\nhash = "{HASH}"', "the key b has the hash of another"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_place(lines: str, fault: str) -> None:
    with pytest.raises(KeyFileError, match=fault):
        parsed(lines)


@pytest.mark.parametrize(
    "name", ["", " shop", "shop ", "a b", "-a", "a" * 65, "ѕhop", "a\\n", 'a\\"', "é", "../x"]
)
def test_a_name_is_plain_so_that_it_fits_logs_and_labels(name: str) -> None:
    with pytest.raises(KeyFileError, match=r"keys\.0\.name"):
        parse_keys(f'[[keys]]\nname = "{name}"\nhash = "{HASH}"\n'.encode())


@pytest.mark.parametrize(
    "hash_",
    [
        "",
        "one",
        HASH[:-1],
        HASH + "0",
        HASH.upper(),
        HASH + "\\n",
        HASH.removeprefix("sha256:"),
        HASH.replace("sha256", "sha1"),
        "sha256:" + "٣" * 64,
    ],
)
def test_a_hash_is_whole_and_no_message_quotes_it(hash_: str) -> None:
    with pytest.raises(KeyFileError, match=r"keys\.0\.hash") as fault:
        parse_keys(f'[[keys]]\nname = "shop"\nhash = "{hash_}"\n'.encode())
    assert len(hash_) < 10 or hash_ not in fault.value.message


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"# nothing yet\n",
        b"keys = []",
        b"keys = 1",
        b"[keys]\n",
        ENTRY.encode()[:-1][:-1],  # cut short
        ENTRY.encode()[:30],
        ENTRY.encode() + b"[[ke",
        b"\x00" * 10,
        ENTRY.encode("utf-16"),
        b"\xff",
        b"a = " + b"[" * 100_000,
    ],
)
def test_a_file_that_is_empty_cut_short_or_no_toml_is_never_a_file_of_no_keys(raw: bytes) -> None:
    with pytest.raises(KeyFileError):
        parse_keys(raw)


def test_a_file_has_a_bounded_number_of_keys() -> None:
    def entries(count: int) -> bytes:
        hashes = (digest_of(str(number).encode()).hex() for number in range(count))
        return "".join(
            f'[[keys]]\nname = "k{number}"\nhash = "sha256:{each}"\n'
            for number, each in enumerate(hashes)
        ).encode()

    assert len(parse_keys(entries(MAX_KEYS))) == MAX_KEYS
    with pytest.raises(KeyFileError, match="at most 1000"):
        parse_keys(entries(MAX_KEYS + 1))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(KeyFileError, match=str(path)):
            read_keys(path)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(KeyFileError, match="larger than"):
        read_keys(large)


def entry(name: str = "shop", key: bytes = b"one") -> KeyEntry:
    return KeyEntry.of(
        digest_of(key),
        name=name,
        scopes={"rerank", "metrics"},
        expires=datetime(2027, 6, 30, 12, tzinfo=UTC) + timedelta(milliseconds=1),
        priority="batch",
        requests_per_minute=1,
        documents_per_minute=2,
    )


def test_what_is_written_is_what_is_read() -> None:
    (key,) = parse_keys(entry().toml().encode())
    assert key == entry().key()
    assert key.expires == datetime(2027, 6, 30, 12, 0, 0, 1000, tzinfo=UTC)


def test_entries_are_added_to_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    add_entry(file, entry("shop", b"one"))
    file.write_text(f"# ours\n{file.read_text()}\n\n")
    file.chmod(0o640)
    add_entry(file, entry("jobs", b"two"))
    assert [key.name for key in read_keys(file)] == ["shop", "jobs"]
    assert file.read_text().startswith("# ours\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["keys.toml"]


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "keys.toml", tmp_path / "link.toml"
    link.symlink_to(file)
    add_entry(link, entry())
    assert link.is_symlink()
    assert [key.name for key in read_keys(file)] == ["shop"]


def test_an_entry_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    add_entry(file, entry())
    before = file.read_bytes()
    for wrong in (entry("shop", b"two"), entry("other", b"one")):
        with pytest.raises(KeyFileError, match=str(file)):
            add_entry(file, wrong)
    assert file.read_bytes() == before
    file.write_text("[[keys")
    with pytest.raises(KeyFileError, match="not TOML"):
        add_entry(file, entry())
    assert file.read_text() == "[[keys"
    assert os.listdir(tmp_path) == ["keys.toml"]


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("scopes = secret-words", r"^it is not TOML \(at line 4, column \d+\)$"),
        ("name = 1\n", r"^it is not TOML \(at line 4, column \d+\)$"),
        ('priority = """', r"^it is not TOML \(at end of document\)$"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_the_place_and_no_words_of_it(
    tail: str, message: str
) -> None:
    with pytest.raises(KeyFileError, match=message):
        parse_keys(ENTRY.encode() + tail.encode())


@pytest.mark.parametrize("raw", [b"", b"# nothing yet\n"])
def test_an_empty_file_is_called_what_it_is(raw: bytes) -> None:
    with pytest.raises(KeyFileError, match=r"^it holds no \[\[keys\]\]$"):
        parse_keys(raw)
