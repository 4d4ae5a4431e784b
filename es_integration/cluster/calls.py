"""What calls to either search engine have in common: missing things, retries, indices' settings and
fields."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from textwrap import shorten
from typing import Any, TypeVar

from es_integration.cluster.procedure import Call, Pause, Procedure
from es_integration.errors import ClusterRefused

T = TypeVar("T")

REASON_LENGTH = 400
"""Characters kept of an error message: a connector's quotes every document that was sent."""

Send = Callable[[Call], Procedure[Any]]
"""Makes a call of one search engine; an error answer becomes ClusterRefused."""


def shortened(reason: str, length: int = REASON_LENGTH) -> str:
    """The reason on one line of at most `length` characters."""
    return shorten(reason, length, placeholder=" ...")


def ignore_missing(procedure: Procedure[T]) -> Procedure[T | None]:
    """What the procedure returns, or None when the cluster answers 404. Raises ClusterRefused."""
    try:
        answer = yield from procedure
    except ClusterRefused as refused:
        if refused.status == 404:
            return None
        raise
    return answer


def retry(
    attempt: Callable[[], Procedure[T]], pauses_s: Sequence[float], statuses: Container[int]
) -> Procedure[T]:
    """What the attempt returns. An error with one of `statuses` is retried once after each pause.

    Raises ClusterRefused: the last attempt's error, or the first with another status.
    """
    for pause_s in pauses_s:
        try:
            answer = yield from attempt()
        except ClusterRefused as refused:
            if refused.status not in statuses:
                raise
        else:
            return answer
        yield Pause(pause_s)
    answer = yield from attempt()
    return answer


def indices_with_setting(send: Send, setting: str, values: Collection[str]) -> Procedure[list[str]]:
    """The indices, closed ones included, whose setting has one of the values; sorted.

    Raises ClusterRefused.
    """
    answer = yield from ignore_missing(
        send(
            lambda client: client.indices.get_settings(
                index="*,-.*",  # System indices cause warnings and are never ours.
                name=setting,
                flat_settings=True,
                expand_wildcards="open,closed",
            )
        )
    )
    return sorted(
        name for name, body in (answer or {}).items() if body["settings"].get(setting) in values
    )


def mapped_fields(
    send: Send, field: str, patterns: Sequence[str]
) -> Procedure[dict[str, Mapping[str, Any]]]:
    """The field's mapping in each index that has it, of those that match one of the patterns.

    Raises ClusterRefused.
    """
    if not patterns:
        return {}
    answer: Any = yield from ignore_missing(
        send(
            lambda client: client.indices.get_field_mapping(
                fields=field,
                index=",".join(patterns),
                allow_no_indices=True,
                ignore_unavailable=True,  # One that is named and missing must not hide the others.
            )
        )
    )
    last = field.rpartition(".")[2]
    return {
        index: body["mappings"][field]["mapping"].get(last, {})
        for index, body in sorted((answer or {}).items())
        if field in body.get("mappings", {})
    }
