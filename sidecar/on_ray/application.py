"""The service as a Ray Serve application: `build` for `serve run` and for a config file.

    serve run sidecar.on_ray.application:build cores=2 max_replicas=8

client ─► Serve's proxy ─► Replica                   one model
                       └─► Gateway ─► Replica        several: to a replica that has the model awake
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ray import serve
from ray.serve.config import AutoscalingConfig, AutoscalingPolicy

from sidecar.errors import StartupError, first_fault
from sidecar.on_ray.gateway import Gateway
from sidecar.on_ray.replica import Replica
from sidecar.settings import Settings

SERVES_OWN = ("host", "port", "admin_port", "tls_certificate", "tls_key", "tls_client_ca")
"""Settings of what Serve does itself: where to listen, and TLS."""
DRAIN_S = 5.0
"""Between the end of the requests under way, or `shutdown_s`, and the end of the process."""


class ServeOptions(BaseModel):
    """What an application is built from."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    settings: dict[str, Any] = Field({}, description="Settings of the service, by their names.")
    cores: int = Field(1, ge=1, description="Cores of a replica; it has as many workers.")
    gpus: float = Field(0, ge=0, description="GPUs of a replica: 1 for `device: cuda`.")
    min_replicas: int = Field(1, ge=1, description="Fewest replicas.")
    max_replicas: int = Field(4, ge=1, description="Most replicas.")
    queue_seconds: float = Field(
        0.5, gt=0, description="Wait of a new pair, on average, above which replicas are added."
    )
    upscale_delay_s: float = Field(30, ge=0, description="How long it must be above.")
    downscale_delay_s: float = Field(300, ge=0, description="How long it must be far below.")
    models_per_replica: int = Field(
        4, ge=1, description="Models beside the default that a replica has awake at a time."
    )


def build(args: ServeOptions) -> Any:
    """The application. Raises StartupError naming the setting at fault.

    A rollout starts a new replica before it ends an old one.
    """
    settings = _settings(args)
    workers = {} if settings.workers else {"workers": args.cores, "threads": 1}
    replica = serve.deployment(
        Replica,
        name="Replica",
        ray_actor_options={"num_cpus": args.cores, "num_gpus": args.gpus},
        max_ongoing_requests=settings.max_connections,
        max_surge_percent=100,
        health_check_period_s=10,
        health_check_timeout_s=30,
        graceful_shutdown_wait_loop_s=1,
        graceful_shutdown_timeout_s=settings.shutdown_s + DRAIN_S,
        autoscaling_config=AutoscalingConfig(
            min_replicas=args.min_replicas,
            max_replicas=max(args.min_replicas, args.max_replicas),
            upscale_delay_s=args.upscale_delay_s,
            downscale_delay_s=args.downscale_delay_s,
            policy=AutoscalingPolicy(
                policy_function="sidecar.on_ray.queue_time:ByQueueTime",
                policy_kwargs={"queue_seconds": args.queue_seconds},
            ),
        ),
    ).bind({**workers, **args.settings}, args.models_per_replica)
    if len(settings.models) == 1:
        return replica
    names = [source.name for source in settings.models[1:] if source.name]
    if len(names) < len(settings.models) - 1:
        raise StartupError("setting model: name each model but the first, NAME=FOLDER")
    gateway = serve.deployment(
        Gateway,
        name="Gateway",
        num_replicas=1,
        ray_actor_options={"num_cpus": 0},
        max_ongoing_requests=settings.max_connections,
        max_surge_percent=100,
    )
    return gateway.bind(replica, names, settings.max_body_bytes)


def _settings(args: ServeOptions) -> Settings:
    """Raises StartupError."""
    if own := [name for name in SERVES_OWN if name in args.settings]:
        raise StartupError(f"setting {own[0]}: Serve has options of its own for that")
    try:
        return Settings(**args.settings)
    except ValidationError as fault:
        raise StartupError(f"setting {first_fault(fault)}") from None
