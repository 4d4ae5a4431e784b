"""The cosine of query and hit as a signal, with vectors that a served encoder makes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar.embedding import EmbedRequest
from sidecar.errors import Conflict, InferenceFailed, NonFiniteScore, ProfileError
from sidecar.pipeline.breaker import FAULTS
from sidecar.pipeline.model_changes import ModelChanges
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.profile import Profile
from sidecar.profiles import Profiles
from sidecar.profiles.loading import read_profile
from sidecar.request import Control, Document, RankRequest, RankResult
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.shipped_models import shipped_model
from tests.tiny_encoders import tiny_encoder

ENCODER = "minilm-en-embed"
WEIGHT = 3.0
FIELDS = {"title": {"weight": 1.0}, "note": {"weight": 0.0}}
SHOE = {"title": "Trainers to jog in", "note": "red paint"}
BREAD = {"title": "A loaf of rye bread", "note": "shoes for running"}
QUERY = "shoes for running"


def profile(**signal: Any) -> Profile:
    settings = {"kind": "cosine", "encode": True, "weight": WEIGHT, "cap": 9, **signal}
    return Profile.model_validate(
        {"name": "near", "fields": FIELDS, "signals": {"similarity": settings}}
    )


@contextmanager
def opened(*profiles: Profile, encoders: dict[str, Path] | None = None) -> Iterator[ModelRegistry]:
    folders = {ENCODER: shipped_model(ENCODER)} if encoders is None else encoders
    registry = ModelRegistry.open(
        [ModelSource(), *(ModelSource(folder, name) for name, folder in folders.items())],
        RuntimeOptions(workers=1, cache_mb=8),
        deadline_s=60.0,
        config=RankingConfig(Profiles({each.name: each for each in profiles})),
    )
    try:
        yield registry
    finally:
        registry.close()


@pytest.fixture(scope="module")
def registry() -> Iterator[ModelRegistry]:
    of_note = profile(field="note").model_copy(update={"name": "note"})
    with opened(profile(), of_note) as registry:
        yield registry


async def rank(registry: ModelRegistry, *documents: Any, **control: Any) -> RankResult:
    read = tuple(
        Document(text=each) if isinstance(each, str) else Document(fields=each)
        for each in documents
    )
    settings = {"profile": "near", "explain": True, **control}
    request = RankRequest(QUERY, read, control=Control(**settings), order="input")
    return await registry.default.rank(request)


def similarities(result: RankResult) -> list[float]:
    return [
        sum(part["value"] for part in entry["parts"] if part["name"] == "similarity")  # type: ignore[attr-defined]
        for entry in result.explanations
    ]


async def cosine(registry: ModelRegistry, text: str) -> float:
    encoder = registry.live[1].encoder
    rows = [
        (await encoder.embed(EmbedRequest((each,), kind=kind))).vectors[0]
        for each, kind in ((QUERY, "query"), (text, "document"))
    ]
    return float(np.dot(*rows))


async def test_the_part_is_the_weight_times_the_encoders_cosine(registry: ModelRegistry) -> None:
    result = await rank(registry, SHOE, BREAD)
    expected = [WEIGHT * await cosine(registry, each["title"]) for each in (SHOE, BREAD)]
    assert similarities(result) == pytest.approx(expected, abs=1e-4)
    assert expected[0] > expected[1] + 0.5
    for ranked, entry in zip(result.ranked, result.explanations, strict=True):
        parts = sum(part["value"] for part in entry["parts"])  # type: ignore[attr-defined]
        assert ranked.logit == pytest.approx(parts, abs=1e-4)


async def test_a_field_is_compared_where_one_is_named(registry: ModelRegistry) -> None:
    result = await rank(registry, SHOE, BREAD, {"title": "no note"}, profile="note")
    expected = [WEIGHT * await cosine(registry, each["note"]) for each in (SHOE, BREAD)]
    assert similarities(result) == pytest.approx([*expected, 0.0], abs=1e-4)
    assert expected[1] == pytest.approx(WEIGHT, abs=1e-3)


async def test_plain_and_blank_documents(registry: ModelRegistry) -> None:
    result = await rank(registry, "Trainers to jog in", "", " \n")
    assert similarities(result)[0] == pytest.approx(
        WEIGHT * await cosine(registry, "Trainers to jog in"), abs=1e-4
    )
    assert similarities(result)[1:] == [0.0, 0.0]


async def test_a_documents_part_does_not_depend_on_its_company(registry: ModelRegistry) -> None:
    together = await rank(registry, SHOE, BREAD, "a text " * 200)
    alone = await rank(registry, BREAD)
    assert similarities(together)[1] == similarities(alone)[0]


async def test_vectors_are_made_once(registry: ModelRegistry) -> None:
    texts = [f"A kettle of {litres} litres" for litres in range(5)]
    cache = registry.cache
    assert cache is not None
    await rank(registry, *texts)
    known = len(cache)
    encoder = registry.live[1].encoder
    before = encoder.scorer.load()
    result = await rank(registry, *texts)
    assert len(cache) == known
    assert encoder.scorer.load().inputs == before.inputs == 0
    assert result.cached == len(texts)


def raises(batch: Batch) -> Tensors:
    raise RuntimeError("the device is on fire")


def no_numbers(batch: Batch) -> Tensors:
    return {"vectors": np.full((len(batch.input_ids), 384), np.nan, np.float32)}


@pytest.mark.parametrize("fails", [raises, no_numbers])
async def test_an_encoder_that_fails_opens_no_breaker_but_its_own(
    fails: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = profile().model_copy(update={"name": "without", "signals": {}})
    with opened(profile(), without) as registry:
        encoder = registry.live[1]
        monkeypatch.setattr(encoder.queue.model.session, "run", fails)
        for number in range(2 * FAULTS):  # failed by the encoder, then refused by its breaker
            with pytest.raises((InferenceFailed, NonFiniteScore)):
                await rank(registry, f"text {number}")
        assert encoder.encoder.health.state != "closed"
        assert registry.default.health.state == "closed"
        assert (await rank(registry, SHOE, profile="without")).ranked


async def test_vectors_without_numbers_are_refused(
    registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = registry.live[1]
    monkeypatch.setattr(encoder.queue.model.session, "run", no_numbers)
    with pytest.raises(NonFiniteScore):
        await encoder.encoder.embed(EmbedRequest(("a text",), kind="document"))


def test_a_profile_without_its_encoder_stops_the_start() -> None:
    start = r"near.yaml: signals.similarity: no encoder is served here.*minilm-en-embed"
    with pytest.raises(ProfileError, match=start), opened(profile(), encoders={}):
        pass
    with (
        pytest.raises(ProfileError, match="`other` is not served"),
        opened(profile(encoder="other")),
    ):
        pass


def test_of_several_encoders_one_must_be_named(tmp_path: Path) -> None:
    encoders = {ENCODER: shipped_model(ENCODER), "tiny": tiny_encoder(tmp_path / "tiny")}
    with (
        pytest.raises(ProfileError, match=r"several encoders are served: name one"),
        opened(profile(), encoders=encoders),
    ):
        pass
    with opened(profile(encoder="tiny"), encoders=encoders) as registry:
        assert [live.name for live in registry.live] == ["minilm-en", ENCODER, "tiny"]
        changes = ModelChanges(registry)
        with pytest.raises(Conflict, match="`tiny` is not served"):
            changes.unload("tiny")
        changes.unload(ENCODER)
        assert changes.unload_idle(-1.0) == []  # it never sleeps


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        ("{kind: cosine, encode: true, vector: v}", "with `encode` the query's own is made"),
        ("{kind: cosine}", "without `encode` it needs `field` and `vector`"),
        ("{kind: cosine, field: title, vector: v, encoder: e}", "needs `encode: true`"),
        ("{kind: cosine, encode: true, field: body}", "`body` is not a field of the profile"),
    ],
)
def test_a_faulty_signal_is_refused(signal: str, message: str) -> None:
    text = f"name: near\nfields: {{title: {{weight: 1}}}}\nsignals:\n  similarity: {signal}\n"
    with pytest.raises(ProfileError, match=r"signals\.similarity") as caught:
        read_profile(text, "near.yaml")
    assert message in caught.value.message
