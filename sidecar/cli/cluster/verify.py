"""`rerank-sidecar verify`: checks each step from the cluster to the new order."""

from typing import Annotated

import typer

from sidecar.cli.cluster import options

Index = Annotated[
    str | None,
    typer.Option(help="An index to search too, filled through the templates' ingest pipeline."),
]


def verify_command(
    engine: options.Engine,
    cluster: options.Cluster,
    sidecar: options.Sidecar,
    profile: options.Profile = "ecommerce",
    index: Index = None,
    fields: options.Fields = None,
    read_timeout: options.ReadTimeout = None,
    service: options.Service = None,
    name: options.Name = "rerank-sidecar",
    sidecar_key: options.SidecarKey = None,
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
) -> None:
    """Check each step from the cluster to the new order. Exit status 1 when a check fails.

    Give the options that `install` was given. Changes nothing. The probe goes from the cluster's
    node to the sidecar, as the hits of a search do.
    """
    from rich.console import Console

    from es_integration.cluster.procedure import run
    from es_integration.deployment import ClusterSpec, verify
    from sidecar.cli.cluster.connection import connected
    from sidecar.cli.cluster.display import show_report

    with connected(engine, cluster, api_key, user, ca) as client:
        spec = ClusterSpec(
            engine,
            sidecar,
            profile,
            name,
            fields=options.split(fields),
            read_timeout_s=read_timeout,
            service=service,
            sidecar_key=sidecar_key,
        )
        report = run(client, verify(spec, index))
    show_report(Console(), report)
    if not all(check.passed for check in report):
        raise typer.Exit(1)
