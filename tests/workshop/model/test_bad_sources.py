"""A source that cannot be exported fails with one line, and leaves no files behind."""

import errno
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
from safetensors.torch import load_file, save_file

from sidecar.errors import ModelError
from sidecar.workshop.model import staging
from sidecar.workshop.model.export import write_graph
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.package import export, package
from tests.workshop.model.classifiers import save_bert


@pytest.fixture
def source(bert: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bert, tmp_path / "source"))


def refused(source: Path | str, tmp_path: Path, match: str, **options: Any) -> None:
    """The export ends with one line that says `match`, and leaves no folder."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ModelError, match=match) as caught:
        export(str(source), tmp_path / "model", **options)
    assert "\n" not in caught.value.message
    assert sorted(tmp_path.iterdir()) == before


def configure(source: Path, **changes: Any) -> None:
    path = source / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_no_such_folder(tmp_path: Path) -> None:
    refused("./nowhere/at/all", tmp_path, "neither a folder nor a hub name")


def test_a_folder_without_a_config(tmp_path: Path) -> None:
    refused(tmp_path, tmp_path, r"has no config\.json: give a Hugging Face model folder")


def test_a_model_folder_is_no_source(source: Path, tmp_path: Path) -> None:
    export(str(source), tmp_path / "done")
    refused(tmp_path / "done", tmp_path, "is already a model folder")


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_config_that_is_no_json_object(source: Path, tmp_path: Path, text: str) -> None:
    (source / "config.json").write_text(text)
    refused(source, tmp_path, r"config\.json .*download or copy the folder again")


def test_a_config_that_transformers_refuses(source: Path, tmp_path: Path) -> None:
    configure(source, hidden_size="many")
    refused(source, tmp_path, r"config\.json is not understood")


@pytest.mark.parametrize("named", [{"a": 1}, "BertForSequenceClassification", [3]])
def test_architectures_that_are_no_list_of_names(source: Path, tmp_path: Path, named: Any) -> None:
    configure(source, architectures=named)
    refused(source, tmp_path, r"config\.json: architectures is no list of names")


def test_an_unknown_architecture(source: Path, tmp_path: Path) -> None:
    configure(source, architectures=["T5ForConditionalGeneration"])
    refused(source, tmp_path, r"unknown architecture T5ForConditionalGeneration: docs/models\.md")


def test_code_from_the_folder_is_never_run(source: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (source / "modeling_new.py").write_text(f"open({str(ran)!r}, 'w')")
    configure(
        source,
        architectures=["NewForSequenceClassification"],
        auto_map={
            "AutoConfig": "modeling_new.NewConfig",
            "AutoModelForSequenceClassification": "modeling_new.NewForSequenceClassification",
        },
    )
    refused(source, tmp_path, "needs code from its own folder, which is never run")
    assert not ran.exists()


def test_a_head_with_several_labels(tmp_path: Path) -> None:
    source = save_bert(tmp_path / "source", num_labels=3)
    refused(source, tmp_path, "head has 3 labels; a reranker has one")


def test_an_encoder_without_a_head(source: Path, tmp_path: Path) -> None:
    configure(source, architectures=["BertModel"])
    refused(source, tmp_path, "encoder without a head .* `rerank-sidecar model train`")


def test_missing_weights(source: Path, tmp_path: Path) -> None:
    (source / "model.safetensors").unlink()
    refused(source, tmp_path, "weights cannot be read .*download or copy the folder again")


def test_truncated_weights(source: Path, tmp_path: Path) -> None:
    weights = source / "model.safetensors"
    os.truncate(weights, weights.stat().st_size - 1000)
    refused(source, tmp_path, "weights cannot be read .*download or copy the folder again")


@pytest.mark.parametrize("name", ["model.safetensors", "."])
def test_what_may_not_be_read(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Who runs tests may read everything, so the system's answer is made."""
    closed = source / name
    function = "open" if closed.is_file() else "iterdir"
    allowed = getattr(Path, function)

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return allowed(self, *arguments, **options)

    monkeypatch.setattr(Path, function, refuse)
    refused(source, tmp_path, r"source.* cannot be read \(Permission denied\): give this user")


def test_altered_weights(source: Path, tmp_path: Path) -> None:
    """A source has no checksum, but its header must parse."""
    with (source / "model.safetensors").open("r+b") as file:
        file.seek(20)
        file.write(b"\0\0\0\0")
    refused(source, tmp_path, "weights cannot be read")


def change_weights(source: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(source / "model.safetensors")
    change(tensors)
    save_file(tensors, source / "model.safetensors", {"format": "pt"})


def test_weights_without_the_head(source: Path, tmp_path: Path) -> None:
    """transformers would make up the missing ones at random, and only log it."""
    change_weights(source, lambda tensors: tensors.pop("classifier.weight"))
    refused(source, tmp_path, r"weights lack classifier\.weight \(1 in all\)")


def test_more_layers_of_weights_than_the_config_names(source: Path, tmp_path: Path) -> None:
    layers = json.loads((source / "config.json").read_text())["num_hidden_layers"]
    configure(source, num_hidden_layers=layers - 1)
    refused(source, tmp_path, rf"encoder\.layer\.{layers - 1}\..*in no layer that config\.json")


def test_weights_of_the_pre_training_are_no_fault(source: Path, tmp_path: Path) -> None:
    def add(tensors: dict[str, torch.Tensor]) -> None:
        tensors["cls.predictions.bias"] = torch.zeros(3)
        tensors["cls.blocks.0.weight"] = torch.zeros(3)

    change_weights(source, add)
    export(str(source), tmp_path / "model")


def test_weights_of_another_shape(source: Path, tmp_path: Path) -> None:
    change_weights(
        source, lambda tensors: tensors.update({"classifier.weight": torch.zeros(1, 31)})
    )
    shapes = r"\(classifier\.weight is \[1, 31\], and by config\.json \[1, 32\]\)"
    refused(source, tmp_path, f"weights cannot be read {shapes}")


def test_a_weight_file_of_several_is_missing(source: Path, tmp_path: Path) -> None:
    tensors = load_file(source / "model.safetensors")
    places = {name: f"model-0000{1 + place % 2}-of-00002.safetensors"
              for place, name in enumerate(tensors)}  # fmt: skip
    for file in set(places.values()):
        part = {name: tensors[name] for name in tensors if places[name] == file}
        save_file(part, source / file, {"format": "pt"})
    index = {"metadata": {"total_size": 1}, "weight_map": places}
    (source / "model.safetensors.index.json").write_text(json.dumps(index))
    (source / "model.safetensors").unlink()
    shutil.copytree(source, tmp_path / "whole")
    (source / "model-00002-of-00002.safetensors").unlink()
    refused(source, tmp_path, "weights cannot be read .*00002-of-00002.*copy the folder again")
    assert export(str(tmp_path / "whole"), tmp_path / "model") is not None


def test_weights_that_are_not_finite(source: Path, tmp_path: Path) -> None:
    change_weights(source, lambda tensors: tensors["classifier.bias"].fill_(float("nan")))
    refused(source, tmp_path, r"classifier\.bias holds NaN or infinity")


def test_a_torch_file_is_read_as_tensors(source: Path, tmp_path: Path) -> None:
    torch.save(load_file(source / "model.safetensors"), source / "pytorch_model.bin")
    expected = open_checkpoint(str(source)).reference([("a", "b")])
    (source / "model.safetensors").unlink()
    assert open_checkpoint(str(source)).reference([("a", "b")]) == pytest.approx(expected, abs=1e-6)


class Payload:
    """Unpickled as anything would be, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


def test_a_torch_file_with_code_is_refused(source: Path, tmp_path: Path) -> None:
    (source / "model.safetensors").unlink()
    torch.save({"classifier.weight": Payload(tmp_path / "ran")}, source / "pytorch_model.bin")
    refused(source, tmp_path, "weights cannot be read")
    (source / "pytorch_model.bin").write_bytes(pickle.dumps(Payload(tmp_path / "ran")))
    refused(source, tmp_path, "weights cannot be read")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_damaged_tokenizer(source: Path, tmp_path: Path, text: str) -> None:
    (source / "tokenizer.json").write_text(text)
    refused(source, tmp_path, "tokenizer cannot be read")


@pytest.mark.parametrize("kind", ["BertTokenizer", "XLMRobertaTokenizer", "Qwen2Tokenizer"])
def test_no_vocabulary(source: Path, tmp_path: Path, kind: str) -> None:
    """transformers would make a tokenizer of a few marks, which reads every word as unknown."""
    (source / "tokenizer.json").unlink()
    settings = json.loads((source / "tokenizer_config.json").read_text())
    text = json.dumps(settings | {"tokenizer_class": kind})
    (source / "tokenizer_config.json").write_text(text)
    refused(source, tmp_path, r"tokenizer has \d pieces, for its vocabulary is missing: save it as")


def test_the_tokenizer_of_another_model(source: Path, tmp_path: Path) -> None:
    def shorten(tensors: dict[str, torch.Tensor]) -> None:
        name = "bert.embeddings.word_embeddings.weight"
        tensors[name] = tensors[name][:120].clone()

    configure(source, vocab_size=120)
    change_weights(source, shorten)
    refused(source, tmp_path, "tokenizer has 600 pieces and its network 120: they are of two")


@pytest.mark.parametrize("limit", ["long", -1, 0, float("inf")])
def test_a_limit_that_is_no_number_of_tokens(source: Path, tmp_path: Path, limit: Any) -> None:
    file = source / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"model_max_length": limit}))
    refused(source, tmp_path, "model_max_length .* is no number of tokens: set it to")


def test_no_padding_token(source: Path, tmp_path: Path) -> None:
    (source / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    stored = json.loads((source / "tokenizer.json").read_text())
    (source / "tokenizer.json").write_text(json.dumps(stored | {"padding": None}))
    refused(source, tmp_path, "tokenizer has no pad_token")


def test_an_option_of_another_family(source: Path, tmp_path: Path) -> None:
    refused(source, tmp_path, "a model without separator", separator="line")


def test_a_limit_that_leaves_no_room_for_a_document(source: Path, tmp_path: Path) -> None:
    refused(source, tmp_path, "20 tokens are too few", max_tokens=20)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="only Linux has /proc")
def test_a_place_without_a_disk_is_not_called_full(source: Path) -> None:
    with pytest.raises(ModelError, match="cannot be written: No such file"):
        export(str(source), Path("/proc/nowhere/model"))


def test_a_place_that_holds_something_else_is_left_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("do not lose")
    for force in (False, True):
        refused(source, tmp_path, "is not a model folder: give a new one", force=force)
    assert (tmp_path / "model" / "thesis.txt").read_text() == "do not lose"


def test_a_damaged_model_folder_is_replaced_only_by_force(source: Path, tmp_path: Path) -> None:
    export(str(source), tmp_path / "model")
    os.truncate(tmp_path / "model" / "weights.bin", 100)
    refused(source, tmp_path, "is altered.*: --force replaces the folder")
    assert export(str(source), tmp_path / "model", force=True) is not None


def test_a_graph_that_does_not_give_the_framework_s_logits(source: Path, tmp_path: Path) -> None:
    opened = open_checkpoint(str(source))
    with torch.no_grad():
        opened.network.model.classifier.bias += 1  # type: ignore[union-attr,operator]
    wrong = opened.reference

    class Off:
        def __call__(self, pairs: Any) -> list[float]:
            return [logit + 0.01 for logit in wrong(pairs)]

    with pytest.raises(ModelError, match="canonical pair 0 the logit"):
        package(replace(opened, reference=Off()), tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_disk_with_too_little_room_is_told_before_the_work(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"needs \d+ MB and its disk has .* MB left: free some"):
        staging.check_disk_space(tmp_path / "model", shutil.disk_usage(tmp_path).total * 2)


def test_a_disk_that_fills_up(source: Path, tmp_path: Path) -> None:
    """/dev/full takes no byte, as a full disk."""
    opened = open_checkpoint(str(source))

    def build() -> None:
        with staging.staged_folder(tmp_path / "model") as fresh:
            (fresh / "weights.bin").symlink_to("/dev/full")
            write_graph(opened, fresh)

    with pytest.raises(ModelError, match="the disk is full: free some"):
        build()
    assert [item.name for item in tmp_path.iterdir()] == ["source"]


def test_a_full_disk_under_the_whole_command(source: Path, tmp_path: Path) -> None:
    """On a file system of its own that has less room than the model needs."""
    small = tmp_path / "small"
    small.mkdir()
    export_it = f"{sys.executable} -m sidecar model export {source} {small / 'model'}"
    script = f"mount -t tmpfs -o size=100k none {small} || exit 77; {export_it}; code=$?; "
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f"{script} ls -A {small}; "
         "exit $code"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this machine allows no file system of one's own (unshare)")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("rerank-sidecar: ")
    assert "MB left: free some, or give a folder on another disk" in line
    assert "model" not in done.stdout.split("\n")


def test_a_place_that_cannot_be_written(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"cannot be written: .*: give a folder that can"):
        export(str(source), tmp_path / "file" / "model")


def test_a_move_that_fails_leaves_the_old_folder(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(str(source), tmp_path / "model")
    move = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if target == tmp_path / "model" and "replaced" not in self.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return move(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(ModelError, match="Input/output error"):
        export(str(source), tmp_path / "model", max_tokens=128, force=True)
    monkeypatch.undo()
    assert export(str(source), tmp_path / "model") is None  # whole, and as it was


def test_the_command_ends_with_one_line(source: Path, tmp_path: Path) -> None:
    (source / "model.safetensors").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "sidecar", "model", "export", str(source), str(tmp_path / "model")],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("rerank-sidecar: ")
    assert not (tmp_path / "model").exists()
