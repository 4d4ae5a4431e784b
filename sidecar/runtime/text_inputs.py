"""An encoder's texts to its inputs: each with its kind's prefix, alone in the prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.encoding import Encoding, TextKind
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import EncodedQuery, PairTokenizer, Side


@dataclass(frozen=True)
class TextInputs:
    """Makes the inputs of one encoder. Safe to use from several threads."""

    tokenizer: PairTokenizer
    encoding: Encoding

    @classmethod
    def of(cls, manifest: Manifest, tokenizer: PairTokenizer) -> "TextInputs":
        """Of an encoder's manifest. Raises ModelError for a reranker's."""
        if manifest.encoding is None:
            raise ModelError(f"{manifest.name} is a reranker, which makes no vectors")
        return cls(tokenizer, manifest.encoding)

    @property
    def room(self) -> int:
        """Tokens that a text may have, its prefix included."""
        return self._prompt.room

    def encode(
        self, texts: Sequence[str], kind: TextKind, cut: Side | None = "right"
    ) -> tuple[list[ModelInput], list[int]]:
        """An input for each text, and the indexes of those that were cut at that end.

        Raises InputTooLong for a text that does not fit, if `cut` is None.
        """
        prefix = self.encoding.prefix(kind)
        longest = self.tokenizer.max_query_characters
        beyond = {index for index, text in enumerate(texts) if len(text) > longest}
        if beyond and cut is None:
            raise self._too_long(min(beyond))
        # What lies beyond is never tokenised: it would not fit in any case.
        parts = [text[:longest] if cut != "left" else text[-longest:] for text in texts]
        begin = self.tokenizer.encode([prefix])[0] if prefix and cut == "left" else []
        rows = self.tokenizer.encode([text if begin else prefix + text for text in parts])
        room = self.room - len(begin)
        beyond |= {index for index, ids in enumerate(rows) if len(ids) > room}
        if beyond and cut is None:
            raise self._too_long(min(beyond))
        kept = [begin + (ids[-room:] if cut == "left" else ids[:room]) for ids in rows]
        return [self.tokenizer.pair(self._prompt, ids) for ids in kept], sorted(beyond)

    @cached_property
    def _prompt(self) -> EncodedQuery:
        """The prompt around any text."""
        return self.tokenizer.query("")

    def _too_long(self, index: int) -> InputTooLong:
        return InputTooLong(
            f"$: text {index} is too long: with its prefix it may have {self.room} tokens in this "
            "encoder"
        )
