"""What hooks answer, checked and held within bounds. Pure.

A document's signals from one hook are parts of its fused logit; when their sizes add up to more
than the cap they are scaled down together, so no hook outweighs the model by accident. A field
weight is a factor in [0, MAX_FACTOR] on the weight that the profile or the search gives the field.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.schema import MAX_INSTRUCTION, MAX_NAME
from sidecar.search import Constraint

Context = Mapping[str, object]
"""What the caller sent as `context`."""

MAX_FACTOR = 10.0


@dataclass(frozen=True, slots=True)
class HookResult:
    """One document: signal name -> part of the logit, field -> factor on its weight."""

    signals: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The query: field -> factor on its weight, constraints, an instruction in place of the
    request's (None leaves that)."""

    weights: Mapping[str, float] = field(default_factory=dict)
    constraints: Sequence[Constraint] = ()
    instruction: str | None = None


class HookFault(Exception):
    """An answer that is none; the message names what is wrong with it and quotes no text."""


def check_documents(results: object, count: int, cap: float) -> tuple[HookResult, ...]:
    """A document hook's answer within bounds. Raises HookFault when it is not one."""
    if not isinstance(results, Sequence) or isinstance(results, str):
        raise HookFault("answered no sequence of HookResult")
    if len(results) != count:
        raise HookFault(f"answered {len(results)} results for {count} documents")
    checked = []
    for result in results:
        if not isinstance(result, HookResult):
            raise HookFault("answered no sequence of HookResult")
        checked.append(HookResult(_bounded(result.signals, cap), _factors(result.weights)))
    return tuple(checked)


def check_query(result: object) -> QueryResult:
    """A query hook's answer within bounds. Raises HookFault when it is not one."""
    if not isinstance(result, QueryResult):
        raise HookFault("answered no QueryResult")
    constraints = tuple(result.constraints)
    if not all(isinstance(constraint, Constraint) for constraint in constraints):
        raise HookFault("answered constraints that are no Constraint")
    instruction = result.instruction
    if not isinstance(instruction, str | None) or len(instruction or "") > MAX_INSTRUCTION:
        raise HookFault(f"answered an instruction that is no text of {MAX_INSTRUCTION} characters")
    return QueryResult(_factors(result.weights), constraints, instruction)


def multiplied(weights: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Field -> product of the factors, at most MAX_FACTOR."""
    product: dict[str, float] = {}
    for factors in weights:
        for name, factor in factors.items():
            product[name] = min(MAX_FACTOR, product.get(name, 1.0) * factor)
    return product


def _bounded(signals: object, cap: float) -> dict[str, float]:
    parts = _numbers(signals, "signals")
    size = sum(map(abs, parts.values()))
    return parts if size <= cap else {name: part * cap / size for name, part in parts.items()}


def _factors(weights: object) -> dict[str, float]:
    factors = _numbers(weights, "weights")
    if any(factor < 0 for factor in factors.values()):
        raise HookFault("answered weights below 0")
    return {name: min(MAX_FACTOR, factor) for name, factor in factors.items()}


def _numbers(values: object, what: str) -> dict[str, float]:
    if not isinstance(values, Mapping):
        raise HookFault(f"answered {what} that are no mapping")
    numbers = {}
    for name, value in values.items():
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
            raise HookFault(f"answered {what} with a name that is no text of {MAX_NAME} characters")
        try:
            number = math.nan if isinstance(value, str | bytes) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise HookFault(f"answered {what} that are no finite numbers")
        numbers[name] = number
    return numbers
