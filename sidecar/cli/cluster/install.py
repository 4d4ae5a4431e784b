"""`rerank-sidecar install` and `uninstall`: the changes are shown, asked for, and made."""

from typing import TYPE_CHECKING

import typer

from sidecar.cli.cluster import options as given

if TYPE_CHECKING:
    from es_integration.deployment import Wish


def install_command(
    engine: given.EngineName,
    cluster: given.Cluster,
    sidecar: given.Sidecar,
    profile: given.Profile = "ecommerce",
    fields: given.Fields = None,
    read_timeout: given.ReadTimeout = None,
    service: given.Service = None,
    templates: given.Templates = True,
    index_pattern: given.IndexPattern = None,
    dimension: given.Dimension = 384,
    synonyms: given.Synonyms = None,
    name: given.Name = "rerank-sidecar",
    sidecar_key: given.SidecarKey = None,
    rotate_key: given.RotateKey = False,
    api_key: given.ApiKey = None,
    user: given.User = None,
    ca: given.Ca = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
) -> None:
    """Make a cluster rerank by a sidecar: index templates, and what calls the sidecar.

    Shows what would change, and asks. Run again, it changes nothing; `uninstall` takes it away.
    """
    from es_integration.deployment import Wish, reached, split, synonym_rules

    wish = Wish(
        engine,
        sidecar,
        profile,
        name,
        fields=split(fields),
        read_timeout_s=read_timeout,
        service=service,
        templates=templates,
        index_patterns=tuple(index_pattern or ()),
        dimension=dimension,
        synonyms=synonym_rules(synonyms),
        sidecar_key=sidecar_key,
        rotate_key=rotate_key,
    )
    with reached(engine, cluster, api_key, user, ca) as official:
        _carry_out(official, wish, remove=False, dry_run=dry_run, yes=yes)


def uninstall_command(
    engine: given.EngineName,
    cluster: given.Cluster,
    sidecar: given.Sidecar,
    profile: given.Profile = "ecommerce",
    templates: given.Templates = True,
    name: given.Name = "rerank-sidecar",
    api_key: given.ApiKey = None,
    user: given.User = None,
    ca: given.Ca = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
) -> None:
    """Take away what `install` made with the same options; indices and their documents stay."""
    from es_integration.deployment import Wish, reached

    wish = Wish(engine, sidecar, profile, name, templates=templates)
    with reached(engine, cluster, api_key, user, ca) as official:
        _carry_out(official, wish, remove=True, dry_run=dry_run, yes=yes)


def _carry_out(official: object, wish: "Wish", *, remove: bool, dry_run: bool, yes: bool) -> None:
    from rich.console import Console

    from es_integration.cluster.change import Action, apply
    from es_integration.cluster.procedure import run
    from es_integration.deployment import plan, usage
    from sidecar.cli.cluster.display import show_made, show_plan

    console = Console()
    planned = run(official, plan(wish, remove))
    show_plan(console, planned)
    changes = [change for change in planned if change.action is not Action.KEEP]
    if not changes:
        console.print("Nothing to change.")
    elif dry_run:
        console.print(f"{len(changes)} to change; nothing was changed.")
        return
    else:
        if not yes:
            typer.confirm(f"Make these {len(changes)} changes?", abort=True)
        made = run(official, apply(planned))
        show_made(console, made)
    if not remove:
        console.print(usage(wish, planned), highlight=False, markup=False, soft_wrap=True)
