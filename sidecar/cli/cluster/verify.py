"""`rerank-sidecar verify`: a probe through the whole chain, link by link."""

from typing import Annotated

import typer

from sidecar.cli.cluster import options as given

Index = Annotated[
    str | None,
    typer.Option(help="An index to search too; its documents come from the templates' pipeline."),
]


def verify_command(
    engine: given.EngineName,
    cluster: given.Cluster,
    sidecar: given.Sidecar,
    profile: given.Profile = "ecommerce",
    index: Index = None,
    fields: given.Fields = None,
    read_timeout: given.ReadTimeout = None,
    service: given.Service = None,
    name: given.Name = "rerank-sidecar",
    sidecar_key: given.SidecarKey = None,
    api_key: given.ApiKey = None,
    user: given.User = None,
    ca: given.Ca = None,
) -> None:
    """Look at every link from the cluster to the new order. Exit status 1 when one does not hold.

    Give the options that `install` was given. Changes nothing. The probe goes from the cluster's
    node to the sidecar, as a search's hits do.
    """
    from rich.console import Console

    from es_integration.cluster.procedure import run
    from es_integration.deployment import Wish, reached, split, verify
    from sidecar.cli.cluster.display import show_report

    wish = Wish(
        engine,
        sidecar,
        profile,
        name,
        fields=split(fields),
        read_timeout_s=read_timeout,
        service=service,
        sidecar_key=sidecar_key,
    )
    with reached(engine, cluster, api_key, user, ca) as official:
        report = run(official, verify(wish, index))
    show_report(Console(), report)
    if not all(link.held for link in report):
        raise typer.Exit(1)
