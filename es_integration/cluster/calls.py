"""What either engine's calls and refusals have in common."""

from collections.abc import Callable, Collection, Container, Sequence
from textwrap import shorten
from typing import Any, TypeVar

from es_integration.cluster.procedure import Call, Pause, Procedure
from es_integration.errors import ClusterRefused

T = TypeVar("T")

REASON_LENGTH = 400
"""Characters kept of a refusal: one from a connector quotes every document that was sent."""

Ask = Callable[[Call], Procedure[Any]]
"""An engine's way to make a call, with its refusals in words."""


def in_short(reason: str, length: int = REASON_LENGTH) -> str:
    """The reason in one line of that length at most."""
    return shorten(reason, length, placeholder=" ...")


def if_there(asked: Procedure[T]) -> Procedure[T | None]:
    """What the procedure returns, None where the cluster has no such thing. Raises
    ClusterRefused."""
    try:
        answer = yield from asked
    except ClusterRefused as refused:
        if refused.status == 404:
            return None
        raise
    return answer


def again(
    attempt: Callable[[], Procedure[T]], pauses_s: Sequence[float], passing: Container[int]
) -> Procedure[T]:
    """What the attempt returns. After a refusal with a status of `passing` it is made again, once
    after each pause. Raises ClusterRefused."""
    for pause_s in pauses_s:
        try:
            answer = yield from attempt()
        except ClusterRefused as refused:
            if refused.status not in passing:
                raise
        else:
            return answer
        yield Pause(pause_s)
    answer = yield from attempt()
    return answer


def indices_with(ask: Ask, setting: str, values: Collection[str]) -> Procedure[list[str]]:
    """The indices, closed ones too, whose setting is one of the values; sorted. Raises
    ClusterRefused."""
    answer = yield from if_there(
        ask(
            lambda client: client.indices.get_settings(
                index="*,-.*",  # system indices warn and are never ours
                name=setting,
                flat_settings=True,
                expand_wildcards="open,closed",
            )
        )
    )
    return sorted(
        name for name, body in (answer or {}).items() if body["settings"].get(setting) in values
    )
