"""Which encoders teach which Groups: `model train --teachers FILE`.

No encoder is the best judge of everything. One that knows web questions may be worse on contracts
than the model that it would teach. So the file names encoders, and for each domain which of them
teach it, if any:

    [encoders.e5]
    model = "intfloat/e5-small-v2"
    query_prefix = "query: "
    passage_prefix = "passage: "
    temperature = 0.016

    [domains.web]
    sources = ["squad_sent"]
    encoders = ["e5"]

    [domains.legal]
    sources = ["cuad_train"]
"""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sidecar.errors import ModelError

STRICT = ConfigDict(extra="forbid", frozen=True)
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


@dataclass(frozen=True)
class TeacherEncoder:
    """A sentence encoder whose cosine is an opinion."""

    __pydantic_config__ = STRICT

    model: str
    """Folder or hub name."""
    temperature: Positive
    """A cosine becomes a logit when divided by it. Encoders spread their cosines differently."""
    query_prefix: str = ""
    passage_prefix: str = ""


@dataclass(frozen=True)
class Domain:
    """Groups of some sources and who teaches them. Without a teacher, their labels alone do."""

    __pydantic_config__ = STRICT

    sources: tuple[str, ...]
    """Names of the recipe's mixture, or of files of pairs and folders of judgements."""
    encoders: tuple[str, ...] = ()
    """Logits = the mean of theirs."""
    bm25: NotNegative = 0.0
    """Logits per point of BM25, added to those of the encoders."""


@dataclass(frozen=True)
class TeachersByDomain:
    """What a teachers file says."""

    __pydantic_config__ = STRICT

    encoders: dict[str, TeacherEncoder] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)

    def domain_of(self, source: str) -> Domain | None:
        """The domain that lists the source; None when no domain does."""
        return next((d for d in self.domains.values() if source in d.sources), None)


def read_teachers(file: Path) -> TeachersByDomain:
    """What a teachers file (TOML) says.

    Raises ModelError when it is not valid: an unknown key, a source in two domains, an encoder
    without an entry, BM25 without an encoder, or no domain at all.
    """
    try:
        teachers = TypeAdapter(TeachersByDomain).validate_python(
            tomllib.loads(file.read_text(encoding="utf8")), strict=False
        )
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ModelError(f"{file}: {place}: {first['msg']}") from None
    except ValueError as fault:  # TOML's and UTF-8's
        raise ModelError(f"{file} cannot be read ({fault})") from None
    if problem := _problem(teachers):
        raise ModelError(f"{file}: {problem}")
    return teachers


def _problem(teachers: TeachersByDomain) -> str | None:
    if not teachers.domains:
        return "it has no domain"
    listed = Counter(source for domain in teachers.domains.values() for source in domain.sources)
    for source, times in listed.items():
        if times > 1:
            return f"{source} is in more than one domain"
    for name, domain in teachers.domains.items():
        for encoder in domain.encoders:
            if encoder not in teachers.encoders:
                return f"domains.{name}: there is no encoders.{encoder}"
        if domain.bm25 and not domain.encoders:
            return f"domains.{name}: BM25 does not teach alone: name an encoder"
    return None
