"""The key ring of a service, made again when its file changes."""

from collections.abc import Sequence
from pathlib import Path

from sidecar.access.api_key import ApiKey, digest_of
from sidecar.access.file_changes import FileChanges
from sidecar.access.key_file import check_distinct, read_keys
from sidecar.access.key_ring import KeyRing

SETTING = "api_key"
"""The name of a key that a setting gives; where there are several, `api_key-2` and so on."""


class KeyStore:
    """The keys of the settings `api_key` and `api_keys_file`."""

    def __init__(
        self, plain: tuple[ApiKey, ...], file: Path | None, changes: FileChanges, ring: KeyRing
    ) -> None:
        self.ring = ring
        """In force now. Replaced whole, never changed."""
        self._plain = plain
        self._file = file
        self._changes = changes

    @classmethod
    def open(cls, plain: Sequence[str] = (), file: Path | None = None) -> "KeyStore":
        """`plain` are keys themselves, with the scope `rerank`. Raises KeyFileError."""
        keys = tuple(
            ApiKey(SETTING if number == 1 else f"{SETTING}-{number}", digest_of(key.encode()))
            for number, key in enumerate(dict.fromkeys(plain), 1)
        )
        changes = FileChanges(*([] if file is None else [file]))
        return cls(keys, file, changes, _ring(keys, file))

    def reload_if_changed(self) -> bool:
        """Reads the file again if it has changed and is written to its end; whether it did.

        Raises KeyFileError, and keeps the keys in force, when the file is not understood; that is
        raised once per change of the file.
        """
        if not self._changes.settled():
            return False
        self.ring = _ring(self._plain, self._file)
        return True


def _ring(plain: tuple[ApiKey, ...], file: Path | None) -> KeyRing:
    if file is None:
        # Metrics are open, as they were before keys had scopes.
        return KeyRing(plain, frozenset({"rerank"}) if plain else frozenset())
    keys = (*plain, *read_keys(file))
    check_distinct(keys)
    return KeyRing(keys, frozenset({"rerank", "metrics", "admin"}))
