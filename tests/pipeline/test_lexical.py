"""Documents ranked without a model: BM25F by the profile's weights, and its signals and rules."""

import pytest

from sidecar.calibration import sigmoid
from sidecar.fusion.fuse import EMPTY
from sidecar.pipeline.lexical import lexical_documents
from sidecar.pipeline.scored_documents import ScoredDocument
from sidecar.profile import PLAIN, Profile
from sidecar.profiles import Profiles
from sidecar.request import Document, RankRequest

SHOES = Profile.model_validate(
    {
        "name": "shoes",
        "fields": {"title": {"weight": 3.0}, "body": {"weight": 0.5}, "id": {"weight": 0.0}},
    }
)


def scored(
    query: str, profile: Profile, *documents: str | dict[str, object]
) -> list[ScoredDocument]:
    sent = tuple(
        Document(text=each) if isinstance(each, str) else Document(fields=each)
        for each in documents
    )
    return lexical_documents(RankRequest(query, sent), profile, 512)


def order(scored: list[ScoredDocument]) -> list[int]:
    return sorted(range(len(scored)), key=lambda index: -scored[index].logit)


def test_the_more_of_the_query_a_text_has_the_higher_it_is() -> None:
    found = scored("red running shoes", PLAIN, "garden hose", "red running shoe", "red sock", "")
    assert order(found) == [1, 2, 0, 3]
    assert found[0].logit == found[3].logit == EMPTY
    assert 0 < sigmoid(found[1].logit) < 1


def test_weights_of_the_profile_count_and_fields_of_weight_0_do_not() -> None:
    found = scored(
        "zebra",
        SHOES,
        {"title": "other", "body": "zebra"},
        {"title": "zebra", "body": "other"},
        {"title": "other", "id": "zebra"},
    )
    assert order(found) == [1, 0, 2]
    assert found[2].logit == EMPTY


def test_html_is_no_text() -> None:
    found = scored("strong", PLAIN, "<p>a <strong>red</strong> shoe</p>", "a strong shoe")
    assert found[0].logit == EMPTY < found[1].logit


def test_signals_and_rules_of_the_profile_apply_and_parts_add_up() -> None:
    profile = Profiles.open().get("ecommerce")
    found = scored(
        "red shoe under 50 euro",
        profile,
        {"title": "red shoe", "price": 80},
        {"title": "red shoe", "price": 30},
    )
    assert order(found) == [1, 0]
    for document in found:
        assert document.logit == pytest.approx(sum(part.value for part in document.parts))
        assert {part.kind for part in document.parts} <= {"model", "signal", "rule"}
