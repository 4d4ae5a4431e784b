"""The one settings table. It makes the flags of `serve`, their help, the environment's names, the
TOML file's keys, the table of docs/settings.md and what /info shows.

flags > environment (`RERANK_*`) > TOML file (`--config` or RERANK_CONFIG) > defaults
"""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sidecar.errors import StartupError, first_fault

PREFIX = "RERANK_"


class Settings(BaseSettings):
    """Every setting of the service, with its default and what it is for."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        protected_namespaces=(),
        env_ignore_empty=True,
    )

    model: Path | None = Field(None, description="Model folder; the shipped model when absent.")
    graph: str | None = Field(
        None, description="Graph of the model to run; the first that allows the device when absent."
    )
    device: Literal["cpu", "cuda"] = Field(
        "cpu", description="Where to run. A device that does not really run stops the start."
    )
    engine: Literal["onnxruntime", "openvino"] = Field(
        "onnxruntime",
        description="What runs the graph. openvino (extra `openvino`) takes a float graph, on a "
        "CPU.",
    )
    precision: Literal["fp32", "bf16", "int8"] | None = Field(
        None,
        description="What openvino computes at; the graph's own precision when absent. onnxruntime "
        "always has that.",
    )
    workers: int | None = Field(
        None, ge=1, le=1024, description="Runs at a time; on a CPU one per core when absent."
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Threads of a run on a CPU; cores divided by workers when absent.",
    )
    token_budget: int | None = Field(
        None,
        ge=0,
        description="Most padded tokens of a run; 0 is one unpadded pair per run, as on a CPU.",
    )
    state: Path | None = Field(
        None,
        description="Folder for what `rerank-sidecar tune` found; by the XDG convention "
        "`~/.local/state/rerank-sidecar` when absent.",
    )
    profiles: Path | None = Field(
        None, description="Folder with more profiles (YAML); one of a shipped name replaces it."
    )
    hooks: str | None = Field(
        None, description="Python files with hooks, separated by commas, beside installed ones."
    )
    hook_budget_ms: int = Field(
        50, ge=1, description="Longest wait for the hooks of a request; what is late is ignored."
    )
    on_hook_failure: Literal["ignore", "error"] = Field(
        "ignore",
        description="Whether a request fails with a hook, or is answered without it and says so.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    api_key: SecretStr | None = Field(
        None,
        description="Keys that clients must send, separated by commas; absent: no check.",
    )
    deadline_ms: int = Field(
        25_000,
        ge=1,
        description="Longest time for a request; a client may ask for less. Keep it below the "
        "cluster's own limit (Elasticsearch: 30 s).",
    )
    max_body_bytes: int = Field(
        16 * 2**20, ge=1024, description="Largest request body, counted after inflation."
    )
    max_documents: int = Field(1000, ge=1, description="Most documents of a request.")
    playground: bool = Field(
        True, description="Whether `/playground` is there: a page to try searches on."
    )
    drain_s: float = Field(
        5.0, ge=0, description="Seconds between not ready and closing the port at a stop."
    )
    shutdown_s: float = Field(30.0, ge=0, description="Seconds that requests under way get to end.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level of the log lines; texts are never logged."
    )

    @property
    def api_keys(self) -> tuple[str, ...]:
        """The keys of `api_key`, empty when every client is welcome."""
        if self.api_key is None:
            return ()
        keys = self.api_key.get_secret_value().split(",")
        return tuple(key.strip() for key in keys if key.strip())

    @property
    def hook_files(self) -> tuple[Path, ...]:
        """The files of `hooks`."""
        return tuple(Path(name.strip()) for name in (self.hooks or "").split(",") if name.strip())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(flags: dict[str, Any] | None = None, config: Path | None = None) -> Settings:
    """The settings in force. `flags` is what the command line gave; None is what it did not give.

    Raises StartupError naming the setting at fault.
    """
    path = config or os.environ.get(f"{PREFIX}CONFIG")
    if path and not Path(path).is_file():
        raise StartupError(f"the settings file {path} does not exist")

    class WithFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return WithFile(**{name: flag for name, flag in (flags or {}).items() if flag is not None})
    except ValidationError as fault:
        raise StartupError(f"setting {first_fault(fault)}") from None
    except ValueError as fault:  # TOML that does not parse
        raise StartupError(f"the settings file {path}: {fault}") from None
