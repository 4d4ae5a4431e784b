"""Every architecture of the cross-encoder family, from a Hugging Face folder to served scores."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import transformers

from sidecar.request import Document, RankRequest
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.package import export
from sidecar.workshop.model.runner import Runner
from tests.opened import open_models
from tests.workshop.model.classifiers import SAVERS, save_modern_bert, save_xlm_roberta

TEXTS = (
    ("laptop", "x"),
    ("", "an empty query"),
    ("the  eiffel\ttower ﬁne Ａ", "line\nfeeds, ünïcode ☕ 東京 and  two  spaces "),
    ("what is ２ + 2?", "word " * 900),  # cut: 512 positions hold less
    *PAIRS,
)


@dataclass(frozen=True)
class Exported:
    hugging_face: Path
    checkpoint: Checkpoint
    folder: Path
    manifest: Manifest

    @property
    def tokenizer(self) -> PairTokenizer:
        return PairTokenizer.open(self.folder, self.manifest)

    @property
    def runner(self) -> Runner:
        return Runner.open(self.folder, self.manifest, self.manifest.graphs["fp32"])


@pytest.fixture(scope="module", params=SAVERS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp(request.param)
    hugging_face = SAVERS[request.param](folder / "hugging-face")
    manifest = export(str(hugging_face), folder / "model", "tiny")
    assert manifest is not None
    return Exported(hugging_face, open_checkpoint(str(hugging_face)), folder / "model", manifest)


def test_token_ids_and_types_are_the_framework_s(exported: Exported) -> None:
    framework = transformers.PreTrainedTokenizerFast.from_pretrained(exported.hugging_face)
    tokenizer = exported.tokenizer
    for query, document in TEXTS:
        expected = framework(
            query,
            document,
            truncation="only_second",
            max_length=exported.manifest.max_tokens,
            return_token_type_ids=True,
        )
        pair = tokenizer.whole(tokenizer.query(query), document)
        assert pair.ids.tolist() == expected["input_ids"]
        if pair.segments is not None:
            assert pair.segments.tolist() == expected["token_type_ids"]


def test_logits_are_the_framework_s(exported: Exported) -> None:
    logits = exported.runner.logits(TEXTS)
    expected = exported.checkpoint.reference(TEXTS)  # in padded batches of other pairs
    assert np.abs(logits - expected).max() < 1e-4
    assert np.ptp(expected) > 0.1, "the pairs must differ for the comparison to mean something"


def test_padding_and_company_leave_a_logit_alone(exported: Exported) -> None:
    pairs = exported.runner.encoded(PAIRS)
    alone, together = exported.runner.alone(pairs), exported.runner.together(pairs)
    assert np.abs(together - alone).max() < 1e-4


async def test_the_folder_serves(exported: Exported) -> None:
    query = PAIRS[0][0]
    room = exported.tokenizer.query(query).room
    # A longer document is read in windows, as its profile says.
    texts = [text for _, text in PAIRS if len(exported.tokenizer.encode([text])[0]) <= room]
    assert len(texts) >= 6
    models = open_models(exported.folder, workers=1)
    try:
        documents = tuple(Document(text=text) for text in texts)
        result = await models.default.rank(RankRequest(query, documents))
    finally:
        models.close()
    expected = exported.checkpoint.reference([(query, text) for text in texts])
    scores = {ranked.index: ranked.score for ranked in result.ranked}
    for folder, logit in enumerate(expected):
        assert scores[folder] == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-4)


def test_the_card_gives_licence_and_languages(exported: Exported) -> None:
    assert exported.manifest.licence == "apache-2.0"
    assert exported.manifest.languages == ("en", "de")


def test_roberta_s_positions_begin_behind_the_padding_id(tmp_path: Path) -> None:
    """514 positions are 512 tokens; the tokenizer says nothing of a limit here."""
    assert open_checkpoint(str(save_xlm_roberta(tmp_path))).max_tokens == 512


def test_a_lower_limit_can_be_asked_for_and_a_higher_one_not(tmp_path: Path) -> None:
    folder = save_modern_bert(tmp_path)
    assert open_checkpoint(str(folder), max_tokens=128).max_tokens == 128
    assert open_checkpoint(str(folder), max_tokens=9999).max_tokens == 1024
