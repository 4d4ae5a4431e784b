"""The field of an index for vectors: its mapping in either search engine."""

from mappings.data import Body, json_of, substituted

VECTOR_FIELD = "vector"
"""Its name in the templates."""


def vector_component(dialect: Body, dimension: int, unit_vectors: bool) -> Body:
    """The body of the component template with the vector field; `dialect` is what engines.json says
    of the search engine."""
    similarity = dialect["similarity"]["unit" if unit_vectors else "any"]
    types = {**dialect["types"], "dimension": dimension, "similarity": similarity}
    body: Body = {"mappings": {"properties": {VECTOR_FIELD: substituted("$vector", types)}}}
    if dialect["settings"]:
        body["settings"] = {"index": dialect["settings"]}
    return body


def vector_mapping(search_engine: str, dimension: int) -> Body:
    """The mapping of a field for vectors of length 1, for an index of your own. Raises KeyError."""
    body = vector_component(json_of("engines.json")[search_engine], dimension, unit_vectors=True)
    return dict(body["mappings"]["properties"][VECTOR_FIELD])
