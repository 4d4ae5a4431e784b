"""What hooks return: checked, held within bounds, and combined. Pure.

A document's signals from one hook are parts of its fused logit. When their sizes add up to more
than the cap they are scaled down together, so no hook outweighs the model by accident. A field
weight is a factor, from 0 to MAX_FACTOR, on the weight that the profile or the search gives the
field.
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


@dataclass(frozen=True, slots=True)
class CombinedResult:
    """What all hooks of a request returned.

    Signals are named `hook.signal`. Factors of several hooks on one field multiply. Of two
    constraints of one name, or two instructions, the later hook's counts.
    """

    documents: tuple[HookResult, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    instruction: str | None = None
    warnings: tuple[str, ...] = ()


class HookFault(Exception):
    """An invalid result. The message says what is wrong with it and quotes none of its text."""


def check_documents(results: object, count: int, cap: float) -> tuple[HookResult, ...]:
    """A document hook's results within bounds. Raises HookFault when they are invalid."""
    if not isinstance(results, Sequence) or isinstance(results, str):
        raise HookFault("returned no sequence of HookResult")
    if len(results) != count:
        raise HookFault(f"returned {len(results)} results for {count} documents")
    checked = []
    for result in results:
        if not isinstance(result, HookResult):
            raise HookFault("returned no sequence of HookResult")
        checked.append(HookResult(_bounded(result.signals, cap), _factors(result.weights)))
    return tuple(checked)


def check_query(result: object) -> QueryResult:
    """A query hook's result within bounds. Raises HookFault when it is invalid."""
    if not isinstance(result, QueryResult):
        raise HookFault("returned no QueryResult")
    constraints = tuple(result.constraints)
    if not all(isinstance(constraint, Constraint) for constraint in constraints):
        raise HookFault("returned constraints that are not of the type Constraint")
    instruction = result.instruction
    if not isinstance(instruction, str | None) or len(instruction or "") > MAX_INSTRUCTION:
        raise HookFault(
            f"returned an instruction that is not a text of up to {MAX_INSTRUCTION} characters"
        )
    return QueryResult(_factors(result.weights), constraints, instruction)


def combined(
    documents: Mapping[str, Sequence[HookResult]],
    queries: Sequence[QueryResult],
    count: int,
    warnings: tuple[str, ...],
) -> CombinedResult:
    """The results of all hooks as one: document hooks' by hook name, query hooks' in their order.

    `count` is the number of the request's documents.
    """
    of_documents = tuple(
        HookResult(
            {
                f"{hook}.{signal}": value
                for hook, results in documents.items()
                for signal, value in results[index].signals.items()
            },
            _multiplied(results[index].weights for results in documents.values()),
        )
        for index in range(count)
    )
    instructions = [result.instruction for result in queries if result.instruction is not None]
    return CombinedResult(
        of_documents,
        _multiplied(result.weights for result in queries),
        {constraint.name: constraint for result in queries for constraint in result.constraints},
        instructions[-1] if instructions else None,
        warnings,
    )


def _multiplied(weights: Iterable[Mapping[str, float]]) -> dict[str, float]:
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
        raise HookFault("returned weights below 0")
    return {name: min(MAX_FACTOR, factor) for name, factor in factors.items()}


def _numbers(values: object, what: str) -> dict[str, float]:
    if not isinstance(values, Mapping):
        raise HookFault(f"returned {what} that are not a mapping")
    numbers = {}
    for name, value in values.items():
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
            raise HookFault(
                f"returned {what} with a name that is not a text of up to {MAX_NAME} characters"
            )
        try:
            number = math.nan if isinstance(value, str | bytes) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise HookFault(f"returned {what} that are not finite numbers")
        numbers[name] = number
    return numbers
