"""The settings of the canary inside `serve`: part of the table in `settings`."""

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError


class CanarySettings(BaseModel):
    """Which cluster is asked whether its searches are reranked, and how often."""

    canary_engine: Literal["elasticsearch", "opensearch"] | None = Field(
        None,
        description="Keep asking a cluster of this kind whether its searches are reranked, as "
        "`rerank-sidecar canary` does, with the outcome in `/metrics`.",
    )
    canary_cluster: str | None = Field(
        None, description="The canary's cluster; RERANK_CLUSTER_URL when absent."
    )
    canary_sidecar: str | None = Field(
        None,
        description="The sidecar's address that `install` was given; RERANK_SIDECAR_URL when "
        "absent.",
    )
    canary_profile: str | None = Field(
        None, description="The profile that `install` was given; `ecommerce` when absent."
    )
    canary_index: str | None = Field(None, description="An index that the canary searches too.")
    canary_every: str = Field("60s", description="Between the canary's rounds.")
    canary_options: str | None = Field(
        None,
        description="Other options that `install` was given, as on its command line, such as "
        "`--routes structured --no-templates`.",
    )

    @model_validator(mode="after")
    def _check_engine(self) -> Self:
        """Settings of a canary that is off must not look as if it ran."""
        if self.canary_engine is None:
            for name in ("cluster", "sidecar", "profile", "index", "options"):
                if getattr(self, f"canary_{name}") is not None:
                    message = f"canary_{name} is set without canary_engine"
                    raise PydanticCustomError("canary_engine", message)
        return self
