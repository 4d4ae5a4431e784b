"""A tiny quantised model is checked: numbers, verdict, card, failures."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("ir_measures", reason="building models needs the extra `build`")

from sidecar.cli import main
from sidecar.errors import DeviceError, ModelError, StartupError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.card import NOTES
from sidecar.workshop.model.check.checking import CheckSpec, check
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.quantization_sample import read_sample
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Floats, Runner
from tests.workshop.model.folder_contents import contents

CALIBRATION = read_sample()
DOCUMENTS = sorted({document for _, document in CALIBRATION.pairs})
QUERIES = sorted({query for query, _ in CALIBRATION.pairs})[:4]


@pytest.fixture(scope="module")
def quantized(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quantized") / "tiny"
    shutil.copytree(exported, folder)
    quantize(folder, QuantizeSpec())
    return folder


@pytest.fixture
def folder(quantized: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(quantized, tmp_path / "tiny"))


def logits(folder: Path, graph: str) -> Floats:
    """Rows of QUERIES, columns of DOCUMENTS."""
    manifest = Manifest.read(folder)
    runner = Runner.open(folder, manifest, manifest.graphs[graph])
    pairs = [(query, document) for query in QUERIES for document in DOCUMENTS]
    return runner.logits(pairs).reshape(len(QUERIES), -1)


def judged_set(folder: Path, grades: dict[int, dict[int, float]]) -> Path:
    """A collection of QUERIES and DOCUMENTS, judged as `grades` says by their indices."""
    folder.mkdir()
    for name, texts in (("corpus", DOCUMENTS), ("queries", QUERIES)):
        rows = [{"_id": str(number), "text": text} for number, text in enumerate(texts)]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    lines = [f"{q}\t{d}\t{g}" for q, pool in grades.items() for d, g in pool.items()]
    (folder / "qrels.tsv").write_text("\n".join(lines))
    return folder


def by_hand(scores: Floats, pool: dict[int, float]) -> tuple[float, float]:
    """(nDCG@10, MRR@10 from grade 1) as the formulas say."""
    order = sorted(pool, key=lambda d: -scores[d])
    gain = [
        sum((2**g - 1) / math.log2(i + 2) for i, g in enumerate(grades[:10]))
        for grades in ([pool[d] for d in order], sorted(pool.values(), reverse=True))
    ]
    first = next((1 / (i + 1) for i, d in enumerate(order[:10]) if pool[d] >= 1), 0.0)
    return gain[0] / gain[1], first


def test_against_its_framework_every_number_is_there(
    quantized: Path, bert: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(quantized, tmp_path / "tiny"))
    pools = {q: {d: float((d * 7 + q) % 4 == 0) for d in range(12)} for q in range(len(QUERIES))}
    collection = judged_set(tmp_path / "few", pools)
    manifest = check(folder, CheckSpec(against=str(bert), judged=(collection,)))
    assert Manifest.read(folder) == manifest
    results = manifest.check
    assert results is not None
    assert results.queries == {"few": len(QUERIES)}
    for graph in ("int8", "float"):
        for name, pairs in (("calibration", len(CALIBRATION.pairs)), ("few", 12 * len(QUERIES))):
            assert results.parity[graph][name].pairs == pairs
            assert results.parity[graph][name].spearman > 0.98
        scores = logits(folder, graph)
        expected = [by_hand(scores[q], pool) for q, pool in pools.items()]
        for index, metric in enumerate(("nDCG@10", "MRR@10")):
            key = f"few {metric}"
            mean = float(np.mean([pair[index] for pair in expected]))
            assert manifest.quality[graph][key] == pytest.approx(mean, abs=1e-4)
            low, high = results.intervals[graph][key]
            assert low <= manifest.quality[graph][key] <= high
    assert set(manifest.quality) == {"bm25", "fp32", "int8", "float"}
    assert "int8 - fp32" in results.intervals
    assert results.invariance["int8"] == 0
    assert results.operators["int8"].without_cuda == ("DynamicQuantizeLinear", "MatMulInteger")
    assert results.operators["float"].without_cuda == ()
    assert 0.5 < sum(results.operators["int8"].cpu_share.values()) <= 1.001
    card = (folder / "README.md").read_text()
    assert f"{manifest.quality['int8']['few nDCG@10']:.3f}" in card
    assert "--against tiny-bert --judged few" in card
    assert str(tmp_path) not in card + (folder / "rerank.json").read_text()
    assert 1000 < (folder / "quality.png").stat().st_size < 60_000


def test_openvino_is_measured_beside_the_graphs_and_not_by_the_gate(
    folder: Path, exported: Path, tmp_path: Path
) -> None:
    pytest.importorskip("openvino")
    pools = {q: {d: float((d * 7 + q) % 4 == 0) for d in range(12)} for q in range(len(QUERIES))}
    collection = judged_set(tmp_path / "few", pools)
    spec = CheckSpec(against=str(exported), judged=(collection,), openvino=("fp32", "int8"))
    manifest = check(folder, spec)
    results = manifest.check
    assert results is not None
    rounded = {name: sets["calibration"].mean_difference for name, sets in results.parity.items()}
    assert set(rounded) == {"int8", "float", "openvino fp32", "openvino int8"}
    assert rounded["openvino fp32"] == pytest.approx(rounded["float"], rel=1e-2)
    assert rounded["openvino int8"] != pytest.approx(rounded["openvino fp32"], rel=1e-2)
    assert list(manifest.quality) == ["bm25", "fp32", *rounded]
    assert set(results.gate.kept) == {"int8", "float"}
    card = (folder / "README.md").read_text()
    assert "--judged few --openvino fp32 --openvino int8" in card


def test_openvino_with_nothing_to_compare_by_is_refused_at_once(folder: Path) -> None:
    with pytest.raises(ModelError, match="--openvino has nothing to be compared by"):
        check(folder, CheckSpec(openvino=("fp32",)))


def test_a_precision_that_openvino_has_not_is_refused_at_once(folder: Path, exported: Path) -> None:
    before = contents(folder)
    with pytest.raises(StartupError, match="openvino has no precision fp16: fp32, bf16, int8"):
        check(folder, CheckSpec(against=str(exported), openvino=("fp32", "fp16")))
    assert contents(folder) == before


def test_below_the_gate_it_ends_with_status_1_and_the_manifest_says_so(
    folder: Path,
    exported: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fp32, int8 = logits(exported, "fp32"), logits(folder, "int8")
    swapped = {
        q: {i: 1.0, j: 0.0}
        for q in range(len(QUERIES))
        for i in range(len(DOCUMENTS))
        for j in range(len(DOCUMENTS))
        if fp32[q, i] > fp32[q, j] and int8[q, i] < int8[q, j]
    }
    assert swapped, "int8 orders every pair as fp32 does: this test needs another seed"
    collection = judged_set(tmp_path / "swapped", swapped)
    command = ["model", "check", str(folder), "--against", str(exported), "--judged"]
    monkeypatch.setattr("sys.argv", ["rerank-sidecar", *command, str(collection)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "graph int8 keeps 63.1 % of the fp32 nDCG@10" in capsys.readouterr().err
    manifest = Manifest.read(folder)
    assert manifest.check is not None
    assert manifest.check.gate.passed is False
    assert manifest.check.gate.kept["int8"] == {"swapped": 0.6309, "mean": 0.6309}
    assert "**FAILED**" in (folder / "README.md").read_text()


def test_without_judgements_the_rank_correlation_decides(folder: Path, exported: Path) -> None:
    alone = check(folder, CheckSpec()).check
    assert alone is not None
    assert alone.gate.passed is None
    assert alone.against is None
    known = check(folder, CheckSpec(against=str(exported))).check
    assert known is not None
    assert known.gate.passed is True
    assert "no judgements were given" in known.gate.reason


def test_what_a_person_wrote_in_the_card_is_kept(folder: Path) -> None:
    (folder / "README.md").write_text("# Mine\n\nTrained on our tickets.\n")
    check(folder, CheckSpec())
    once = (folder / "README.md").read_text()
    assert once.startswith("# tiny")
    assert f"{NOTES[0]}\n# Mine\n\nTrained on our tickets.\n{NOTES[1]}" in once
    (folder / "README.md").write_text(once.replace("our tickets", "their tickets"))
    check(folder, CheckSpec())
    again = (folder / "README.md").read_text()
    assert f"{NOTES[0]}\n# Mine\n\nTrained on their tickets.\n{NOTES[1]}" in again
    assert again.count("# Mine") == 1


def test_a_graph_whose_scores_depend_on_company_is_refused(folder: Path) -> None:
    manifest = Manifest.read(folder)
    padded = manifest.graphs["int8"].model_copy(update={"runs": "padded"})
    graphs = {**manifest.graphs, "int8": padded}
    write_manifest(manifest.model_copy(update={"graphs": graphs}), folder)
    with pytest.raises(ModelError, match="graph int8: a score changes by"):
        check(folder, CheckSpec())


def test_canonical_pairs_are_checked_as_at_start_up(folder: Path) -> None:
    manifest = Manifest.read(folder)
    first, *rest = manifest.canonical
    wrong = first.model_copy(update={"logits": {g: x + 1 for g, x in first.logits.items()}})
    write_manifest(manifest.model_copy(update={"canonical": (wrong, *rest)}), folder)
    with pytest.raises(DeviceError, match="canonical pair 0"):
        check(folder, CheckSpec())


def test_another_model_is_not_its_source(folder: Path, tmp_path: Path) -> None:
    from tests.workshop.model.classifiers import save_xlm_roberta

    other = save_xlm_roberta(tmp_path / "other")
    with pytest.raises(ModelError, match="is not the source of this folder"):
        check(folder, CheckSpec(against=str(other)))


def test_a_check_that_was_broken_off_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin_step(step: str, parts: int) -> Advance:
        if step == "calibration: float":
            raise KeyboardInterrupt
        return lambda: None

    with pytest.raises(KeyboardInterrupt):
        check(folder, CheckSpec(), begin_step)
    cache_file = folder.parent / ".tiny.check.jsonl"
    assert len(cache_file.read_text().splitlines()) == 1
    steps: list[str] = []

    def record_step(step: str, parts: int) -> Advance:
        steps.append(step)
        return lambda: None

    check(folder, CheckSpec(), record_step)
    assert steps[1:] == ["calibration: float"]  # int8 was known
    assert not cache_file.exists()


def test_faults_end_with_one_line_and_nothing_is_written(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = judged_set(tmp_path / "whole", {0: {0: 1.0, 1: 0.0}})
    flat = judged_set(tmp_path / "flat", {0: {0: 1.0, 1: 1.0}})
    lacking = Path(shutil.copytree(whole, tmp_path / "lacking"))
    (lacking / "queries.jsonl").unlink()
    unjudged = Path(shutil.copytree(whole, tmp_path / "unjudged"))
    (unjudged / "qrels.tsv").unlink()
    broken = Path(shutil.copytree(whole, tmp_path / "broken"))
    (broken / "corpus.jsonl").write_text('{"_id": "0", "text": "a"}\n{"id": 1}\n')
    spaces = Path(shutil.copytree(whole, tmp_path / "spaces"))
    (spaces / "qrels.tsv").write_text("0 0\n")
    positive = Path(shutil.copytree(whole, tmp_path / "positive"))
    (positive / "qrels.tsv").write_text("0 0 0 1\n")
    cases = {
        "has no queries.jsonl and no queries.jsonl.zst": lacking,
        "has no qrels.tsv": unjudged,
        "line 2 is not": broken,
        "line 1: not query ID": spaces,
        "give --pool bm25:100": positive,
        "no query with relevant and other": flat,
        "no judged set": tmp_path / "nowhere",
    }
    before = contents(folder)
    for text, collection in cases.items():
        command = ["rerank-sidecar", "model", "check", str(folder), "--judged", str(collection)]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        assert text in (printed := capsys.readouterr().err)
        assert len(printed.splitlines()) == 1
    assert contents(folder) == before
    weights = folder / "weights.int8.bin"
    weights.write_bytes(weights.read_bytes()[:-4])
    with pytest.raises(ModelError, match=r"weights\.int8\.bin is altered"):
        check(folder, CheckSpec())
