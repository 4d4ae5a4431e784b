"""A decoder that is no yes/no reranker fails with one line, and leaves no files behind."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.errors import ModelError
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.package import export
from tests.workshop.model.decoders import save_decoder


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_decoder(tmp_path_factory.mktemp("hugging-face") / "tiny-decoder")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vocabulary": 270}, "no single token 'no'"),
        ({"labels": 3}, "3 labels"),
        (
            {
                "use_sliding_window": True,
                "sliding_window": 64,
                "layer_types": ["sliding_attention", "full_attention", "full_attention"],
            },
            "sliding_attention",
        ),
        (
            {
                "rope_parameters": {
                    "rope_type": "dynamic",
                    "rope_theta": 1e6,
                    "factor": 4.0,
                }
            },
            "rope_type 'dynamic'",
        ),
    ],
    ids=["tokenizer without yes and no", "several labels", "sliding window", "dynamic rope"],
)
def test_what_is_no_yes_no_reranker_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    save_decoder(tmp_path / "other", **changes)
    with pytest.raises(ModelError, match=reason) as refused:
        export(str(tmp_path / "other"), tmp_path / "model")
    assert "\n" not in refused.value.message
    assert not (tmp_path / "model").exists()


def test_a_head_that_is_not_in_the_weights_is_refused(original: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(original, tmp_path / "other")
    config = json.loads((folder / "config.json").read_text())
    config |= {"architectures": ["Qwen3ForSequenceClassification"], "num_labels": 1}
    config["id2label"] = {"0": "LABEL_0"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"lack score\.weight"):
        export(str(folder), tmp_path / "model")


def test_options_are_checked(original: Path) -> None:
    with pytest.raises(ModelError, match="'tab': it is one of line, blank-line"):
        open_checkpoint(str(original), separator="tab")
    with pytest.raises(ModelError, match="tokens of its own"):
        open_checkpoint(str(original), max_tokens=64)
