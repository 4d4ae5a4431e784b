"""What a profile reads over many documents. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sidecar.profiles.readings import DocumentReading

MAX_EXAMPLES = 3
SHORT = 40
"""Characters of an example."""


@dataclass(slots=True)
class SignalCoverage:
    """What a signal or rule makes of a field, over the documents that have it."""

    certain: bool
    """Whether a value that it cannot read is a fault."""
    read: int = 0
    unread: int = 0
    says: Counter[str] = field(default_factory=Counter)
    """What it read, and how often."""
    examples: list[str] = field(default_factory=list)
    """Values that it could not read, the first MAX_EXAMPLES."""

    def add(self, says: str | None, text: str) -> None:
        if says is None:
            self.unread += 1
            if len(self.examples) < MAX_EXAMPLES and (short := text[:SHORT]) not in self.examples:
                self.examples.append(short)
        else:
            self.read += 1
            self.says[says] += 1

    @property
    def share_unread(self) -> float:
        """Of the values."""
        return self.unread / (self.read + self.unread)


@dataclass(slots=True)
class FieldCoverage:
    """A field over all documents."""

    found: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    signals: dict[str, SignalCoverage] = field(default_factory=dict)


@dataclass(slots=True)
class Coverage:
    """A feed under a profile."""

    documents: int
    without_fields: int
    fields: dict[str, FieldCoverage]
    """Every field of the profile, in its order."""
    ignored: Counter[str]
    """Keys on top that the profile does not know, and in how many documents."""

    def faults(self, max_unread: float) -> list[str]:
        """What a check fails for: documents without fields, and prices, numbers, dates or stock of
        which more than this share cannot be read."""
        messages = []
        if self.without_fields:
            messages.append(f"{self.without_fields} of {self.documents} documents have no field")
        for name, of_field in self.fields.items():
            for by, of_signal in of_field.signals.items():
                if of_signal.certain and of_signal.share_unread > max_unread:
                    total = of_signal.read + of_signal.unread
                    messages.append(f"{by} cannot read {of_signal.unread} of {total} in {name}")
        return messages


def coverage(readings: Iterable[DocumentReading], fields: Iterable[str]) -> Coverage:
    """The readings together; `fields` are the profile's."""
    whole = Coverage(0, 0, {name: FieldCoverage() for name in fields}, Counter())
    for reading in readings:
        whole.documents += 1
        whole.without_fields += not reading.fields
        whole.ignored.update(reading.ignored)
        for each in reading.fields:
            of_field = whole.fields.setdefault(each.name, FieldCoverage())
            of_field.found += 1
            of_field.spellings["joined" if each.spelling is None else each.spelling] += 1
            for read in each.readings:
                of_signal = of_field.signals.setdefault(read.by, SignalCoverage(read.certain))
                of_signal.add(read.says, each.text)
    return whole
