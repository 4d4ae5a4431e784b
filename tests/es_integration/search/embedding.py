"""Vectors for kNN tests without a model: hashed character trigrams, so that words of one stem are
near. No embedding model ships with the project, and these say nothing of one's quality."""

import math
import re
from zlib import crc32

DIMENSIONS = 128


def embed(text: str) -> list[float]:
    """A unit vector; the same text has the same one on every machine. Raises nothing: a text
    without letters is the first axis."""
    counts = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        marked = f"<{word}>"
        for at in range(len(marked) - 2):
            counts[crc32(marked[at : at + 3].encode()) % DIMENSIONS] += 1.0
    length = math.sqrt(sum(count * count for count in counts))
    return [count / length for count in counts] if length else [1.0, *counts[1:]]
