"""A pair as text, before it is tokenised."""

TextPair = tuple[str, str]
"""(query, document)"""
