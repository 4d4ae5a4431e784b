"""What is set and does nothing: misspelt variables, and settings that need another one. A start
warns of them."""

from collections.abc import Iterable
from difflib import get_close_matches

from sidecar.runtime.options import RENAMED
from sidecar.settings import PREFIX, Settings

OF_COMMANDS = {
    *("CLUSTER_URL", "CLUSTER_API_KEY", "CLUSTER_USER", "CLUSTER_CA"),
    *("SIDECAR_URL", "SIDECAR_KEY", "ADMIN_KEY", "LLM_API_KEY", "CACHE_DIR"),
}
"""Variables of other commands than `serve`, behind the prefix."""
TYPO = 0.75
"""Similarity (difflib's ratio) from which a variable is a setting with a typing error: `PROT` is
just that similar to `PORT`."""
NEEDED = {
    "models_dir": "api_keys_file",
    "admin_host": "admin_port",
    "admin_tls": "admin_port",
    "cache_prefix": "cache_url",
    "cache_ttl_s": "cache_url",
    "cache_timeout_ms": "cache_url",
    "canary_every": "canary_engine",
    "judgements_id": "judgements",
}
"""Setting -> the one without which it has no effect."""


def without_effect(settings: Settings) -> dict[str, str]:
    """The settings that were given and have no effect -> the setting that they need."""
    given = settings.model_fields_set
    return {
        name: needed
        for name, needed in NEEDED.items()
        if name in given and getattr(settings, needed) is None
    }


def misspelt(variables: Iterable[str]) -> dict[str, str]:
    """The names among environment variables that mean nothing but look like a setting's -> that
    setting's variable. Others with the prefix are left alone: they may be somebody else's, such as
    the addresses of a Kubernetes service `rerank-sidecar`."""
    settings = [name.upper() for name in (*Settings.model_fields, *RENAMED, "config")]
    found = {}
    for variable in variables:
        name = variable.upper().removeprefix(PREFIX)  # in any case, as pydantic reads them
        if name == variable.upper() or name in OF_COMMANDS or name in settings:
            continue
        cut = [setting for setting in settings if name and setting.startswith(name)]
        if near := cut or get_close_matches(name, settings, n=1, cutoff=TYPO):
            found[variable] = PREFIX + near[0]
    return found
