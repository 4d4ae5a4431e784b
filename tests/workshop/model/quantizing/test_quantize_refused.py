"""What cannot be quantised fails with one line, and the folder is unchanged."""

import errno
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
from transformers import BertForSequenceClassification

from sidecar.cli import main
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.weights import WeightFile
from tests.workshop.model.classifiers import save_bert
from tests.workshop.model.folder_contents import contents


def fail(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["rerank-sidecar", "model", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1


def test_nothing_is_done_twice_unless_forced(folder: Path) -> None:
    assert quantize(folder, QuantizeSpec()).new_graphs == ("int8", "float")
    manifest = Manifest.read(folder)
    assert "fp32" not in manifest.graphs
    assert not (folder / "model.fp32.onnx").exists()
    assert not (folder / "weights.bin").exists()
    before = contents(folder)
    assert quantize(folder, QuantizeSpec()).new_graphs == ()
    assert contents(folder) == before
    with pytest.raises(ModelError, match="export it again"):
        quantize(folder, QuantizeSpec(to=("fp16",)))
    with pytest.raises(ModelError, match="export it again"):
        quantize(folder, QuantizeSpec(force=True))
    assert contents(folder) == before


def test_fp16_that_overflows_is_refused_and_the_folder_stays(tmp_path: Path) -> None:
    source = save_bert(tmp_path / "source")
    model = BertForSequenceClassification.from_pretrained(source)
    with torch.no_grad():
        model.bert.encoder.layer[1].intermediate.dense.bias.fill_(6e4)
    model.save_pretrained(source)
    folder = tmp_path / "loud"
    export(str(source), folder)
    before = contents(folder)
    with pytest.raises(ModelError, match="fp16 overflows"):
        quantize(folder, QuantizeSpec(to=("fp16",)))
    assert contents(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loud", "source"]


def test_a_full_disk_leaves_the_folder_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(WeightFile, "put", full)
    with pytest.raises(ModelError, match="disk is full"):
        quantize(folder, QuantizeSpec())
    assert contents(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]


def test_faults_end_with_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = folder.parent / "pairs.jsonl"
    broken.write_text('{"query": "a", "documents": ["b"]}\n{"query": 3}\n')
    few = folder.parent / "few.jsonl"
    few.write_text('{"query": "a", "document": "b"}\n')
    cases = {
        "is not a model folder": ["quantize", str(folder.parent), "--to", "int8"],
        "must be one of int8, fp16": ["quantize", str(folder), "--to", "int3"],
        "line 2: not": ["quantize", str(folder), "--to", "int8", "--calibration", str(broken)],
        "has 1 pairs": ["quantize", str(folder), "--to", "int8", "--calibration", str(few)],
        "cannot be read": ["quantize", str(folder), "--to", "int8", "--calibration", "none.jsonl"],
    }
    for text, arguments in cases.items():
        fail(arguments, monkeypatch)
        assert text in (printed := capsys.readouterr().err)
        assert len(printed.splitlines()) == 1
    weights = folder / "weights.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    fail(["quantize", str(folder), "--to", "int8"], monkeypatch)
    assert "weights.bin is altered" in capsys.readouterr().err
