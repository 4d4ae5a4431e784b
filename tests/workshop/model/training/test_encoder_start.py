"""`model train` from a sentence encoder: its marks, its prefixes, its cosine."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")
transformers = pytest.importorskip("transformers", reason="building models needs the extra `build`")

from typer.testing import CliRunner  # noqa: E402

from sidecar.cli import app  # noqa: E402
from sidecar.errors import ModelError  # noqa: E402
from sidecar.runtime.manifest import Prompt  # noqa: E402
from sidecar.workshop.model.families.cosine_head_network import (  # noqa: E402
    CosineStart,
    CrossEncoder,
    from_encoder,
)
from sidecar.workshop.model.families.cosine_head_prompt import Prefixes  # noqa: E402
from sidecar.workshop.model.package import export  # noqa: E402
from sidecar.workshop.model.training.loop import SEPARATION, Loop  # noqa: E402
from sidecar.workshop.model.training.starting_model import EncoderStart, open_start  # noqa: E402
from sidecar.workshop.model.training.teacher import BiEncoder  # noqa: E402
from sidecar.workshop.model.training.train import Hyperparameters  # noqa: E402
from sidecar.workshop.model.training.training_job import (  # noqa: E402
    TrainingData,
    TrainingSpec,
    run_training,
)
from tests.workshop.model.classifiers import (  # noqa: E402
    SHAPE,
    XLMR_MARKS,
    byte_level,
    save,
    save_bert,
    unigram,
)
from tests.workshop.model.training.training_specs import training_spec  # noqa: E402

E5 = EncoderStart(
    Prefixes("query: ", "passage: "), CosineStart(scale=35, centre=0.85), ("en", "zh"), "MIT"
)
PROMPT = Prompt(
    pieces=("<s>", "query: {query}", "</s>", "passage: {document}", "</s>"),
    segments=(0, 0, 0, 1, 1),
)
SHORT = Hyperparameters(epochs=1, max_tokens=48, apart=0.5)
GROUPS = 48


def short_spec(start: Path, pairs: Path, encoder_start: EncoderStart = E5) -> TrainingSpec:
    data = TrainingData(pairs=(pairs,), groups=GROUPS)
    return training_spec(
        start, pairs, data=data, hyperparameters=SHORT, encoder_start=encoder_start
    )


@pytest.fixture(scope="module")
def e5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As multilingual-e5-small: BERT's network with XLM-R's tokenizer."""
    tokenizer = unigram()
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), architectures=["BertModel"], **SHAPE
    )
    return save(tmp_path_factory.mktemp("e5") / "e5", config, tokenizer, **XLMR_MARKS)


@pytest.mark.parametrize(("layers", "reason"), [(1, "in no layer that"), (0, "names no layers")])
@pytest.mark.parametrize("read", [from_encoder, BiEncoder])
def test_layers_that_the_config_does_not_name_are_refused(
    encoder: Path, tmp_path: Path, read: Callable[[Path], object], layers: int, reason: str
) -> None:
    folder = Path(shutil.copytree(encoder, tmp_path / "fewer"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": layers}))
    with pytest.raises(ModelError, match=reason):
        read(folder)


def test_marks_and_prefixes_go_into_the_checkpoint_and_the_model_folder(
    e5: Path, pairs: Path, tmp_path: Path
) -> None:
    checkpoint, folder = tmp_path / "checkpoint", tmp_path / "folder"
    run_training(short_spec(e5, pairs), checkpoint)
    assert open_start(str(checkpoint)).checkpoint.prompt == PROMPT
    # The graph is compared with the framework's logits of the canonical pairs here.
    manifest = export(str(checkpoint), folder, "tiny")
    assert manifest is not None
    assert manifest.prompt == PROMPT
    assert manifest.padding.token == "<pad>"
    assert (manifest.languages, manifest.licence) == (("en", "zh"), "MIT")
    assert open_start(str(folder)).checkpoint.prompt == PROMPT


def test_prefixes_are_those_of_the_folder_unless_they_are_given(e5: Path, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    for file in e5.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    assert open_start(str(folder)).checkpoint.prompt == PROMPT
    none = open_start(str(folder), EncoderStart(Prefixes())).checkpoint.prompt
    assert none.pieces == ("<s>", "{query}", "</s>", "{document}", "</s>")


def test_the_head_starts_as_the_scaled_cosine(e5: Path) -> None:
    plain, scaled = (
        from_encoder(e5, start).eval() for start in (CosineStart(1, 0), CosineStart(35, 0.85))
    )
    ids, types = torch.tensor([[0, 9, 2, 30, 41, 2]]), torch.tensor([[0, 0, 0, 1, 1, 1]])
    with torch.no_grad():
        cosine = plain(ids, torch.ones_like(ids), types)
        logit = scaled(ids, torch.ones_like(ids), types)
    assert float(logit) == pytest.approx(35 * (float(cosine) - 0.85), abs=1e-4)


def test_texts_that_are_read_apart_have_the_states_that_they_have_alone(e5: Path) -> None:
    network = from_encoder(e5, CosineStart(1, 0)).eval()
    query, passage = [0, 9, 2], [30, 41, 52, 2]
    ids, types = torch.tensor([query + passage]), torch.tensor([[0] * 3 + [1] * 4])

    def mean_alone(part: list[int], first: int, segment: int) -> Any:
        states = network.encoder(
            input_ids=torch.tensor([part]),
            token_type_ids=torch.full((1, len(part)), segment),
            position_ids=torch.arange(first, first + len(part))[None],
        ).last_hidden_state
        return states.mean(1)

    with torch.no_grad():
        alone = torch.cosine_similarity(mean_alone(query, 0, 0), mean_alone(passage, 3, 1))
        together = network(ids, torch.ones_like(ids), types)
        network.separation = 1e4
        apart = network(ids, torch.ones_like(ids), types)
        padded = network(
            torch.cat([ids, torch.full((1, 3), 7)], 1),
            torch.tensor([[1] * 7 + [0] * 3]),
            torch.cat([types, torch.zeros(1, 3, dtype=torch.long)], 1),
        )
    assert float(apart) == pytest.approx(float(alone), abs=1e-5)
    assert float(padded) == pytest.approx(float(apart), abs=1e-5)
    assert abs(float(together) - float(alone)) > 1e-3


def test_the_texts_come_together_within_their_share_of_the_run(
    e5: Path, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []
    networks: list[CrossEncoder] = []
    step = Loop._train_step

    def noted(self: Loop, batch: Any) -> float:
        networks.append(self._network)
        seen.append(self._network.separation)
        return step(self, batch)

    monkeypatch.setattr(Loop, "_train_step", noted)
    run_training(short_spec(e5, pairs), tmp_path / "run")
    half = len(seen) // 2
    assert seen[0] == SEPARATION
    assert seen == sorted(seen, reverse=True)
    assert seen[half - 1] > 0
    assert not any(seen[half + 1 :])
    assert networks[-1].separation == 0


def test_what_holds_for_encoders_is_refused_for_another_start(pairs: Path, tmp_path: Path) -> None:
    classifier = save_bert(tmp_path / "classifier")
    with pytest.raises(ModelError, match="has a head"):
        open_start(str(classifier), E5)
    with pytest.raises(ModelError, match="--apart"):
        run_training(short_spec(classifier, pairs, EncoderStart()), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_tokenizer_without_marks_is_refused(tmp_path: Path) -> None:
    tokenizer = byte_level()
    tokenizer.post_processor = None
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), architectures=["BertModel"], **SHAPE
    )
    folder = save(tmp_path / "bare", config, tokenizer)
    with pytest.raises(ModelError, match="one mark before a text and one behind it"):
        open_start(str(folder))


def test_the_command_takes_all_of_it(e5: Path, pairs: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(
        app,
        [
            *("model", "train", str(e5), str(tmp_path / "run"), "--pairs", str(pairs)),
            *("--query-prefix", "query: ", "--passage-prefix", "passage: "),
            *("--cosine-scale", "35", "--cosine-centre", "0.85", "--apart", "0.4"),
            *("--languages", "en, zh", "--licence", "MIT", "--max-tokens", "48"),
            *("--groups", str(GROUPS)),
        ],
    )
    assert run.exit_code == 0, run.output
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert settings["encoder_start"] == {
        "prefixes": {"query": "query: ", "passage": "passage: "},
        "cosine": {"scale": 35.0, "centre": 0.85},
        "languages": ["en", "zh"],
        "licence": "MIT",
    }
    assert settings["run"]["apart"] == 0.4
