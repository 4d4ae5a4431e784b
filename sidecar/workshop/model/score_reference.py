"""The distribution of a model's scores in a running sidecar becomes part of the model's folder."""

from pathlib import Path
from typing import Any

from es_integration import SidecarError, SyncSidecarClient
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.measured import ScoreReference
from sidecar.telemetry.score_drift import REQUESTS
from sidecar.workshop.model.folder_files import write_manifest


def keep_references(folder: Path, url: str, name: str | None = None) -> tuple[str, ...]:
    """Writes the sidecar's references into the folder's manifest; returns their profiles.

    References of other profiles stay. Raises ModelError with nothing written: the folder is none,
    the sidecar does not answer, does not serve these files under `name` (the folder's own when
    None), or has no reference yet.
    """
    manifest = Manifest.read(folder)
    manifest.check_reranker()
    served = _served(url, name or manifest.name)
    if served["files_digest"] != manifest.files_digest:
        raise ModelError(f"{url} serves {served['model']} from other files than {folder}")
    references = {
        profile: ScoreReference.model_validate(found)
        for profile, found in served["score_references"].items()
    }
    if not references:
        raise ModelError(f"{url} has no reference yet: it takes {REQUESTS} requests of a profile")
    kept = manifest.score_references | references
    write_manifest(manifest.model_copy(update={"score_references": kept}), folder)
    return tuple(references)


def _served(url: str, name: str) -> dict[str, Any]:
    """What the sidecar says of the model in its /info."""
    try:
        with SyncSidecarClient(url) as sidecar:
            status, _, info = sidecar.get("/info")
    except SidecarError as error:
        raise ModelError(error.message) from None
    if status != 200:
        raise ModelError(f"{url}/info answered {status}")
    found: dict[str, Any] | None = next((m for m in info["models"] if m["model"] == name), None)
    if found is None:
        served = ", ".join(model["model"] for model in info["models"])
        raise ModelError(f"{url} serves no model {name}, only {served}")
    return found
