"""How often languages and texts use each piece of a vocabulary."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice

from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.workshop.model.vocabulary.tokenizer import Usage

WORDS = 100_000
"""Of a language's word list, the most frequent first."""
CAPITALISED = 0.3
"""The lists are in lower case. This share of a word's uses is counted with a capital, so that
names, German nouns, and the beginnings of sentences keep their pieces. A guess."""
UNSPACED = {"zh", "ja"}
"""Languages without spaces: a word is counted as it is within a text, not at its beginning."""
BEFORE = "\u3001"
"""A comma that stands before an unspaced word."""
CHUNK = 4096


def of_language(tokenizer: Tokenizer, language: str) -> Usage:
    """The ids of a language's words, each times its frequency, by the lists of `wordfreq`.

    Raises ModelError for a language that it has no list of.
    """
    frequencies = list(islice(_word_list(language).items(), WORDS))
    words = [(word, share * (1 - CAPITALISED)) for word, share in frequencies]
    words += [(word[:1].upper() + word[1:], share * CAPITALISED) for word, share in frequencies]
    return _counted(tokenizer, words, BEFORE if language in UNSPACED else "")


def of_texts(tokenizer: Tokenizer, texts: Iterable[str]) -> Usage:
    """The ids of the texts with their counts."""
    return _counted(tokenizer, ((text, 1.0) for text in texts), "")


def _counted(tokenizer: Tokenizer, texts: Iterable[tuple[str, float]], before: str) -> Usage:
    """The weights of the texts' ids, without those of `before`, which is put before each."""
    usage: Usage = defaultdict(float)
    lead = tokenizer.encode(before, add_special_tokens=False).ids
    remaining = iter(texts)
    while chunk := list(islice(remaining, CHUNK)):
        encodings = tokenizer.encode_batch_fast(
            [before + text for text, _ in chunk], add_special_tokens=False
        )
        for (_, weight), encoding in zip(chunk, encodings, strict=True):
            ids = encoding.ids
            for index in ids[len(lead) :] if ids[: len(lead)] == lead else ids:
                usage[index] += weight
    return usage


def _word_list(language: str) -> Mapping[str, float]:
    import wordfreq

    if language not in (known := wordfreq.available_languages("best")):
        raise ModelError(f"no word list of {language!r}: there are {', '.join(sorted(known))}")
    frequencies: Mapping[str, float] = wordfreq.get_frequency_dict(language, "best")
    return frequencies
