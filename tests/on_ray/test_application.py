"""The service behind Ray Serve: the answers of `serve`, and none that fails in an upgrade."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray.serve", reason="needs the extra `ray`")

from sidecar.errors import StartupError
from sidecar.http.service import Watch, open_models
from sidecar.on_ray.application import ServeOptions, build
from sidecar.on_ray.exchange import Sent, end_to_end
from sidecar.on_ray.gateway import model_of
from sidecar.pipeline.live_model import LiveModel, SleepingModel
from sidecar.pipeline.model_changes import ModelChanges
from sidecar.settings import Settings
from tests.on_ray.commands import run
from tests.tiny_models import tiny_model

NAMES = frozenset({"two", "shop/three"})


@pytest.mark.parametrize(
    ("target", "body", "name"),
    [
        ("/v2/rerank", {"model": "two"}, "two"),
        ("/v2/rerank", {"model": "one"}, None),
        ("/v1/shop/three/reranking", {"query": "a"}, "shop/three"),
        ("/v1/shop/three/reranking?a=/two/", {"model": "two"}, "two"),
        ("/v2/rerank", [1], None),
        ("/v2/rerank", {"model": {"two": 1}}, None),
    ],
)
def test_the_model_of_a_request(target: str, body: Any, name: str | None) -> None:
    raw = json.dumps(body).encode()
    assert model_of(Sent("POST", target, [], raw), NAMES, 100) == name
    packed = Sent("POST", target, [("Content-Encoding", "gzip")], gzip.compress(raw))
    assert model_of(packed, NAMES, 100) == name


@pytest.mark.parametrize(
    ("coding", "body"), [("identity", b"{"), ("br", b"{}"), ("gzip", b"no"), ("gzip", b"\x1f\x8b")]
)
def test_what_is_not_understood_goes_to_any_replica(coding: str, body: bytes) -> None:
    sent = Sent("POST", "/v2/rerank", [("content-encoding", coding)], body)
    assert model_of(sent, NAMES, 100) is None
    large = Sent("POST", "/", [("content-encoding", "gzip")], gzip.compress(b" " * 1000))
    assert model_of(large, NAMES, 100) is None


def test_headers_of_the_connection_are_not_handed_on() -> None:
    given = [("Host", "a"), ("Connection", "close"), ("Transfer-Encoding", "chunked"), ("X-A", "b")]
    assert end_to_end(given) == [("Host", "a"), ("X-A", "b")]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"port": 80}, "setting port: Serve has options of its own"),
        ({"model": "a=/x,/y"}, "name each model but the first"),
        ({"deadline_ms": "soon"}, "setting deadline_ms"),
        ({"no_such": 1}, "setting no_such"),
    ],
)
def test_settings_that_cannot_be_are_said(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(StartupError, match=message):
        build(ServeOptions(settings=settings))


def test_models_beside_the_default_sleep_until_they_are_asked(tmp_path: Path) -> None:
    folders = [tiny_model(tmp_path / str(number), number) for number in (1, 2)]
    settings = Settings(model=f"one={folders[0]},two={folders[1]}")
    models = open_models(settings, Watch(), lazy=True)
    try:
        changes = ModelChanges(models)
        assert [type(each) for each in models.served.values()] == [LiveModel, SleepingModel]
        assert list(models.served) == ["one", "two"]
        assert changes.wake("two") is not None
        assert changes.sleep("one") is None
        with models.hold_model("two", "reranker") as held:
            assert changes.sleep("two") is not None
            assert isinstance(held, LiveModel)
            assert held.retired
        assert changes.sleep("two") is None
        assert changes.wake("two") is not None
    finally:
        models.close()


def test_a_served_application_answers_as_serve_does_and_is_upgraded_without_a_gap() -> None:
    """Golden bodies, models by name, and an upgrade under traffic on a Ray of several processes:
    half a minute, most of it Ray's."""
    done = run("tests.on_ray.served")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.strip().splitlines()[-1])
    assert outcome["golden answers"] > 100
    assert outcome["models by name"] == 3
    assert outcome["failures"] == {}
    answers = outcome["answers by revision"]
    assert len({revision for revision, _ in answers}) == 2
    assert len(answers) == 2, "each revision has its one order and its scores"
