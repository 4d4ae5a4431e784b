"""What a profile's signals and rules make of a search's documents: one file per kind.

signal          the base class: the keys that all kinds have, and the methods that a kind writes
search_reader   the search as signals read it: each field and each demand read once for all
match           1 where the query names one of a field's values
units           the query's quantities in the fields, units converted
constraint      1 where a field satisfies a constraint of the query, -1 where it violates it
decay           how near a number or a date is to its origin
saturation      x / (x + pivot) of a number
logarithm       ln(1 + x) / ln(1 + ceiling) of a number
path            the query's words in a category path
table           a number from the profile's table
citation        the query's legal citations in the fields
cosine          a document's vector beside the search's, or beside the query's
first_stage     the first stage's score
rule            the condition under which a document is demoted
cited           which documents the query cites itself: rules may spare them

A new kind of signal is one file, and its entry here:

1. Write `signals/<kind>.py` with a subclass of `Signal`: `kind: Literal["<kind>"]`, the keys that
   a profile sets, `reads` (its fields: a profile that lacks one is refused) and `strengths` (one
   number per document). The class is the schema of the profile's file: pydantic checks it.
2. Import it below and add it to `AnySignal`.
3. Add its row to the table of signals in docs/profiles.md and an example of it to `EVERY_SIGNAL` in
   tests/signals/test_every_signal.py. Tests fail until both are there; the properties that hold for
   every signal are then tested for yours.

Nothing else knows the kinds: the profile's schema, its references, the fusion and the explanations
take what is here.
"""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from sidecar.signals.citation import CitationSignal
from sidecar.signals.constraint import ConstraintSignal
from sidecar.signals.cosine import CosineSignal
from sidecar.signals.decay import DecaySignal
from sidecar.signals.first_stage import FirstStageSignal
from sidecar.signals.logarithm import LogSignal
from sidecar.signals.match import MatchSignal
from sidecar.signals.path import PathSignal
from sidecar.signals.rule import Rule
from sidecar.signals.saturation import SaturationSignal
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.signals.table import TableSignal
from sidecar.signals.units import UnitsSignal

AnySignal = Annotated[
    CitationSignal
    | ConstraintSignal
    | CosineSignal
    | DecaySignal
    | FirstStageSignal
    | LogSignal
    | MatchSignal
    | PathSignal
    | SaturationSignal
    | TableSignal
    | UnitsSignal,
    Field(discriminator="kind"),
]
"""A signal of a profile's file; `kind` says which."""

SIGNALS: Mapping[str, type[Signal]] = {
    get_args(signal.model_fields["kind"].annotation)[0]: signal
    for signal in get_args(get_args(AnySignal)[0])
}
"""Every kind and its class."""

__all__ = ["SIGNALS", "AnySignal", "Rule", "SearchReader", "Signal"]
