"""The shipped model in OpenVINO: its numbers, its threads, its company, its silence."""

import importlib.util
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import sidecar
from sidecar.errors import DeviceError, ModelError, StartupError
from sidecar.runtime.canonical import canonical_pairs, check_numbers
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.openvino_session import OpenVinoSession
from sidecar.runtime.options import OpenVinoPrecision
from sidecar.runtime.precision import as_run
from sidecar.runtime.runs import batch
from sidecar.runtime.session import Batch, ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.pipeline.pairs import pairs

if importlib.util.find_spec("openvino") is None:
    pytest.skip("openvino is not installed (extra openvino)", allow_module_level=True)

PRECISIONS: tuple[OpenVinoPrecision, ...] = ("fp32", "bf16", "int8")
Opened = tuple[OpenVinoSession, Graph]


@pytest.fixture(scope="module", params=PRECISIONS)
def opened(
    request: pytest.FixtureRequest, folder: Path, manifest: Manifest, tokenizer: PairTokenizer
) -> Opened:
    """A session at each precision that this CPU has, with what holds of it."""
    graph = as_run(manifest, "float", request.param)
    try:
        session = OpenVinoSession.open(folder, manifest, graph, tokenizer.pad_id, workers=2)
        check_numbers(session, manifest, "float", tokenizer, graph)
    except DeviceError as fault:
        pytest.skip(str(fault))
    return session, graph


@pytest.fixture(scope="module")
def texts(manifest: Manifest, tokenizer: PairTokenizer) -> list[ModelInput]:
    """The canonical pairs and others, from a word to the longest."""
    lengths = (1, 2, 5, 9, 17, 40, 90, 200)
    words = [("shoe trail waterproof " * length).strip() for length in lengths]
    return [*canonical_pairs(manifest, tokenizer), *pairs(tokenizer, "trail shoe", words)]


def alone(
    session: OpenVinoSession | OnnxSession, manifest: Manifest, pad_id: int, texts: list[ModelInput]
) -> list[float]:
    return [
        float(logits(session.run(batch([pair], manifest.padding, pad_id)))[0]) for pair in texts
    ]


def test_logits_are_the_graphs_own(
    opened: Opened,
    float32: OnnxSession,
    manifest: Manifest,
    tokenizer: PairTokenizer,
    texts: list[ModelInput],
) -> None:
    session, graph = opened
    known = np.array(alone(float32, manifest, tokenizer.pad_id, texts))
    apart = np.abs(np.array(alone(session, manifest, tokenizer.pad_id, texts)) - known)
    if graph.precision == "fp32":
        assert apart.max() < 1e-4, "activations were rounded"
    else:
        assert 1e-4 < apart.max() < graph.canonical_tolerance


def test_more_threads_than_requests_get_the_same_answers(
    opened: Opened, manifest: Manifest, tokenizer: PairTokenizer, texts: list[ModelInput]
) -> None:
    session, _ = opened
    first = alone(session, manifest, tokenizer.pad_id, texts)
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(
            lambda pair: alone(session, manifest, tokenizer.pad_id, [pair])[0],
            texts * 2,
        )
        assert list(found) == first * 2


def test_company_changes_no_score(
    opened: Opened, manifest: Manifest, tokenizer: PairTokenizer, texts: list[ModelInput]
) -> None:
    session, graph = opened
    if graph.runs == "single":
        pytest.skip("its pairs are never in company")
    together = logits(session.run(batch(texts, manifest.padding, tokenizer.pad_id))).tolist()
    for one, other in zip(alone(session, manifest, tokenizer.pad_id, texts), together, strict=True):
        scores = [manifest.calibration.score(logit) for logit in (one, other)]
        assert abs(scores[0] - scores[1]) <= graph.tolerance


def test_a_failed_run_leaves_the_session_whole(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer, texts: list[ModelInput]
) -> None:
    session = OpenVinoSession.open(folder, manifest, manifest.graphs["float"], tokenizer.pad_id)
    good = batch(texts[:1], manifest.padding, tokenizer.pad_id)
    before = session.run(good)
    with pytest.raises(Exception, match="None"):
        session.run(Batch(good.input_ids, good.attention_mask, None))
    # Were the one request lost, this would wait for ever.
    assert logits(session.run(good)) == logits(before)


def test_a_graph_that_does_not_load(folder: Path, tmp_path: Path, manifest: Manifest) -> None:
    (tmp_path / "model.float.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match=r"model\.float\.onnx does not load"):
        OpenVinoSession.open(tmp_path, manifest, manifest.graphs["float"], 0)


def test_a_package_that_is_there_and_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino.passes", None)
    with pytest.raises(StartupError, match="runtime openvino does not load: "):
        sidecar.Reranker.open(engine="openvino")


def test_the_import_tells_nobody(tmp_path: Path) -> None:
    """It would report itself to its maker, and leave an identity in the home folder."""
    code = """
import sys
seen = []
sys.addaudithook(lambda name, given: seen.append(name) if name.startswith("socket.") else None)
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
folder = ModelFolder.read(None, RuntimeOptions(runtime="openvino"))
folder.session(folder.layout())
assert "openvino" in sys.modules
assert "openvino_telemetry" not in sys.modules
import time; time.sleep(1)
assert not [name for name in seen if name != "socket.__new__"], seen
"""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("CI", "TF_BUILD", "JENKINS_URL")
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "HOME": str(tmp_path)},
        cwd=Path(sidecar.__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


def test_from_python() -> None:
    with sidecar.Reranker.open(engine="openvino", precision="fp32") as reranker:
        best = reranker.rerank("red shoes", ["Plain sock", "Red running shoe"]).ranked[0]
        assert reranker.registry.default.model.running.name == "float"
    assert best.index == 1


@pytest.fixture(scope="module")
def server() -> Iterator[SidecarProcess]:
    with SidecarProcess({"engine": "openvino", "token_budget": 512}) as process:
        yield process


def test_what_a_server_says_of_itself(server: SidecarProcess) -> None:
    body = json.dumps({"query": "red shoes", "documents": ["a sock", "a red shoe"]}).encode()
    request = urllib.request.Request(
        f"{server.url}/v2/rerank", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["x-compute-type"] == "cpu+openvino"
        assert json.load(answer)["results"][0]["index"] == 1
    with urllib.request.urlopen(f"{server.url}/info") as answer:
        info = json.load(answer)
    assert (info["engine"], info["graph"], info["precision"]) == ("openvino", "float", "fp32")
    assert info["layout"]["token_budget"] == 512
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        assert 'engine="openvino"' in answer.read().decode()


def test_the_benchmark_measures_it(server: SidecarProcess, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sidecar", "bench", f"--url={server.url}"]
    path = tmp_path / "figures.json"
    done = subprocess.run(
        [*command, "--rounds=1", "--documents=4", f"--json={path}"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bare loops run the graph in onnxruntime" in done.stdout
    assert json.loads(path.read_bytes())["model"]["engine"] == "openvino"
