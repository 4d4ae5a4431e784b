"""Files of keys for tests, and how clients send a key."""

from pathlib import Path

from sidecar.access.api_key import digest_of


def entry(name: str, key: str, scopes: str = "rerank", more: str = "") -> str:
    """An entry of the file; scopes are separated by blanks, `more` is lines."""
    listed = ", ".join(f'"{scope}"' for scope in scopes.split())
    return (
        f'[[keys]]\nname = "{name}"\nhash = "sha256:{digest_of(key.encode()).hex()}"\n'
        f"scopes = [{listed}]\n{more}\n"
    )


def write(file: Path, text: str) -> Path:
    """Writes the file; tests on an event loop call it too."""
    file.write_text(text)
    return file


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
