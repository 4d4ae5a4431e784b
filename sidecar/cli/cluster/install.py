"""`rerank-sidecar install` and `uninstall`: show the changes, ask, apply them."""

from typing import TYPE_CHECKING

import typer

from sidecar.cli.cluster import options

if TYPE_CHECKING:
    from es_integration.deployment import ClusterSpec


def install_command(
    engine: options.Engine,
    cluster: options.Cluster,
    sidecar: options.Sidecar,
    profile: options.Profile = "ecommerce",
    fields: options.Fields = None,
    read_timeout: options.ReadTimeout = None,
    service: options.Service = None,
    templates: options.Templates = True,
    index_pattern: options.IndexPattern = None,
    dimension: options.Dimension = 384,
    synonyms: options.Synonyms = None,
    name: options.Name = "rerank-sidecar",
    sidecar_key: options.SidecarKey = None,
    rotate_key: options.RotateKey = False,
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
) -> None:
    """Make a cluster rerank with a sidecar: index templates, and what calls the sidecar.

    Shows what would change, and asks. A second run changes nothing; `uninstall` removes it all.
    """
    from es_integration.deployment import ClusterSpec
    from sidecar.cli.cluster.connection import connected

    with connected(engine, cluster, api_key, user, ca) as client:
        spec = ClusterSpec(
            engine,
            sidecar,
            profile,
            name,
            fields=options.split(fields),
            read_timeout_s=read_timeout,
            service=service,
            templates=templates,
            index_patterns=tuple(index_pattern or ()),
            dimension=dimension,
            synonyms=options.synonym_rules(synonyms),
            sidecar_key=sidecar_key,
            rotate_key=rotate_key,
        )
        _apply(client, spec, remove=False, dry_run=dry_run, yes=yes)


def uninstall_command(
    engine: options.Engine,
    cluster: options.Cluster,
    sidecar: options.Sidecar,
    profile: options.Profile = "ecommerce",
    templates: options.Templates = True,
    name: options.Name = "rerank-sidecar",
    api_key: options.ApiKey = None,
    user: options.User = None,
    ca: options.Ca = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
) -> None:
    """Remove what `install` made with the same options; indices and their documents stay."""
    from es_integration.deployment import ClusterSpec
    from sidecar.cli.cluster.connection import connected

    with connected(engine, cluster, api_key, user, ca) as client:
        spec = ClusterSpec(engine, sidecar, profile, name, templates=templates)
        _apply(client, spec, remove=True, dry_run=dry_run, yes=yes)


def _apply(client: object, spec: "ClusterSpec", *, remove: bool, dry_run: bool, yes: bool) -> None:
    from rich.console import Console

    from es_integration.cluster.change import Action, apply
    from es_integration.cluster.procedure import run
    from es_integration.deployment import plan, usage
    from sidecar.cli.cluster.display import show_applied, show_plan

    console = Console()
    changes = run(client, plan(spec, remove=remove))
    show_plan(console, changes)
    count = sum(change.action is not Action.KEEP for change in changes)
    if not count:
        console.print("Nothing to change.")
    elif dry_run:
        console.print(f"{count} to change; nothing was changed.")
        return
    else:
        if not yes:
            typer.confirm(f"Make these {count} changes?", abort=True)
        show_applied(console, run(client, apply(changes)))
    if not remove:
        console.print(usage(spec, changes), highlight=False, markup=False, soft_wrap=True)
