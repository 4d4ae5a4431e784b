"""YAML 1.2's core schema on PyYAML, which reads YAML 1.1: `no` is a word and a date is text."""

import re
from graphlib import CycleError, TopologicalSorter

import yaml
from yaml import CSafeLoader, MappingNode, Node, ScalarNode
from yaml.constructor import ConstructorError

MAX_ALIASED = 100_000
"""Values that aliases add: ten lines of ten aliases each would be 10^10."""


def load(text: str) -> object:
    """The value of the text. Raises YAMLError, for a key that is repeated, for a value that holds
    itself, and for aliases that stand for more than MAX_ALIASED values too."""
    return yaml.load(text, _CoreLoader)


class _CoreLoader(CSafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way

    def construct_document(self, node: Node) -> object:
        _check_aliases(node)
        return super().construct_document(node)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[object, object]:
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.value in keys:
                raise ConstructorError(None, None, f"`{key.value}` stands twice", key.start_mark)
            keys.add(key.value)
        return super().construct_mapping(node, deep)


def _check_aliases(root: Node) -> None:
    """Raises ConstructorError for an alias within the value that it names, and for too many."""
    inner: dict[Node, list[Node]] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node in inner or isinstance(node, ScalarNode):
            continue
        values = node.value
        inner[node] = [v for _, v in values] if isinstance(node, MappingNode) else values
        waiting += inner[node]
    sizes: dict[Node, int] = {}
    try:
        for node in TopologicalSorter(inner).static_order():  # what a node holds comes before it
            sizes[node] = 1 + sum(sizes[held] for held in inner.get(node, ()))
    except CycleError as fault:
        mark = fault.args[1][0].start_mark
        raise ConstructorError(None, None, "a value holds itself", mark) from None
    if sizes and sizes[root] - len(sizes) > MAX_ALIASED:
        raise ConstructorError(None, None, "aliases stand for too many values", root.start_mark)


_DIGITS = r"(?:0|[1-9][0-9]{0,99})"  # Python reads no number of more than 4300 digits
# (tag, how its scalars look, their first characters)
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", rf"[-+]?{_DIGITS}", list("-+0123456789")),
    (
        "float",
        rf"[-+]?(?:\.[0-9]+|{_DIGITS}(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
        list("-+.0123456789"),
    ),
):
    _CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), _first
    )
