"""`rerank-sidecar install` and `uninstall`: show the changes, ask, apply them."""

from typing import TYPE_CHECKING

import typer

from sidecar.cli.cluster.cluster_options import ClusterOptions, with_cluster_options

if TYPE_CHECKING:
    from es_integration.cluster_spec import ClusterSpec

_WHATEVER_IT_HOLDS = "what has these names is removed, whatever it holds"
_UNREAD_BY_UNINSTALL = dict.fromkeys(
    (
        "fields",
        "text_field",
        "keep_score",
        "read_timeout",
        "service",
        "index_pattern",
        "encoder",
        "embed_fields",
        "vector_field",
        "embed_service",
        "dimension",
        "synonyms",
        "plain_text",
        "rotate_key",
    ),
    _WHATEVER_IT_HOLDS,
)


@with_cluster_options
def install_command(options: ClusterOptions) -> None:
    """Make a cluster rerank with a sidecar: index templates, and what calls the sidecar.

    Shows what would change, and asks. A second run changes nothing; `uninstall` removes it all.
    """
    with options.client() as client:
        spec = options.spec(rotate_key=options.rotate_key)
        _apply(client, spec, options, remove=False)


@with_cluster_options
def uninstall_command(options: ClusterOptions) -> None:
    """Remove what `install` made with the same options; indices and their documents stay."""
    for line in options.ignored(_UNREAD_BY_UNINSTALL):
        typer.echo(line, err=True)
    with options.client() as client:
        _apply(client, options.spec(), options, remove=True)


def _apply(client: object, spec: "ClusterSpec", options: ClusterOptions, *, remove: bool) -> None:
    from rich.console import Console

    from es_integration.cluster.change import Action, apply
    from es_integration.cluster.procedure import run
    from es_integration.deployment import EXAMPLE_SIZE, page_time, plan, usage
    from es_integration.opensearch import highlighter
    from sidecar.cli.cluster.display import question, show_applied, show_plan

    console = Console()
    changes = run(client, plan(spec, remove=remove))
    show_plan(console, changes, verbose=options.verbose)
    count = sum(change.action is not Action.KEEP for change in changes)
    if not count:
        console.print("Nothing to change.")
    elif options.dry_run:
        console.print(f"{count} to change; nothing was changed.")
        return
    else:
        if not options.yes:
            typer.confirm(question(changes), abort=True)
        show_applied(console, run(client, apply(changes)))
    if remove:
        return
    page = run(client, page_time(spec, changes))
    size = EXAMPLE_SIZE if page is None or page.fits else max(1, page.fitting_size)
    if page is not None and not page.fits:
        console.print(page.summary, highlight=False, markup=False, soft_wrap=True)
    texts = [usage(spec, changes, size)]
    if spec.highlight and (lines := run(client, highlighter.usage(spec.opensearch))) is not None:
        texts.append(lines)
    for text in texts:
        console.print(text, highlight=False, markup=False, soft_wrap=True)
