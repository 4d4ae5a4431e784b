"""The templates as data: they agree with the profiles, with each other and on both clusters."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mappings
from sidecar.profiles import Profiles
from sidecar.settings import Settings
from sidecar.text.field_spellings import spelled
from sidecar.text.field_values import MAX_DEPTH
from sidecar.text.spelling import normal

PROFILES = Profiles.open()
EVERY = [(engine, domain) for engine in mappings.ENGINES for domain in mappings.DOMAINS]


def component(templates: mappings.Templates, part: str) -> Any:
    (template,) = [
        template
        for template in templates.components
        if template.name == f"{templates.prefix}-{part}"
    ]
    return template.body["template"]


def analysis(templates: mappings.Templates) -> Any:
    return component(templates, "fields")["settings"]["index"]["analysis"]


def properties(templates: mappings.Templates) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for template in templates.components:
        merged |= template.body["template"].get("mappings", {}).get("properties", {})
    return merged


def leaves(fields: dict[str, Any]) -> Iterator[Any]:
    """Every field and sub-field."""
    for field in fields.values():
        yield field
        yield from leaves(field.get("properties", {}))
        yield from leaves(field.get("fields", {}))


def script(templates: mappings.Templates, tag: str) -> Any:
    (pipeline,) = templates.pipelines
    scripts = [processor["script"] for processor in pipeline.body["processors"]]
    return next(script for script in scripts if script["tag"] == tag)


@pytest.mark.parametrize(("engine", "domain"), EVERY)
def test_template_pipeline_and_profile_name_the_same_fields(engine: str, domain: str) -> None:
    templates = mappings.load(engine, domain)
    profile = PROFILES.get(domain)
    written = {
        field["names"][0]: tuple(field["names"][1:])
        for field in script(templates, "rerank_doc")["params"]["fields"]
    }
    # The profile knows more spellings: of feeds that no index of these templates is made of.
    owners = {
        normal(spelling): (place, name, rank)
        for place, (name, field) in enumerate(profile.fields.items())
        for rank, spelling in enumerate(spelled(name, field))
    }
    order = []
    for names in written.items():
        found = [owners[normal(name)] for name in (names[0], *names[1])]
        assert len({name for _, name, _ in found}) == 1, names
        ranks = [rank for _, _, rank in found]
        assert ranks == sorted(ranks), names
        order.append(found[0][0])
    assert order == sorted(order)
    assert templates.fields == tuple(written)
    assert set(templates.fields) - {"sale_price"} == set(templates.fields) & set(profile.fields)
    # A reduced price is read before the price, and searched by no field of its own.
    assert set(templates.fields) - {"sale_price"} <= set(properties(templates))
    assert component(templates, "doc")["mappings"]["_meta"]["rerank"] == {
        "profile": domain,
        "version": 4,
        "fields": list(templates.fields),
    }


@pytest.mark.parametrize("domain", mappings.DOMAINS)
def test_what_the_sidecar_reads_fits_into_its_limits(domain: str) -> None:
    params = script(mappings.load("opensearch", domain), "rerank_doc")["params"]
    assert params["depth"] == MAX_DEPTH - 1
    largest = sum(field["limit"] for field in params["fields"])
    bytes_of_a_unit = 3  # at most, in UTF-8: a surrogate pair is two units and four bytes
    limit: int = Settings.model_fields["max_body_bytes"].default
    assert 100 * largest * bytes_of_a_unit < limit


@pytest.mark.parametrize(("engine", "domain"), EVERY)
def test_names_hang_together(engine: str, domain: str) -> None:
    templates = mappings.load(engine, domain)
    names = [
        template.name for template in (*templates.pipelines, *templates.components, templates.index)
    ]
    assert all(name.startswith(templates.prefix) for name in names)
    index = templates.index.body
    assert index["composed_of"] == [component.name for component in templates.components]
    assert index["index_patterns"] == [f"rerank-{domain}-*"]
    assert index["priority"] > 200
    pipeline = component(templates, "doc")["settings"]["index"]["final_pipeline"]
    assert [pipeline] == [template.name for template in templates.pipelines]
    for body in (*(component.body for component in templates.components), index):
        assert body["_meta"]["rerank"] == {"profile": domain, "version": body["version"]}


@pytest.mark.parametrize(("engine", "domain"), EVERY)
def test_every_analyser_that_a_field_names_is_there_and_has_a_case(
    engine: str, domain: str
) -> None:
    templates = mappings.load(engine, domain)
    named = {
        ("normalizer" if key == "normalizer" else "analyzer", field[key])
        for field in leaves(properties(templates))
        for key in ("analyzer", "search_analyzer", "normalizer")
        if key in field
    }
    defined = {
        (kind, name) for kind in ("analyzer", "normalizer") for name in analysis(templates)[kind]
    }
    assert named == defined == {(case.kind, case.name) for case in templates.cases}


@pytest.mark.parametrize(("engine", "domain"), EVERY)
def test_synonyms_work_at_search_time_only(engine: str, domain: str) -> None:
    templates = mappings.load(engine, domain)
    analysers = analysis(templates)["analyzer"]
    fields = list(leaves(properties(templates)))
    indexing = {field["analyzer"] for field in fields if "analyzer" in field}
    searching = {field["search_analyzer"] for field in fields if "search_analyzer" in field}
    assert not any("synonyms" in analysers[name].get("filter", ()) for name in indexing)
    assert any("synonyms" in analysers[name].get("filter", ()) for name in searching)


def test_the_search_engines_differ_only_in_the_vector_and_the_bag_of_attributes() -> None:
    elasticsearch, opensearch = (
        mappings.load(engine, "ecommerce", dimension=768) for engine in mappings.ENGINES
    )
    theirs, ours = properties(elasticsearch), properties(opensearch)
    differing = {name: (theirs[name]["type"], ours[name]["type"]) for name in theirs
                 if theirs[name] != ours[name]}  # fmt: skip
    assert differing == {
        "attributes": ("flattened", "flat_object"),
        "vector": ("dense_vector", "knn_vector"),
    }
    assert (theirs["vector"]["dims"], ours["vector"]["dimension"]) == (768, 768)
    assert component(opensearch, "vector")["settings"] == {"index": {"knn": True}}
    assert "settings" not in component(elasticsearch, "vector")
    assert analysis(elasticsearch) == analysis(opensearch)
    assert elasticsearch.pipelines == opensearch.pipelines


def test_what_may_be_chosen() -> None:
    templates = mappings.load(
        "opensearch", "legal", dimension=None, index_patterns=["opinions-*"], priority=600
    )
    assert "vector" not in properties(templates)
    assert len(templates.index.body["composed_of"]) == len(templates.components) == 2
    assert templates.index.body["index_patterns"] == ["opinions-*"]
    assert templates.index.body["priority"] == 600


def test_synonyms_may_be_rules_or_a_place() -> None:
    rules = mappings.load("elasticsearch", "legal", synonyms=["writ, order"])
    assert analysis(rules)["filter"]["synonyms"] == {
        "type": "synonym_graph",
        "synonyms": ["writ, order"],
    }
    source = {"synonyms_set": "courts", "updateable": True}
    stored = mappings.load("elasticsearch", "legal", synonyms=source)
    assert analysis(stored)["filter"]["synonyms"] == {"type": "synonym_graph", **source}


def test_a_body_may_be_changed_without_harm_to_the_next() -> None:
    first = mappings.load("opensearch", "legal")
    first.index.body.clear()
    analysis(first).clear()
    second = mappings.load("opensearch", "legal")
    assert second.index.body["composed_of"]
    assert analysis(second)["analyzer"]


@pytest.mark.parametrize(
    ("engine", "domain"),
    [("solr", "legal"), ("opensearch", "plain"), ("opensearch", ""), ("..", "legal")],
)
def test_other_search_engines_and_domains_are_refused(engine: str, domain: str) -> None:
    with pytest.raises(KeyError):
        mappings.load(engine, domain)


@pytest.mark.parametrize("wrong", [{"dimension": 0}, {"dimension": 4097}, {"index_patterns": []}])
def test_impossible_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"dimension|pattern"):
        mappings.load("opensearch", "legal", **wrong)


def test_the_documented_tokens_and_limits_are_those_of_the_templates() -> None:
    text = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
    loaded = [mappings.load("opensearch", domain) for domain in mappings.DOMAINS]
    cases = [case for templates in loaded for case in templates.cases]
    rows = re.findall(r"^\| (`.+?) \| (.+) \|$", text, re.MULTILINE)
    documented = [
        (re.findall(r"`([^`]+)`", left), set(re.findall(r"`([^`]+)`", right.split(";")[0])))
        for left, right in rows
        if not left.startswith("`rerank-")
    ]
    assert len(documented) == 10
    for texts, tokens in documented:
        for written in texts:
            if written in ("sku", "mpn", "gtin", "docket_number"):
                continue
            of_it = [case for case in cases if written in case.text]
            assert any(tokens <= set(case.tokens) for case in of_it), (written, tokens)
    limits = {
        field["names"][0]: f"{field['limit']:,}"
        for templates in loaded
        for field in script(templates, "rerank_doc")["params"]["fields"]
    }
    assert f"{limits['description']} for its description" in " ".join(text.split())
    assert f"{limits['text']} for a legal text" in " ".join(text.split())


@pytest.mark.parametrize(("engine", "domain"), EVERY)
def test_plain_text_is_one_more_field_and_script(engine: str, domain: str) -> None:
    without, with_text = (
        mappings.load(engine, domain),
        mappings.load(engine, domain, plain_text=True),
    )
    assert "rerank_text" not in properties(without)
    kept = {"type": "text", "index": False}
    assert properties(with_text) == {**properties(without), "rerank_text": kept}
    written = script(with_text, "rerank_text")["params"]["fields"]
    assert {names[0] for names in written} < set(with_text.fields)
    assert all(
        names in [field["names"] for field in script(with_text, "rerank_doc")["params"]["fields"]]
        for names in written
    )


@pytest.mark.parametrize(
    ("engine", "similarity"), [("elasticsearch", "dot_product"), ("opensearch", "innerproduct")]
)
def test_vectors_of_length_one_are_compared_by_their_dot_product(
    engine: str, similarity: str
) -> None:
    any_length, unit = (
        mappings.load(engine, "ecommerce", dimension=256, unit_vectors=unit)
        for unit in (False, True)
    )
    assert "cosine" in str(properties(any_length)["vector"])
    assert similarity in str(properties(unit)["vector"])
    assert properties(unit)["vector"] == mappings.vector_mapping(engine, 256)
    others = [name for name in properties(unit) if name != "vector"]
    assert all(properties(unit)[name] == properties(any_length)[name] for name in others)


@pytest.mark.parametrize(("engine", "domain"), EVERY)
def test_another_final_pipeline_takes_the_place_of_the_domains_own(
    engine: str, domain: str
) -> None:
    own, other = mappings.load(engine, domain), mappings.load(engine, domain, final_pipeline="mine")
    doc = mappings.doc_pipeline_name(domain)
    assert [pipeline.name for pipeline in other.pipelines] == [doc], "which the other can call"
    named = [
        component.body["template"]["settings"]["index"]["final_pipeline"]
        for templates in (own, other)
        for component in templates.components
        if component.name == f"rerank-{domain}-doc"
    ]
    assert named == [doc, "mine"]


def test_the_prose_of_a_domain_has_every_name() -> None:
    assert [names[0] for names in mappings.prose("legal")] == ["title", "summary", "text"]
    assert "product_name" in mappings.prose("ecommerce")[0]
    with pytest.raises(KeyError):
        mappings.prose("plain")
