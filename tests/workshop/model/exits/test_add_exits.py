"""`model exits` on the shipped model: full depth is unchanged, and irrelevant pairs leave early."""

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")

from typer.testing import CliRunner  # noqa: E402

from sidecar.cli import app  # noqa: E402
from sidecar.errors import ModelError  # noqa: E402
from sidecar.runtime.manifest import Manifest  # noqa: E402
from sidecar.runtime.model_folder import ModelFolder, shipped_model  # noqa: E402
from sidecar.runtime.options import RuntimeOptions  # noqa: E402
from sidecar.workshop.model.exits.add_exits import ExitSpec, add_exits  # noqa: E402
from sidecar.workshop.model.exits.head import ExitHead, Features  # noqa: E402
from sidecar.workshop.model.quantization_sample import read_sample  # noqa: E402
from sidecar.workshop.model.runner import Runner  # noqa: E402
from sidecar.workshop.model.training.group import Group, write_groups  # noqa: E402
from tests.tiny_models import tiny_model  # noqa: E402
from tests.workshop.model.late_interaction import (  # noqa: E402
    save_late_interaction,
    save_unigram_encoder,
)

SUBJECTS = ("router", "lease", "vitamin", "tower", "bread", "laptop", "coffee", "notice", "river")
ASKED = ("reset", "price", "colour", "history", "weight", "maker", "repair", "delivery", "size")
EACH = 100
"""Groups to fit on, and held out."""
PAIRS = read_sample(None).pairs[:24]


def group(number: int) -> Group:
    """A question, its answer, and five answers that are none."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    asked = ASKED[number // len(SUBJECTS) % len(ASKED)]
    others = [f"The {name} of a {subject}, no. {number}." for name in ASKED if name != asked]
    answer = f"The {asked} of the {subject} is in section {number}."
    return Group("questions", f"what is the {asked} of a {subject}?", (answer, *others[:5]))


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("run") / "groups.jsonl"
    made = [group(number) for number in range(2 * EACH)]
    write_groups({"train": made[:EACH], "held": made[EACH:]}, file)
    return file


@pytest.fixture(scope="module")
def folder(groups: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model, with exits."""
    folder = Path(shutil.copytree(shipped_model(), tmp_path_factory.mktemp("models") / "exits"))
    outcome = CliRunner().invoke(app, ["model", "exits", str(folder), "--groups", str(groups)])
    assert outcome.exit_code == 0, outcome.output
    assert "exit 2: below a logit of" in outcome.output
    return folder


def served(folder: Path, **options: object) -> Runner:
    return Runner.served(ModelFolder.read(folder, RuntimeOptions.of(options)))


def test_full_depth_is_the_default_and_unchanged(folder: Path) -> None:
    assert served(folder).logits(PAIRS).tolist() == served(shipped_model()).logits(PAIRS).tolist()
    before, after = Manifest.read(shipped_model()), Manifest.read(folder)
    for name in ("int8", "float"):
        assert after.files[f"model.{name}.onnx"] == before.files[f"model.{name}.onnx"]
    assert after.files["weights.int8.bin"] == before.files["weights.int8.bin"]


def test_pairs_above_all_thresholds_have_the_whole_networks_logits(folder: Path) -> None:
    manifest = Manifest.read(folder)
    graph = manifest.graphs["float-adaptive"]
    assert graph.exits is not None
    never = graph.exits.model_copy(update={"thresholds": (-1e6, -1e6)})
    through = Runner.open(folder, manifest, graph.model_copy(update={"exits": never}))
    whole = Runner.open(folder, manifest, manifest.graphs["float"])
    assert np.abs(through.logits(PAIRS) - whole.logits(PAIRS)).max() < 1e-4


def test_an_exits_logit_is_its_heads(folder: Path) -> None:
    """A threshold above everything: what the service answers is the first head's logit."""
    manifest = Manifest.read(folder)
    graph = manifest.graphs["int8-adaptive"]
    assert graph.exits is not None
    always = graph.exits.model_copy(update={"thresholds": (1e6, 1e6)})
    first = Runner.open(folder, manifest, graph.model_copy(update={"exits": always}))
    whole = Runner.open(folder, manifest, manifest.graphs["int8"])
    correlation = np.corrcoef(first.logits(PAIRS), whole.logits(PAIRS))[0, 1]
    assert 0.3 < correlation < 0.999


def test_irrelevant_pairs_leave_and_company_changes_nothing(folder: Path) -> None:
    adaptive, whole = served(folder, depth="adaptive"), served(folder)
    pairs = [(group(n).query, group(n + 9).documents[0]) for n in range(20)]
    changed = np.abs(adaptive.logits(pairs) - whole.logits(pairs)) > 0.05
    assert changed.any()
    padded = served(folder, depth="adaptive", graph="float-adaptive")
    together = padded.together(padded.encoded(pairs))
    assert np.abs(together - padded.logits(pairs)).max() < 1e-4


def test_a_second_time_replaces_the_exits(folder: Path, groups: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "again"))
    outcome = add_exits(copy, ExitSpec(groups, lost=0.0))
    assert sorted(outcome.manifest.graphs) == sorted(Manifest.read(folder).graphs)
    ours = Manifest.read(folder).graphs["int8-adaptive"].exits
    theirs = outcome.manifest.graphs["int8-adaptive"].exits
    assert ours is not None
    assert theirs is not None
    assert theirs.thresholds < ours.thresholds


def test_features_ignore_padding() -> None:
    torch.manual_seed(0)
    states = torch.randn(1, 7, 12)
    mask = torch.tensor([[1, 1, 1, 1, 1, 0, 0]])
    types = torch.tensor([[0, 0, 0, 1, 1, 0, 0]])
    padded = Features()(states, mask, types)
    alone = Features()(states[:, :5], mask[:, :5], types[:, :5])
    assert torch.allclose(padded, alone, atol=1e-6)
    assert ExitHead(torch.zeros(40), torch.ones(40)).eval()(alone).shape == (1,)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no groups", "is no file of groups"),
        ('{"part": "train"}', "is no file of groups"),
        ("", "has 0 groups to fit on and 0 held out"),
    ],
)
def test_bad_groups_are_one_line_and_change_nothing(text: str, reason: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped_model(), tmp_path / "model"))
    file = tmp_path / "groups.jsonl"
    file.write_text(text)
    with pytest.raises(ModelError, match=reason):
        add_exits(folder, ExitSpec(file))
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        p.name for p in shipped_model().iterdir()
    )


def test_a_graph_without_segments_is_one_line(groups: Path, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny", 1)
    with pytest.raises(ModelError, match="reads no segments"):
        add_exits(folder, ExitSpec(groups))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_unigram_encoder(tmp_path_factory.mktemp("encoder") / "encoder")


def late_interaction(encoder: Path, folder: Path, layer: int) -> Path:
    """A model of three layers whose head compares tokens after the last layer and after `layer`."""
    features = ("cosine", "maxsim:3", f"maxsim:{layer}", "lexical")
    source = save_late_interaction(encoder, folder / "source", features)
    made = CliRunner().invoke(app, ["model", "export", str(source), str(folder / "model")])
    assert made.exit_code == 0, made.output
    return folder / "model"


def test_a_late_interaction_whose_layers_lie_behind_the_exits(
    encoder: Path, groups: Path, tmp_path: Path
) -> None:
    folder = late_interaction(encoder, tmp_path, layer=2)
    whole = served(folder).logits(PAIRS)
    add_exits(folder, ExitSpec(groups))
    assert served(folder).logits(PAIRS).tolist() == whole.tolist()
    assert np.isfinite(served(folder, depth="adaptive").logits(PAIRS)).all()


def test_a_head_that_reads_a_layer_before_an_exit_is_one_line(
    encoder: Path, groups: Path, tmp_path: Path
) -> None:
    folder = late_interaction(encoder, tmp_path, layer=1)
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(ModelError, match="reads states of a layer before an exit"):
        add_exits(folder, ExitSpec(groups))
    assert sorted(path.name for path in folder.iterdir()) == before
