"""By what prepared files are kept, and what is refused before any is made."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from sidecar.errors import ModelError
from sidecar.workshop.bench.compare import shipped_classifier
from sidecar.workshop.bench.compare.model_files import cache_key, prepare


def hugging_face(folder: Path, architecture: str) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(f'{{"architectures": ["{architecture}"]}}')
    return folder


def test_what_is_no_cross_encoder_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    source, kept = hugging_face(tmp_path / "decoder", "Qwen3ForCausalLM"), tmp_path / "kept"
    with pytest.raises(ModelError, match="Qwen3ForCausalLM is not a cross-encoder"):
        prepare(str(source), kept)
    assert not kept.exists()


def test_other_files_and_other_code_have_another_cache_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = (None, hugging_face(tmp_path / "bert", "BertForSequenceClassification"))
    before = [cache_key(source) for source in sources]
    assert before == [cache_key(source) for source in sources]
    assert len(set(before)) == 2
    changed = tmp_path / "shipped_classifier.py"
    changed.write_bytes(Path(shipped_classifier.__file__).read_bytes() + b"# changed")
    monkeypatch.setattr(shipped_classifier, "__file__", str(changed))
    assert not set(before) & {cache_key(source) for source in sources}
