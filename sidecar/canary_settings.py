"""The settings of the canary inside of `serve`: part of the table in `settings`."""

from typing import Literal

from pydantic import BaseModel, Field


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
