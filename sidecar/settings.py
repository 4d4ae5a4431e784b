"""The one settings table. It makes the flags of `serve`, their help, the environment's names, the
TOML file's keys and the table of docs/settings.md.

flags > environment (`RERANK_*`) > TOML file (`--config` or RERANK_CONFIG) > defaults

Which models are served is said in `runtime.model_choice`, how they run in `runtime.options`, where
the service listens in `access.listening`, what replicas share in `shared_cache.options`; all are
part of the table.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sidecar.access.listening import ListeningOptions
from sidecar.access.origins import read_origins
from sidecar.access.request_limits import MAX_S, RequestLimits
from sidecar.canary_settings import CanarySettings
from sidecar.errors import StartupError, first_fault
from sidecar.request import OnDeadline, OnFailure
from sidecar.runtime.model_choice import ModelChoice
from sidecar.runtime.options import RENAMED, RuntimeOptions
from sidecar.shared_cache.options import SharedCacheOptions

PREFIX = "RERANK_"
DEFAULT_DEADLINE_MS = 25_000
"""Below the 30 s after which Elasticsearch gives up, so that our answer is the one it gets."""
MAX_MS = int(MAX_S * 1000)
MAX_PRICE = 1e12
"""Per hour. With more, what a million pairs cost might be no number."""


def _path(value: object) -> object:
    """A path with one slash before it and none behind."""
    return f"/{value.strip('/')}".rstrip("/") if isinstance(value, str) else value


def _some_key(value: SecretStr | None) -> SecretStr | None:
    """The keys as they are. Raises ValueError where there is none among them: a secret that came
    out blank must not open the service to everybody."""
    if value is not None and not _keys_in(value.get_secret_value()):
        raise ValueError("is set and holds no key")
    return value


def _keys_in(text: str) -> tuple[str, ...]:
    """The keys of a text that separates them by commas."""
    return tuple(key.strip() for key in text.split(",") if key.strip())


class Settings(
    CanarySettings,
    RequestLimits,
    ListeningOptions,
    SharedCacheOptions,
    RuntimeOptions,
    ModelChoice,
    BaseSettings,
):
    """Every setting of the service, with its default and what it is for. The order of the table:
    which models, how they run, what replicas share, where they listen, what they take, the canary,
    the rest."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        protected_namespaces=(),
        env_ignore_empty=True,
    )

    worker_nice: int = Field(
        10,
        ge=0,
        le=19,
        description="How far what scores and tokenises, threads and worker processes, gives way to "
        "the thread that answers, as nice(1) counts (Linux); 0: not at all.",
    )
    profiles: Path | None = Field(
        None, description="Folder with more profiles (YAML); one of a shipped name replaces it."
    )
    experiments: Path | None = Field(
        None,
        description="File or folder of experiments (TOML), read again when it changes. None when "
        "absent.",
    )
    hooks: str | None = Field(
        None, description="Python files with hooks, separated by commas, beside installed ones."
    )
    hook_budget_ms: int = Field(
        50,
        ge=1,
        le=MAX_MS,
        description="Longest wait for the hooks of a request; later answers are ignored.",
    )
    on_hook_failure: Literal["ignore", "error"] = Field(
        "ignore",
        description="What a failed hook does: `ignore` answers without it and says so, `error` "
        "fails the request.",
    )
    on_deadline: OnDeadline = Field(
        "error",
        description="What the deadline does to a request that does not say: `error` answers 504, "
        "`partial` ranks the documents that are scored by then. Search-engine routes always "
        "answer 504.",
    )
    on_failure: OnFailure = Field(
        "error",
        description="What answers a request that does not say if the model fails: `error` is an "
        "error (503; 500 for scores that are no numbers), `lexical` ranks by BM25F, `order` keeps "
        "the order sent. Search-engine routes always answer with the error.",
    )
    stand_in: str | None = Field(
        None,
        description="Name of the model that answers for one that fails, on API routes; none when "
        "absent.",
    )
    path_prefix: Annotated[str | None, BeforeValidator(_path)] = Field(
        None,
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Path that a proxy leaves in front of the routes, such as `/search`: they "
        "answer below it as well as at the root.",
    )
    cors_origins: Annotated[str | None, AfterValidator(read_origins)] = Field(
        None,
        description="Origins whose web pages may call the service, separated by commas, such as "
        "`https://search.example.com`; `*` is every origin. None may when absent.",
    )
    api_key: Annotated[SecretStr | None, AfterValidator(_some_key)] = Field(
        None,
        description="Keys that clients must send, separated by commas; none needed when absent.",
    )
    api_keys_file: Path | None = Field(
        None,
        description="File of hashed keys with names, scopes, quotas and expiry (TOML), read again "
        "when it changes; `rerank-sidecar key new` writes it. May be set beside `api_key`.",
    )
    deadline_ms: int = Field(
        DEFAULT_DEADLINE_MS,
        ge=1,
        le=MAX_MS,
        description="Longest time for a request; a client may ask for less. Keep it below the "
        "cluster's own limit (Elasticsearch: 30 s).",
    )
    playground: bool = Field(True, description="Serve `/playground`, a page to try searches on.")
    otel_traces: bool = Field(
        False,
        description="Send traces by OpenTelemetry (extra `otel`), as its own variables OTEL_* say.",
    )
    otel_metrics: bool = Field(
        False, description="Send the metrics by OpenTelemetry too (OTLP; extra `otel`)."
    )
    price_per_hour: float | None = Field(
        None,
        gt=0,
        le=MAX_PRICE,
        description="What the machine costs per hour, in any currency: `/metrics` and `/info` then "
        "say what 1,000 queries and a million pairs cost.",
    )
    judgements: Path | None = Field(
        None,
        description="File of judgements (JSON lines, as `rerank-sidecar judgements convert` writes "
        "them): `/metrics` then has MRR@10 and nDCG@10 of the searches whose query is judged. Read "
        "again on SIGHUP.",
    )
    judgements_id: str = Field(
        "_id",
        min_length=1,
        description="Field of a document that holds the ID by which the judgements know it; dotted "
        "paths too.",
    )
    drain_s: float = Field(
        5.0,
        ge=0,
        le=MAX_S,
        description="Seconds between becoming not ready and closing the port at shutdown.",
    )
    shutdown_s: float = Field(
        30.0,
        ge=0,
        le=MAX_S,
        description="Seconds that running requests get to finish at shutdown.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Lowest level of the log lines; texts are never logged."
    )

    @property
    def runtime_options(self) -> RuntimeOptions:
        """How the models run."""
        return RuntimeOptions(**{name: getattr(self, name) for name in RuntimeOptions.model_fields})

    @property
    def api_keys(self) -> tuple[str, ...]:
        """The keys of `api_key`, empty when every client is welcome."""
        return () if self.api_key is None else _keys_in(self.api_key.get_secret_value())

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins of `cors_origins`; `*` goes for all of them."""
        origins = tuple(self.cors_origins.split(",")) if self.cors_origins else ()
        return ("*",) if "*" in origins else origins

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
        return (
            init_settings,
            env_settings,
            _RenamedEnvironment(settings_cls),
            _RenamedToml(settings_cls),
        )


def load(flags: dict[str, Any] | None = None, config: Path | None = None) -> Settings:
    """The settings in force. `flags` is what the command line gave; None is what it did not give.

    Raises StartupError naming the setting at fault.
    """
    path = config or os.environ.get(f"{PREFIX}CONFIG")
    if path and not os.path.isfile(path):
        raise StartupError(f"the settings file {path} does not exist")

    class WithFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        given = {name: flag for name, flag in (flags or {}).items() if flag is not None}
        return WithFile(**_renamed(given))
    except ValidationError as fault:
        raise StartupError(f"setting {first_fault(fault)}") from None
    except ValueError as fault:  # TOML that does not parse
        raise StartupError(f"the settings file {path}: {fault}") from None


class _RenamedEnvironment(EnvSettingsSource):
    """Environment variables of old names."""

    def __call__(self) -> dict[str, Any]:
        old = {name: os.environ.get(f"{PREFIX}{name.upper()}") for name in RENAMED}
        return _renamed({name: value for name, value in old.items() if value})


class _RenamedToml(TomlConfigSettingsSource):
    """The TOML file, in which old names are read as the new ones."""

    def __call__(self) -> dict[str, Any]:
        return _renamed(super().__call__())


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under today's names; a value that is given under its own name wins."""
    today = {RENAMED[name]: value for name, value in values.items() if name in RENAMED}
    return today | {name: value for name, value in values.items() if name not in RENAMED}
