"""What the service and the clusters share, as data: field profiles and index templates.

profiles/              the field profiles that ship, by name
ecommerce/, legal/     a domain's fields, analysis, synonyms and test cases, for both search engines
scripts/               the ingest pipeline's scripts
vocabularies/          words of many languages: a folder per kind, a file per language
vocabulary             reads those files
numbers.json           words and keys by which the scripts read numbers
engines.json           what differs between the search engines
experiments/           which users get which way of reranking, in the service and in applications
templates              makes index templates, component templates and ingest pipelines of these
ingest                 the ingest pipelines' processors
vector_field           the field for vectors
data                   reads the files

templates -> ingest, vector_field -> data

Imports nothing else of this repository.
"""

from functools import cache
from importlib.resources import files

from mappings.data import DOMAINS
from mappings.ingest import doc_pipeline_name, plain_text_processor, prose
from mappings.templates import (
    ENGINES,
    AnalysisCase,
    SearchEngine,
    Synonyms,
    Template,
    Templates,
    load,
)
from mappings.vector_field import VECTOR_FIELD, vector_mapping
from mappings.vocabulary import vocabulary_kinds, vocabulary_texts

__all__ = [
    "DOMAINS",
    "ENGINES",
    "VECTOR_FIELD",
    "AnalysisCase",
    "SearchEngine",
    "Synonyms",
    "Template",
    "Templates",
    "doc_pipeline_name",
    "load",
    "plain_text_processor",
    "profile_names",
    "profile_text",
    "prose",
    "vector_mapping",
    "vocabulary_kinds",
    "vocabulary_texts",
]

_PROFILES = files(__name__) / "profiles"


@cache
def profile_names() -> tuple[str, ...]:
    """The names of the shipped profiles, sorted."""
    names = (entry.name for entry in _PROFILES.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def profile_text(name: str) -> str:
    """The YAML of a shipped profile. Raises KeyError for a name that is not in profile_names."""
    if name not in profile_names():
        raise KeyError(name)
    return (_PROFILES / f"{name}.yaml").read_text(encoding="utf-8")
