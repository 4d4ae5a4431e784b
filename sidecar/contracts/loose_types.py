"""Numbers and booleans as the real servers take them: loosely.

    number     2, 2.0, "2"                 never true, "two"; for a whole one never 2.5 or "2.5"
    boolean    true, "true", "True", 1, "1", "yes", "on" and their opposites

The models of `control` and `body` do so by pydantic's lax mode, which is what FastAPI's servers
have; here is what it lacks.
"""

from typing import Any

from pydantic import BeforeValidator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sidecar.contracts.validation import kind_of


def refuse_boolean(value: object) -> object:
    """The value. Raises ValueError for a boolean, which Python would count as 0 or 1."""
    if isinstance(value, bool):
        raise ValueError(f"must be a number, not {kind_of(value)}")
    return value


NUMBER = BeforeValidator(refuse_boolean)
"""Of every field that holds a number."""


class LooseJsonSchema(GenerateJsonSchema):
    """Schemas of bodies that say what is accepted beside the exact type."""

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """An integer, or a string that holds one."""
        pattern = r"^\s*[-+]?[0-9]+(\.0+)?\s*$"
        return {**super().int_schema(schema), "type": ["integer", "string"], "pattern": pattern}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """A number, or a string that holds one."""
        pattern = r"^\s*[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?\s*$"
        return {**super().float_schema(schema), "type": ["number", "string"], "pattern": pattern}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        """A boolean, or one of its common spellings."""
        spellings: list[Any] = ["true", "false", 1, 0]
        return {"anyOf": [super().bool_schema(schema), {"enum": spellings}]}
