"""`model train --teachers FILE`: each source is taught by the encoders of its domain."""

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("transformers", reason="building models needs the extra `build`")

from typer.testing import CliRunner  # noqa: E402

from sidecar.cli import app  # noqa: E402
from sidecar.errors import ModelError  # noqa: E402
from sidecar.workshop.model.training.domain_teachers import CosineFile, DomainTeachers  # noqa: E402
from sidecar.workshop.model.training.domains import read_teachers  # noqa: E402
from sidecar.workshop.model.training.group import Group, read_groups  # noqa: E402
from sidecar.workshop.model.training.teacher import BiEncoder, Vectors  # noqa: E402
from sidecar.workshop.model.training.train import Hyperparameters  # noqa: E402
from sidecar.workshop.model.training.training_job import TeacherSpec, TrainingData, run_training  # noqa: E402
from tests.workshop.model.classifiers import save_mpnet  # noqa: E402
from tests.workshop.model.training.training_specs import save_pairs, training_spec  # noqa: E402

WEB = Group("web", "how tall is it", ("it may have metres in it", "any yeast shall be given"))
NOTICE = Group(
    "web", "the notice in this", ("any mail shall be given", "the yeast are by the other")
)
PLAN = """
[encoders.bert]
model = "{bert}"
query_prefix = "query: "
passage_prefix = "passage: "
temperature = 0.02

[encoders.mpnet]
model = "{mpnet}"
temperature = 0.1

[domains.web]
sources = ["web"]
encoders = ["bert", "mpnet"]

[domains.products]
sources = ["offers"]
encoders = ["mpnet"]
bm25 = 0.5

[domains.legal]
sources = ["contracts", "searches"]
"""


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_mpnet(tmp_path_factory.mktemp("mpnet") / "tiny")


@pytest.fixture
def plan(encoder: Path, mpnet: Path, tmp_path: Path) -> Path:
    file = tmp_path / "teachers.toml"
    file.write_text(PLAN.format(bert=encoder, mpnet=mpnet))
    return file


@pytest.fixture
def teachers(plan: Path) -> DomainTeachers:
    return opened(plan)


def opened(plan: Path) -> DomainTeachers:
    return DomainTeachers(read_teachers(plan), CosineFile(plan.with_suffix(".jsonl")))


def cosines(folder: Path, query: str, texts: list[str]) -> list[float]:
    vectors = BiEncoder(folder).vectors
    return [float(cosine) for cosine in vectors(texts) @ vectors([query])[0]]


def count_encoded(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many texts all encoders have read since."""
    encoded: list[str] = []
    encode = BiEncoder._encode

    def counted(self: BiEncoder, texts: list[str]) -> Vectors:
        encoded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(BiEncoder, "_encode", counted)
    return lambda: len(encoded)


def test_the_logits_are_the_mean_of_the_encoders_cosines_by_their_temperatures(
    teachers: DomainTeachers, encoder: Path, mpnet: Path
) -> None:
    (taught,) = teachers.teach("web", [WEB], share=0.3)
    bert = cosines(encoder, "query: how tall is it", [f"passage: {t}" for t in WEB.documents])
    plain = cosines(mpnet, WEB.query, list(WEB.documents))
    expected = [(a / 0.02 + b / 0.1) / 2 for a, b in zip(bert, plain, strict=True)]
    # The batches differ, and so do the last bits at bf16.
    assert taught.teacher == pytest.approx(expected, abs=0.4)
    assert taught.teacher_share == 0.3
    assert (taught.query, taught.documents) == (WEB.query, WEB.documents)


def test_bm25_is_added_over_the_documents_of_the_source(
    teachers: DomainTeachers, mpnet: Path
) -> None:
    offer = Group("offers", "yeast", ("bread with yeast", "grey coffee"))
    (taught,) = teachers.teach("offers", [offer], share=0.5)
    plain = [cosine / 0.1 for cosine in cosines(mpnet, "yeast", list(offer.documents))]
    assert taught.teacher is not None
    added = [a - b for a, b in zip(taught.teacher, plain, strict=True)]
    assert added[0] > 0.1 > abs(added[1])


def test_without_encoders_the_labels_alone_teach(teachers: DomainTeachers) -> None:
    judged = Group("contracts", "renewal", ("periods", "mail"), teacher=(0.0, 9.0))
    graded = Group("contracts", "renewal", ("periods", "mail"), (3.0, 1.0), (0.0, 9.0), 1.0)
    taught = teachers.teach("contracts", [judged, graded], share=0.5)
    assert [group.target().tolist() for group in taught] == [[1.0, 0.0], [0.75, 0.25]]
    unjudged = Group("searches", "renewal", ("periods", "mail"), None, (0.0, 9.0), 1.0)
    with pytest.raises(ModelError, match="searches has no labels"):
        teachers.teach("searches", [unjudged], share=0.5)


def test_a_source_that_no_domain_lists_keeps_its_teacher(teachers: DomainTeachers) -> None:
    group = Group("others", "renewal", ("periods", "mail"), teacher=(1.0, 2.0), teacher_share=0.7)
    assert teachers.teach("others", [group], share=0.5) == [group]


def test_unjudged_groups_stay_the_teachers_alone(teachers: DomainTeachers) -> None:
    unjudged = Group("web", "renewal", ("periods", "mail"), None, (0.0, 9.0), 1.0)
    (taught,) = teachers.teach("web", [unjudged], share=0.5)
    assert taught.teacher_share == 1.0
    assert taught.teacher != unjudged.teacher


def test_cosines_are_computed_once_also_when_the_last_write_was_cut_off(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = count_encoded(monkeypatch)
    first = opened(plan).teach("web", [WEB, NOTICE], share=0.5)
    texts = encoded()
    assert texts == 2 * 6  # by two encoders
    assert opened(plan).teach("web", [WEB, NOTICE], share=0.5) == first
    assert encoded() == texts
    kept = plan.with_suffix(".jsonl")
    kept.write_bytes(kept.read_bytes()[:-10])
    again = opened(plan).teach("web", [WEB, NOTICE], share=0.5)
    assert encoded() == texts + 3  # one Group by one encoder
    for group, other in zip(first, again, strict=True):
        assert group.teacher == pytest.approx(other.teacher, abs=0.4)
    assert opened(plan).teach("web", [WEB, NOTICE], share=0.5) == again


def test_the_temperature_changes_without_another_reading(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(plan).teach("offers", [WEB], share=0.5)
    encoded = count_encoded(monkeypatch)
    changed = plan.read_text().replace("temperature = 0.1", "temperature = 0.2")
    plan.write_text(changed.replace("bm25 = 0.5", "bm25 = 0"))
    (taught,) = opened(plan).teach("offers", [WEB], share=0.5)
    assert encoded() == 0
    assert taught.teacher is not None
    assert max(map(abs, taught.teacher)) <= 1 / 0.2 + 0.1


def test_the_command_teaches_each_file_of_pairs_by_its_domain(
    encoder: Path, mpnet: Path, plan: Path, tmp_path: Path
) -> None:
    web, contracts = save_pairs(tmp_path / "web.jsonl"), save_pairs(tmp_path / "contracts.jsonl")
    command = ["model", "train", str(encoder), str(tmp_path / "out"), "--max-tokens", "48"]
    files = ["--pairs", str(web), "--pairs", str(contracts), "--teachers", str(plan)]
    options = ["--encoder", str(encoder), "--teacher-share", "0.3", "--groups", "40"]
    done = CliRunner().invoke(app, [*command, *files, *options])
    assert done.exit_code == 0, done.output
    for part in read_groups(tmp_path / "out" / "groups.jsonl").values():
        assert {group.source for group in part} == {"web", "contracts"}
        for group in part:
            assert (group.teacher is None) == (group.source == "contracts")
            assert group.teacher_share == (0.3 if group.teacher else group.teacher_share)
    assert (tmp_path / "teachers.cosines.jsonl").stat().st_size > 0


def test_another_plan_is_another_run(encoder: Path, plan: Path, tmp_path: Path) -> None:
    web = save_pairs(tmp_path / "web.jsonl")
    run = Hyperparameters(max_tokens=48)

    def train() -> None:
        by_domain, cosines = read_teachers(plan), plan.with_suffix(".jsonl")
        taught = TeacherSpec(str(encoder), by_domain=by_domain, cosines=cosines)
        data = TrainingData((web,), groups=12)
        run_training(
            training_spec(encoder, web, data=data, teacher=taught, hyperparameters=run),
            tmp_path / "out",
        )

    train()
    train()
    plan.write_text(plan.read_text().replace("temperature = 0.1", "temperature = 0.2"))
    with pytest.raises(ModelError, match="other settings"):
        train()


def test_a_reranker_and_encoders_by_domain_do_not_teach_together(
    encoder: Path, pairs: Path, plan: Path, tmp_path: Path
) -> None:
    command = ["model", "train", str(encoder), str(tmp_path / "out"), "--pairs", str(pairs)]
    done = CliRunner().invoke(app, [*command, "--teachers", str(plan), "--teacher", "shipped"])
    assert isinstance(done.exception, ModelError)
    assert "not both" in done.exception.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[domains", "cannot be read"),
        ("", "no domain"),
        ("[domains.web]", "sources"),
        ('[domains.web]\nsources = ["a"]\nencoder = "b"', "encoder"),
        ('[domains.web]\nsources = ["a"]\nencoders = ["b"]', "no encoders.b"),
        ('[domains.web]\nsources = ["a"]\nbm25 = 0.3', "BM25 does not teach alone"),
        ('[domains.web]\nsources = ["a"]\n[domains.b]\nsources = ["a"]', "more than one domain"),
        ('[encoders.e5]\nmodel = "a"\ntemperature = 0', "encoders.e5.temperature"),
    ],
)
def test_a_faulty_plan_is_refused_with_its_place(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "teachers.toml"
    file.write_text(text)
    with pytest.raises(ModelError, match=reason) as refused:
        read_teachers(file)
    assert str(file) in refused.value.message


def test_the_plan_in_the_docs_is_valid(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "models.md").read_text()
    file = tmp_path / "teachers.toml"
    file.write_text(page.partition("```toml\n")[2].partition("```")[0])
    assert read_teachers(file).domains.keys() == {"products", "health", "legal"}
