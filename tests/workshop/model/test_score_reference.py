"""A running sidecar's scores become the reference in its model's folder."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sidecar.cli.model import model_app
from sidecar.contracts.dialects import DIALECTS
from sidecar.errors import ModelError
from sidecar.http.service import Service
from sidecar.request import Control, RankRequest, RankResult
from sidecar.runtime.manifest import MANIFEST, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.telemetry.score_drift import REQUESTS
from sidecar.workshop.model.score_reference import keep_references
from tests.http.serving import BODY, GatedSession, metric, serving

COHERE = next(dialect for dialect in DIALECTS if dialect.name == "cohere-v2")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_model(), tmp_path / "model"))


def answer(service: Service, profile: str) -> None:
    """As many answers under the profile as a reference needs."""
    model = service.models.default.model
    request = RankRequest("q", (), Control(profile))
    result = RankResult((), model.name, 1, pair_logits=[-3.0, -1.0, 0.0, 4.0])
    for _ in range(REQUESTS):
        service.answers.record(COHERE, model, request, result, {})


async def test_the_scores_of_a_service_are_what_the_next_one_is_compared_with(copy: Path) -> None:
    before = RunningGraph(Manifest.read(copy), "int8", "cpu").score_revision
    async with serving(GatedSession(), copy) as (service, client):
        await service.start()
        with pytest.raises(ModelError, match="no reference yet: it takes 1000 requests"):
            await asyncio.to_thread(keep_references, copy, str(client._base_url))
        answer(service, "plain")
        answer(service, "ecommerce")
        command = ["reference", str(copy), "--sidecar", str(client._base_url)]
        done = await asyncio.to_thread(CliRunner().invoke, model_app, command)
        assert done.exit_code == 0, done.output
        assert "under plain, ecommerce are the reference" in done.output
    changed = Manifest.read(copy)
    assert RunningGraph(changed, "int8", "cpu").score_revision == before, "scores are the same"

    async with serving(GatedSession(), copy) as (service, client):
        await service.start()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200
        answer(service, "plain")
        labels = {"model": "minilm-en", "profile": "plain", "reference": "manifest"}
        assert abs(metric(service, "rerank_score_drift", **labels)) < 0.05


async def test_a_sidecar_of_another_model_gives_no_reference(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_text())
    other = manifest | {"files": manifest["files"] | {"config.json": "0" * 64}}
    async with serving(GatedSession()) as (service, client):
        await service.start()
        answer(service, "plain")
        url = str(client._base_url)
        with pytest.raises(ModelError, match="serves no model mine, only minilm-en"):
            await asyncio.to_thread(keep_references, copy, url, "mine")
        (copy / "config.json").write_text("{}")
        digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        other["files"]["config.json"] = digest
        (copy / MANIFEST).write_text(json.dumps(other))
        with pytest.raises(ModelError, match="serves minilm-en from other files"):
            await asyncio.to_thread(keep_references, copy, url)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9"):
        await asyncio.to_thread(keep_references, copy, "http://127.0.0.1:9")
    assert json.loads((copy / MANIFEST).read_text()) == other, "nothing was written"
