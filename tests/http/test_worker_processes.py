"""Worker processes behind a real port: what probes, requests and metrics say when one ends."""

import os
import signal
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from sidecar.errors import StartupError
from sidecar.http.serve import listening
from sidecar.http.service import Watch
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.process_session import ProcessSession
from sidecar.runtime.quarantine import Quarantine
from sidecar.runtime.runs import Layout
from sidecar.settings import Settings
from tests.http.serving import BODY, metric, until
from tests.runtime.faulty_sessions import DIES, open_faulty
from tests.tiny_models import tiny_model

DEADLY = "\u00e5"
"""Its second byte is a token for which the session ends its process."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny", 1)


async def test_probes_say_that_a_worker_is_missing_until_it_is_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(port=0, model=f"shop={folder}", isolation="process", workers=2)
    async with listening(settings) as (service, url):
        await service.start()
        (live,) = service.models.live
        assert live.processes is not None
        async with aiohttp.ClientSession(url) as client:
            assert (await client.post("/v2/rerank", json=BODY)).status == 200
            os.kill(live.processes.pids[0], signal.SIGKILL)
            await until(lambda: service.not_ready is not None, 1.0)
            async with client.get("/health/ready") as answer:
                assert answer.status == 503
                assert "1 of shop" in (await answer.json())["error"]
            assert metric(service, "rerank_ready") == 0
            assert metric(service, "rerank_missing_workers", model="shop") == 1
            assert (await client.get("/health/live")).status == 200
            assert (await client.post("/v2/rerank", json=BODY)).status == 200
            await until(lambda: service.not_ready is None, 30.0)
            assert (await client.get("/health/ready")).status == 200
            assert metric(service, "rerank_worker_ends_total", model="shop", end="died") == 1
    (ended,) = [line for line in capsys.readouterr().out.splitlines() if "worker ended" in line]
    assert "shop" in ended, "the log calls it as requests do"


async def test_more_processes_than_there_is_memory_for_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = {"SC_PHYS_PAGES": 2**18, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("sidecar.runtime.model_folder.os.sysconf", memory.get)
    settings = Settings(port=0, model=str(folder), isolation="process", workers=1024)
    async with listening(settings) as (service, _):
        with pytest.raises(StartupError, match=r"workers: 1024 .* 65\d\d\d MB, .* has 1024"):
            await service.start()


async def test_a_poisonous_pair_gets_503_twice_and_then_422_and_no_other_does(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = ModelFolder.read(folder)

    def opener(settings: Settings, watch: Watch) -> ModelRegistry:
        session = ProcessSession(
            "tiny",
            partial(open_faulty, tmp_path / "mark"),
            lambda session: None,
            Quarantine("tiny", opened.running.score_revision),
            workers=1,
            run_timeout_s=5.0,
        ).open()
        models = ModelRegistry(1, deadline_s=settings.deadline_ms / 1000, on_run=watch.on_run)
        model = ServedModel("tiny", opened.running, opened.tokenizer, Layout(1, 1, 0))
        models.add(model, session)
        return models

    tokenizer = opened.tokenizer
    assert DIES in tokenizer.whole(tokenizer.query("q"), DEADLY).ids
    async with listening(Settings(port=0), opener) as (service, url):
        await service.start()
        async with aiohttp.ClientSession(url) as client:
            statuses = []
            for _ in range(4):
                await until(lambda: service.not_ready is None, 30.0)
                body = {"query": "q", "documents": [DEADLY]}
                async with client.post("/opensearch/rerank", json=body) as answer:
                    statuses.append((answer.status, (await answer.json())["error_type"]))
                    if answer.status == 503:
                        assert answer.headers["Retry-After"] == "1"
            refused = (422, "refused_input")
            assert statuses == [(503, "inference"), (503, "inference"), refused, refused]
            assert metric(service, "rerank_run_pairs_count", model="tiny") == 0
            assert metric(service, "rerank_run_seconds_total", model="tiny") == 0
            assert (await client.post("/v2/rerank", json=BODY)).status == 200
            assert metric(service, "rerank_worker_ends_total", model="tiny", end="died") == 2
            assert metric(service, "rerank_session_failures_total", model="tiny") == 2
    logged = capsys.readouterr().out
    assert logged.count("input refused") == 1
    assert DEADLY not in logged
