"""The colour that a query asks for: `mappings/vocabularies/color`."""

from functools import cache

from sidecar.text.query.vocabulary import Vocabulary, vocabulary_extractor


@cache
def colors() -> Vocabulary:
    """The colours of all languages."""
    return Vocabulary.shipped("color")


COLOR = vocabulary_extractor("color", colors, ("color", "colour"))
