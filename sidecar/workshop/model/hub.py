"""Where a model's files come from: a local folder, or the Hugging Face hub."""

import json
import re
from pathlib import Path

import huggingface_hub
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from sidecar.errors import ModelError

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
TEXT_FILES = ["*.json", "*.txt", "*.model", "README.md"]
"""Config, tokenizer and card: never a `.py`."""
MODULES = "modules.json"
"""sentence-transformers' list of modules; those of a head lie in folders of their own."""
SETTINGS = "config_sentence_transformers.json"
"""sentence-transformers' settings, with the prefixes of texts."""
HOW_TO_RESUME = "the same command goes on where it ended, or give a local folder"


def fetch(source: str, revision: str | None = None) -> Path:
    """The folder with the model's files; those of a hub name are downloaded into the hub's cache.

    An interrupted download resumes, and a model that is in the cache needs no network. Raises
    ModelError when there is neither such a folder nor such a model, or when the download fails.
    """
    folder = Path(source)
    if folder.is_dir():
        return folder
    if not HUB_NAME.fullmatch(source):
        raise ModelError(
            f"{source} is neither a folder nor a hub name such as BAAI/bge-reranker-v2-m3"
        )
    return _download(source, revision)


def _download(name: str, revision: str | None) -> Path:
    huggingface_hub.logging.set_verbosity_error()
    try:
        files = _list_files(name, revision)
        if not files:
            return _cached(name, revision)
        has_safetensors = any(file.endswith(".safetensors") for file in files)
        folder = _snapshot(name, revision, "*.safetensors" if has_safetensors else "*.bin")
        return _with_modules(folder, name, revision)
    except Exception as fault:  # beside its own classes the hub's library raises its HTTP client's
        raise ModelError(f"{name} cannot be downloaded: {_reason(fault, revision)}") from None


def _cached(name: str, revision: str | None) -> Path:
    """What an earlier download left, with weights of either kind."""
    folder = _snapshot(name, revision, "*.safetensors", cached=True)
    if any(folder.glob("*.safetensors")):
        return folder
    return _snapshot(name, revision, "*.bin", cached=True)


def _snapshot(name: str, revision: str | None, weights: str, *, cached: bool = False) -> Path:
    folder = snapshot_download(
        name,
        revision=revision,
        allow_patterns=[*TEXT_FILES, weights],
        ignore_patterns=["*/*"],  # other formats lie in folders of their own; modules come later
        local_files_only=cached,
    )
    return Path(folder)


def _with_modules(folder: Path, name: str, revision: str | None) -> Path:
    """The snapshot with the folders that its `modules.json` names, if it has one."""
    paths = module_paths(folder)
    if not paths:
        return folder
    patterns = [f"{path}/{files}" for path in paths for files in ("*.json", "*.safetensors")]
    return Path(snapshot_download(name, revision=revision, allow_patterns=patterns))


def module_paths(folder: Path) -> list[str]:
    """The folders that `modules.json` names. Empty where nothing is listed; what is wrong with the
    file, its reader says."""
    try:
        rows = json.loads((folder / MODULES).read_bytes())
        return [row["path"] for row in rows if row["path"] and isinstance(row["path"], str)]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _list_files(name: str, revision: str | None) -> list[str]:
    """The model's files; empty when the hub cannot be reached, where the cache may help."""
    try:
        siblings = HfApi().model_info(name, revision=revision).siblings or []
    except (HfHubHTTPError, ValueError):
        raise  # the hub has answered
    except Exception:  # the HTTP client's own classes: no network, or no answer
        return []
    return [file.rfilename for file in siblings]


def _reason(fault: Exception, revision: str | None) -> str:
    if isinstance(fault, GatedRepoError):
        return "accept its terms on the hub, then set HF_TOKEN"
    if isinstance(fault, RepositoryNotFoundError):
        return "there is no such folder here, and no such model on the hub (or it needs HF_TOKEN)"
    if isinstance(fault, RevisionNotFoundError):
        return f"it has no revision {revision!r}"
    if isinstance(fault, LocalEntryNotFoundError):
        return f"the hub cannot be reached and the cache lacks it: {HOW_TO_RESUME}"
    if isinstance(fault, HfHubHTTPError):
        status = getattr(fault.response, "status_code", "with an error")
        return f"the hub answers {status}: try again later, or give a local folder"
    text = str(fault).strip() or type(fault).__name__
    return f"{text.splitlines()[0][:160]}: {HOW_TO_RESUME}"
