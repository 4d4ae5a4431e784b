"""The material that a query asks for: `mappings/vocabularies/material`."""

from functools import cache

from sidecar.text.query.vocabulary import Vocabulary, vocabulary_extractor


@cache
def materials() -> Vocabulary:
    """The materials of all languages."""
    return Vocabulary.shipped("material")


MATERIAL = vocabulary_extractor("material", materials, ("material", "fabric"))
