"""Keys from the settings and from the file, and what a changed file does."""

import random
from pathlib import Path

import pytest

from sidecar.access.key_store import KeyStore
from sidecar.errors import KeyFileError
from tests.http import key_files


def entry(name: str, scopes: str = "rerank") -> str:
    """The key is its own name."""
    return key_files.entry(name, name, scopes)


def names(store: KeyStore) -> list[str]:
    return [key.name for key in store.ring.keys]


def reload(store: KeyStore) -> bool:
    """The two polls that a change needs."""
    return store.reload_if_changed() or store.reload_if_changed()


def test_without_keys_nothing_is_guarded() -> None:
    assert KeyStore.open().ring.guarded == set()


def test_keys_of_the_setting_rerank_and_leave_metrics_open_as_ever() -> None:
    ring = KeyStore.open(("one", "two", "one")).ring
    assert [(key.name, key.scopes) for key in ring.keys] == [
        ("api_key", {"rerank"}),
        ("api_key-2", {"rerank"}),
    ]
    assert ring.guarded == {"rerank"}


def test_a_file_guards_everything_and_stands_beside_the_setting(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(entry("shop"))
    store = KeyStore.open(("one",), file)
    assert names(store) == ["api_key", "shop"]
    assert store.ring.guarded == {"rerank", "metrics", "admin"}


def test_a_name_or_key_in_both_places_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(entry("api_key"))
    with pytest.raises(KeyFileError, match="two keys have the name api_key"):
        KeyStore.open(("one",), file)
    file.write_text(entry("shop"))
    with pytest.raises(KeyFileError, match="the key shop has the hash of another"):
        KeyStore.open(("shop",), file)


def test_a_changed_file_replaces_the_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(entry("shop"))
    store = KeyStore.open(("one",), file)
    assert not reload(store)
    file.write_text(entry("jobs") + entry("ops", "admin"))
    assert reload(store)
    assert names(store) == ["api_key", "jobs", "ops"]


@pytest.mark.parametrize("text", ["", "[[keys]]\n", entry("shop") + entry("shop"), None])
def test_a_broken_or_missing_file_keeps_the_keys_and_is_reported_once(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(entry("shop"))
    store = KeyStore.open((), file)
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    with pytest.raises(KeyFileError, match=str(file)):
        reload(store)
    assert names(store) == ["shop"]
    assert not reload(store)
    file.write_text(entry("jobs"))
    assert reload(store)
    assert names(store) == ["jobs"]


def test_a_file_that_is_written_slowly_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """Cut at an entry's end it would parse, and lock the other clients out."""
    file = tmp_path / "keys.toml"
    whole = "".join(entry(f"key-{number}") for number in range(20))
    file.write_text(whole)
    store = KeyStore.open((), file)
    cuts = sorted(random.Random(1).sample(range(1, len(whole)), 50))
    with file.open("w") as out:
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            out.write(whole[start:end])
            out.flush()
            assert not store.reload_if_changed()
            assert len(store.ring.keys) == 20
    assert store.reload_if_changed()
    assert len(store.ring.keys) == 20
